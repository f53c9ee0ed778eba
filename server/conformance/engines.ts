import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, openSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ensureBusybox } from '../runtime/images/busybox'
import { saveImages } from '../runtime/images/save'
import { ImageStore } from '../runtime/images/store'
import { createLayout } from '../runtime/layout'
import { ask } from './ask'
import { cgroupParent, removeCgroups } from './host'
import { mustRun } from './program'

export const engineNames = ['docker', 'patchbay'] as const
export type EngineName = (typeof engineNames)[number]

export interface RunningEngine {
  readonly name: EngineName
  readonly socketPath: string
  /** The docker command line of Debian's package, which is as old as its engine. */
  readonly cli: string
  stop(): Promise<void>
}

const cli = existsSync('/usr/bin/docker') ? '/usr/bin/docker' : 'docker'

export function startEngine(name: EngineName, folder: string): Promise<RunningEngine> {
  return name === 'docker' ? startDocker(folder) : startPatchbay(folder)
}

async function startDocker(folder: string): Promise<RunningEngine> {
  const socketPath = '/run/docker-conformance.sock'
  const child = launch(folder, 'docker', [
    'dockerd',
    ...['--host', `unix://${socketPath}`, '--pidfile', join(folder, 'docker.pid')],
    ...['--data-root', join(folder, 'docker'), '--exec-root', '/run/docker-conformance'],
    ...['--exec-opt', 'native.cgroupdriver=cgroupfs', '--cgroup-parent', cgroupParent],
  ])
  await answers(child, folder, 'docker', socketPath)
  await importBusybox(folder, socketPath)
  return {
    ...{ name: 'docker', socketPath, cli },
    stop: async () => {
      await end(child)
      await removeCgroups()
    },
  }
}

/** The image that Patchbay makes of the host's busybox, put into a Docker Engine. */
async function importBusybox(folder: string, socketPath: string): Promise<void> {
  const layout = createLayout(join(folder, 'image'), '/run/patchbay-image')
  await mkdir(layout.images, { recursive: true })
  const store = await ImageStore.open(layout)
  await ensureBusybox(store)
  const tar = join(folder, 'busybox.tar')
  await writeFile(tar, saveImages(store, ['busybox:latest']))
  await mustRun(cli, '-H', `unix://${socketPath}`, 'load', '--input', tar)
}

async function startPatchbay(folder: string): Promise<RunningEngine> {
  const socketPath = '/run/patchbay-conformance/docker.sock'
  const child = launch(folder, 'patchbay', [process.execPath, process.argv[1] ?? '', 'serve', join(folder, 'patchbay')])
  await answers(child, folder, 'patchbay', socketPath)
  return { ...{ name: 'patchbay', socketPath, cli }, stop: () => end(child) }
}

function launch(folder: string, name: EngineName, [file = '', ...args]: readonly string[]): ChildProcess {
  const log = openSync(join(folder, `${name}.log`), 'w')
  return spawn(file, args, { stdio: ['ignore', log, log] })
}

async function answers(child: ChildProcess, folder: string, name: EngineName, socketPath: string): Promise<void> {
  for (let attempt = 0; attempt < 300 && child.exitCode === null; attempt++) {
    const answer = await ask(socketPath, 'GET', '/_ping').catch(() => undefined)
    if (answer?.status === 200) return
    await delay(100)
  }
  child.kill('SIGKILL')
  const log = readFileSync(join(folder, `${name}.log`), 'utf8')
  throw new Error(`${name} did not answer; its log ends with:\n${log.slice(-2000)}`)
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve()
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    child.kill('SIGTERM')
  })
}
