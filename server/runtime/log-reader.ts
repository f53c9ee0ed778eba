import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { LogLine } from './contract'
import { isMissing } from './file'
import { type LogSource, openLog } from './log-source'

interface ReadOptions {
  readonly tail?: number
  readonly signal?: AbortSignal
  /** Follow until this resolves (the container ended); absent: give what is there. */
  readonly until?: Promise<unknown>
}

/**
 * Lines of a log file, which is opened before this resolves: what is removed meanwhile is read all the same. With
 * `until` it waits for more, and goes on in the new file when conmon begins one. Holds one block of the file and a
 * little more than `tail` lines in memory. The lines have to be read, or at least begun: that closes the file.
 */
export async function readLog(path: string, options: ReadOptions): Promise<AsyncGenerator<LogLine>> {
  return linesOf(await openLog(path, options.tail), path, options)
}

async function* linesOf(source: LogSource, path: string, options: ReadOptions): AsyncGenerator<LogLine> {
  const { tail, signal, until } = options
  const wake = until && createWake(path, until, signal)
  try {
    const present = source.drain(until === undefined)
    yield* tail === undefined ? present : lastOf(present, tail)
    while (wake && !signal?.aborted) {
      const ended = await wake.next()
      if (signal?.aborted) return
      yield* source.drain(ended)
      if (ended) return
    }
  } finally {
    wake?.close()
    await source.close()
  }
}

async function* lastOf(lines: AsyncGenerator<LogLine>, count: number): AsyncGenerator<LogLine> {
  let kept: LogLine[] = []
  for await (const line of lines) {
    kept.push(line)
    if (kept.length >= 2 * count + 1024) kept = kept.slice(kept.length - count)
  }
  yield* count === 0 ? [] : kept.slice(-count)
}

/** `next` resolves when the file may have grown: false, or true when it will grow no more. */
function createWake(path: string, until: Promise<unknown>, signal: AbortSignal | undefined) {
  let [changed, ended] = [false, false]
  let resume: (() => void) | undefined
  const wake = () => {
    changed = true
    resume?.()
  }
  const end = () => {
    ended = true
    wake()
  }
  until.then(end, end)
  signal?.addEventListener('abort', wake)
  const watcher = watchDirectory(path, wake, end)
  return {
    async next(): Promise<boolean> {
      if (!changed) {
        await new Promise<void>((resolve) => {
          resume = resolve
        })
      }
      changed = false
      return ended
    },
    close() {
      signal?.removeEventListener('abort', wake)
      watcher?.close()
    },
  }
}

/** The directory, not the file: a file that conmon begins anew has another inode. */
function watchDirectory(path: string, onChange: () => void, onGone: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(dirname(path), { persistent: false }, (_event, name) => {
      if (name === null || name === basename(path)) onChange()
    })
    watcher.on('error', onGone)
    return watcher
  } catch (error) {
    if (!isMissing(error)) throw error
    onGone()
    return undefined
  }
}
