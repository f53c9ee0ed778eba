import { type FSWatcher, watch } from 'node:fs'
import { readdir } from 'node:fs/promises'
import type { ContainerId } from '../cnm/ids'
import { clearAway, clearLeftovers } from './clearing'
import type { ExitEvent } from './contract'
import { readExit, readExitCode, unseenExit, writeExit } from './exit-record'
import { isContainerId, type Layout, pathsOf } from './layout'
import { createLocks, type Locks } from './lock'
import { isMonitored, isRunning, type ProcessRecord, readRecord } from './process-record'

/** A watch may miss something; what it missed is found within this. */
const sweepEveryMs = 15_000

/** Sees containers end: records how, and clears away what runc and the mount left. */
export interface Lifetime {
  /** One thing at a time for each container. */
  readonly locks: Locks
  onExit(listener: (event: ExitEvent) => void): void
  /** Resolves with the next end of a container; undefined when it was discarded or the signal aborts. */
  nextExit(id: ContainerId, signal: AbortSignal): Promise<ExitEvent | undefined>
  /** Records and clears away an end that has happened. To be called under the container's lock. */
  settle(id: ContainerId): Promise<ExitEvent | undefined>
  /** Ends it without an event, and clears away. To be called under the container's lock. */
  discard(id: ContainerId): Promise<void>
  /** How the last run ended; undefined while one goes on, or where there was none. */
  findExit(id: ContainerId): Promise<ExitEvent | undefined>
  close(): void
}

/** First settles whatever ended while nobody watched. */
export async function createLifetime(layout: Layout): Promise<Lifetime> {
  const locks = createLocks()
  const listeners: ((event: ExitEvent) => void)[] = []
  const waiters = new Map<ContainerId, Set<(event: ExitEvent | undefined) => void>>()

  async function settle(id: ContainerId): Promise<ExitEvent | undefined> {
    const event = await findEnd(layout, id)
    if (!event) return undefined
    await writeExit(pathsOf(layout, id).exit, event)
    await clearAway(layout, id)
    release(id, event)
    for (const listener of listeners) listener(event)
    return event
  }

  function release(id: ContainerId, event: ExitEvent | undefined): void {
    for (const resolve of waiters.get(id) ?? []) resolve(event)
    waiters.delete(id)
  }

  function nextExit(id: ContainerId, signal: AbortSignal): Promise<ExitEvent | undefined> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve(undefined)
      const waiting = waiters.get(id) ?? new Set()
      waiters.set(id, waiting.add(resolve))
      signal.addEventListener('abort', () => {
        waiting.delete(resolve)
        resolve(undefined)
      })
    })
  }

  /** Of containers that a sweep found running, so that the next one looks at their processes alone. */
  const seen = new Map<ContainerId, ProcessRecord>()

  async function look(id: ContainerId): Promise<void> {
    const record = await readRecord(pathsOf(layout, id).record)
    if (record && !(await settle(id))) seen.set(id, record)
    else seen.delete(id)
  }

  async function sweep(): Promise<void> {
    const [all, ended] = await Promise.all([readdir(layout.containers), readdir(layout.exits)])
    const ids = all.filter(isContainerId) as ContainerId[]
    const isQuiet = (id: ContainerId) => {
      const record = seen.get(id)
      return record !== undefined && !ended.includes(id) && isRunning(record)
    }
    await Promise.allSettled(ids.filter((id) => !isQuiet(id)).map((id) => locks(id, () => look(id))))
  }

  await sweep()
  await clearLeftovers(layout)
  const watcher = watchExits(layout, (id) => void locks(id, () => settle(id)).catch(() => undefined))
  const timer = setInterval(() => void sweep().catch(() => undefined), sweepEveryMs).unref()
  return {
    locks,
    settle,
    nextExit,
    onExit: (listener) => void listeners.push(listener),
    async discard(id) {
      await clearAway(layout, id)
      release(id, undefined)
    },
    findExit: (id) => locks(id, async () => (await settle(id)) ?? findRecorded(layout, id)),
    close() {
      clearInterval(timer)
      watcher.close()
      for (const id of [...waiters.keys()]) release(id, undefined)
    },
  }
}

/** A run that has ended and is not recorded yet. */
async function findEnd(layout: Layout, id: ContainerId): Promise<ExitEvent | undefined> {
  const paths = pathsOf(layout, id)
  const record = await readRecord(paths.record)
  if (!record) return undefined
  const written = await readExitCode(paths, id)
  if (written) return written
  if (isRunning(record) || (await isMonitored(paths, id))) return undefined
  // conmon may have written it, and gone, between the two looks.
  return (await readExitCode(paths, id)) ?? unseenExit(paths, id)
}

async function findRecorded(layout: Layout, id: ContainerId): Promise<ExitEvent | undefined> {
  const paths = pathsOf(layout, id)
  return (await readRecord(paths.record)) ? undefined : readExit(paths.exit, id)
}

function watchExits(layout: Layout, onEnd: (id: ContainerId) => void): FSWatcher {
  return watch(layout.exits, { persistent: false }, (_event, name) => {
    if (name !== null && isContainerId(name)) onEnd(name as ContainerId)
  })
}
