import { access, constants, mkdir, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PatchbayError } from '../cnm/errors'
import type { ContainerId } from '../cnm/ids'
import { sentence } from '../cnm/sentence'
import { readCgroupFacts } from './cgroup'
import type { LogLine, LogOptions, Runtime } from './contract'
import { killContainer, notRunning, stopContainer } from './ending'
import { execute, startExec } from './exec'
import { createFilesystem } from './filesystem/filesystem'
import { freeze, isFrozen, thaw } from './freezer'
import { ensureBusybox } from './images/busybox'
import { createImages } from './images/images'
import { ImageStore } from './images/store'
import {
  checkPrepared,
  createContainer,
  type Ground,
  prepareContainer,
  startContainer,
  writeContainerFiles,
} from './launch'
import { createLayout, type Layout, pathsOf } from './layout'
import { createLifetime } from './lifetime'
import { limitWarnings, updateLimits } from './limits'
import { readLog } from './log-reader'
import { isRunning, readRecord } from './process-record'
import { canOverlay } from './rootfs'
import { readStats } from './stats'
import { createConsoles, inputOf } from './streams/consoles'
import { resizeTerminal } from './terminal-size'
import { listProcesses } from './top'
import { clearVolumes, createVolumeStore } from './volumes/volumes'

/**
 * The runtime over runc and conmon. Makes its directories, and first settles what ended while no
 * daemon was there (findExit then tells how). Register onExit before asking findExit, so that no
 * end falls between. Throws unavailable where runc is not installed.
 */
export async function createRuntime(options: { dataDir: string; runDir: string }): Promise<Runtime> {
  const ground = await prepareGround(options)
  const { layout, lifetime } = ground
  const { locks } = lifetime
  await clearVolumes(layout.volumes)
  return {
    volumes: ground.volumes,
    images: createImages(ground.images),
    filesystem: createFilesystem(ground),
    ensureBusybox: () => ensureBusybox(ground.images),
    listImages: async () => ground.images.list(),
    findImage: async (reference) => ground.images.find(reference),

    prepare: (container) => prepareContainer(ground, container),
    create: (container, netns, files) => createContainer(ground, container, netns, files),
    start: (id) => startContainer(ground, id),
    async writeFiles(id, files) {
      await checkPrepared(pathsOf(layout, id), id)
      await writeContainerFiles(pathsOf(layout, id), files)
    },
    stop: (id, stopOptions) => stopContainer(ground, id, stopOptions),
    kill: (id, signal) => killContainer(ground, id, signal),
    pause: (id) => locks(id, () => freeze(layout, id)),
    resume: (id) => locks(id, () => thaw(layout, id)),
    isPaused: (id) => isFrozen(id),
    updateLimits: (id, limited) => locks(id, () => updateLimits(layout, id, limited, ground.cgroups)),
    async stats(id) {
      const pid = await findPid(layout, id)
      return pid === undefined ? undefined : readStats(id, pid)
    },
    listProcesses: (id, options) => listProcesses(id, options),
    limitWarnings: (limited) => limitWarnings(limited, ground.cgroups),
    discard: (id) =>
      locks(id, async () => {
        ground.consoles.close(id)
        await lifetime.discard(id)
      }),
    remove: (id) => locks(id, () => remove(ground, id)),

    attach: (container, { input }) =>
      locks(container.id, async () => {
        await checkPrepared(pathsOf(layout, container.id), container.id)
        const isThere = (await findPid(layout, container.id)) !== undefined
        return ground.consoles.attach(container, { input, isThere })
      }),
    async resize(id, size) {
      if (!(await resizeTerminal(pathsOf(layout, id).dir, size))) throw notRunning(id)
    },
    async startExec(id, request) {
      if ((await findPid(layout, id)) === undefined) throw notRunning(id)
      return startExec(ground, id, request)
    },
    async exec(id, command, execOptions) {
      if ((await findPid(layout, id)) === undefined) throw notRunning(id)
      return execute(ground, id, command, execOptions)
    },
    logs: (id, logOptions) => logsOf(ground, id, logOptions),

    findPid: (id) => findPid(layout, id),
    findExit: (id) => lifetime.findExit(id),
    onExit: (listener) => lifetime.onExit(listener),
    close: async () => {
      ground.consoles.closeAll()
      lifetime.close()
    },
  }
}

async function prepareGround(options: { dataDir: string; runDir: string }): Promise<Ground> {
  createLayout(options.dataDir, options.runDir)
  await Promise.all([options.dataDir, options.runDir].map((dir) => mkdir(dir, { recursive: true })))
  // The mount table speaks of real paths.
  const layout = createLayout(await realpath(options.dataDir), await realpath(options.runDir))
  await Promise.all(Object.values(layout).map((dir: string) => mkdir(dir, { recursive: true, mode: 0o700 })))
  const [runc, cgroups] = await Promise.all([findRunc(), readCgroupFacts()])
  let overlays: Promise<boolean> | undefined
  return {
    layout,
    lifetime: await createLifetime(layout),
    images: await ImageStore.open(layout),
    consoles: createConsoles((container) => ({
      dir: pathsOf(layout, container.id).dir,
      input: inputOf(container),
      isRunning: async () => (await findPid(layout, container.id)) !== undefined,
    })),
    cgroups,
    volumes: createVolumeStore(layout.volumes),
    runc,
    canOverlay: () => {
      overlays ??= canOverlay(layout)
      return overlays
    },
  }
}

/** The log outlives nothing: it goes with the rest. */
async function remove({ layout, lifetime, consoles }: Ground, id: ContainerId): Promise<void> {
  consoles.close(id)
  await lifetime.discard(id)
  await rm(pathsOf(layout, id).dir, { recursive: true, force: true })
}

async function findPid(layout: Layout, id: ContainerId): Promise<number | undefined> {
  const record = await readRecord(pathsOf(layout, id).record)
  return record && isRunning(record) ? record.pid : undefined
}

async function logsOf(
  { layout, lifetime }: Ground,
  id: ContainerId,
  { tail, follow = false, signal }: LogOptions,
): Promise<AsyncIterable<LogLine>> {
  const paths = pathsOf(layout, id)
  await checkPrepared(paths, id)
  const done = new AbortController()
  const end = follow ? lifetime.nextExit(id, done.signal) : undefined
  const runs = follow && (await findPid(layout, id)) !== undefined
  const lines = await readLog(paths.log, { tail, signal, until: runs ? end : undefined })
  return afterwards(lines, () => done.abort())
}

async function* afterwards<Item>(items: AsyncGenerator<Item>, finish: () => void): AsyncGenerator<Item> {
  try {
    yield* items
  } finally {
    finish()
  }
}

/** conmon wants runc's absolute path. */
async function findRunc(): Promise<string> {
  for (const dir of ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']) {
    const path = join(dir, 'runc')
    const isExecutable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (isExecutable) return path
  }
  throw new PatchbayError('unavailable', sentence`runc is not installed; install the Debian package runc`)
}
