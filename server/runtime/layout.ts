import { join, resolve } from 'node:path'
import { PatchbayError } from '../cnm/errors'

/** Where the runtime keeps what outlives a reboot (data) and what does not (run). */
export interface Layout {
  readonly images: string
  readonly containers: string
  readonly volumes: string
  /** conmon leaves one file a container here: its name is the id, its content the exit code. */
  readonly exits: string
  /** For a moment, to see whether overlays work. */
  readonly trial: string
  readonly runcRoot: string
  readonly sockets: string
  readonly execs: string
}

/** Files of one container; `dir` is its OCI bundle. */
export interface ContainerPaths {
  readonly dir: string
  readonly config: string
  readonly rootfs: string
  readonly upper: string
  readonly work: string
  readonly hosts: string
  readonly resolvConf: string
  readonly hostname: string
  readonly log: string
  readonly runcLog: string
  readonly pidFile: string
  readonly monitorPidFile: string
  /** Which process it is while it runs: process-record.ts. */
  readonly record: string
  /** How it ended last: exit-record.ts. */
  readonly exit: string
  /** Made by conmon when the kernel killed for want of memory. */
  readonly oom: string
  readonly exitCode: string
  readonly socketLink: string
}

/** Throws invalid-parameter for a data directory whose name an overlay mount cannot take. */
export function createLayout(dataDir: string, runDir: string): Layout {
  const data = resolve(dataDir)
  const runtime = resolve(runDir)
  if (/[,:\\\s"]/.test(data)) {
    throw new PatchbayError(
      'invalid-parameter',
      `data directory ${data} has a comma, colon, backslash, quote or space in its name, which overlay mounts do not take; choose another`,
    )
  }
  return {
    images: join(data, 'images'),
    containers: join(data, 'containers'),
    volumes: join(data, 'volumes'),
    exits: join(data, 'exits'),
    trial: join(data, 'overlay-trial'),
    runcRoot: join(runtime, 'runc'),
    sockets: join(runtime, 'conmon'),
    execs: join(runtime, 'exec'),
  }
}

export function isContainerId(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name)
}

export function pathsOf(layout: Layout, id: string): ContainerPaths {
  if (!isContainerId(id)) {
    throw new PatchbayError('invalid-parameter', `container id ${JSON.stringify(id)} is not 64 hexadecimal digits`)
  }
  const dir = join(layout.containers, id)
  return {
    dir,
    config: join(dir, 'config.json'),
    rootfs: join(dir, 'rootfs'),
    upper: join(dir, 'upper'),
    work: join(dir, 'work'),
    hosts: join(dir, 'hosts'),
    resolvConf: join(dir, 'resolv.conf'),
    hostname: join(dir, 'hostname'),
    log: join(dir, 'ctr.log'),
    runcLog: join(dir, 'runc.log'),
    pidFile: join(dir, 'init.pid'),
    monitorPidFile: join(dir, 'conmon.pid'),
    record: join(dir, 'process.json'),
    exit: join(dir, 'exit.json'),
    oom: join(dir, 'oom'),
    exitCode: join(layout.exits, id),
    socketLink: join(layout.sockets, id),
  }
}

/** `images/<64 digits>` of an image id "sha256:…". */
export function imageDir(layout: Layout, imageId: string): string {
  const hex = imageId.replace(/^sha256:/, '')
  if (!isContainerId(hex)) {
    throw new PatchbayError('invalid-parameter', `image id ${JSON.stringify(imageId)} is not sha256: and 64 digits`)
  }
  return join(layout.images, hex)
}
