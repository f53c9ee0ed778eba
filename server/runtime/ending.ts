import { constants } from 'node:os'
import { PatchbayError } from '../cnm/errors'
import { type ContainerId, shortId } from '../cnm/ids'
import { sentence } from '../cnm/sentence'
import type { ExitEvent, StopOptions } from './contract'
import { thaw } from './freezer'
import type { Ground } from './launch'
import { pathsOf } from './layout'
import { isRunning, readRecord } from './process-record'
import { parseSignal } from './signals'

const killWaitMs = 10_000
/** What Node's timers can hold: more is for ever. */
const maxTimerMs = 2 ** 31 - 1

/** The signal, then SIGKILL; undefined when it did not run. What was frozen goes on, to hear the signal. */
export async function stopContainer(
  { layout, lifetime }: Ground,
  id: ContainerId,
  { timeoutMs, signal = 'SIGTERM' }: StopOptions,
): Promise<ExitEvent | undefined> {
  const done = new AbortController()
  const end = lifetime.nextExit(id, done.signal)
  try {
    const { record } = pathsOf(layout, id)
    if (!(await signalProcess(record, parseSignal(signal)))) {
      return await lifetime.locks(id, () => lifetime.settle(id))
    }
    await thaw(layout, id)
    if (await resolvesWithin(end, timeoutMs)) return await end
    await signalProcess(record, constants.signals.SIGKILL)
    if (await resolvesWithin(end, killWaitMs)) return await end
    throw new PatchbayError(
      'system',
      sentence`container ${shortId(id)} did not end within ${killWaitMs / 1000} s of SIGKILL`,
    )
  } finally {
    done.abort()
  }
}

/** Throws conflict when it does not run, invalid-parameter for a signal that Linux does not have. */
export async function killContainer({ layout }: Ground, id: ContainerId, signal: string): Promise<void> {
  if (!(await signalProcess(pathsOf(layout, id).record, parseSignal(signal)))) throw notRunning(id)
}

export function notRunning(id: ContainerId): PatchbayError {
  return new PatchbayError('conflict', sentence`container ${shortId(id)} is not running`, {
    ...{ reason: 'container-not-running', data: { id } },
  })
}

/** `kill -<signal> <pid>`; false when there is no such process any more. */
async function signalProcess(recordPath: string, signal: number): Promise<boolean> {
  const record = await readRecord(recordPath)
  if (!record || !isRunning(record)) return false
  try {
    process.kill(record.pid, signal)
    return true
  } catch {
    return false
  }
}

async function resolvesWithin(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  if (timeoutMs > maxTimerMs) return promise.then(() => true)
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs)
  })
  const resolved = await Promise.race([promise.then(() => true), timeout])
  clearTimeout(timer)
  return resolved
}
