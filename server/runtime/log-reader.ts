import { type FSWatcher, watch } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import type { LogLine } from './contract'
import { isMissing } from './file'
import { createLineJoiner } from './log-lines'

interface LogOptions {
  readonly tail?: number
  readonly signal?: AbortSignal
  /** Follow until this resolves (the container ended); absent: give what is there. */
  readonly until?: Promise<unknown>
}

/**
 * Lines of a log file. With `until` it waits for more, and goes on in the new file when conmon
 * begins one. Holds one block of the file and at most `tail` lines in memory.
 */
export async function* readLog(path: string, options: LogOptions): AsyncGenerator<LogLine> {
  const { tail, signal, until } = options
  const source = createSource(path)
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

/** Reads on from where it stopped, block by block. */
function createSource(path: string) {
  const joiner = createLineJoiner()
  const buffer = Buffer.alloc(64 * 1024)
  let decoder = new StringDecoder('utf8')
  let file: FileHandle | undefined
  let position = 0
  let rest = ''

  async function* readToEnd(handle: FileHandle): AsyncGenerator<LogLine> {
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, position)
      if (bytesRead === 0) return
      position += bytesRead
      const lines = (rest + decoder.write(buffer.subarray(0, bytesRead))).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const joined = joiner.push(line)
        if (joined) yield joined
      }
    }
  }

  async function reopen(): Promise<boolean> {
    const next = await openIfThere(path)
    if (!next) return false
    await file?.close()
    file = next
    position = 0
    rest = ''
    decoder = new StringDecoder('utf8')
    return true
  }

  return {
    /** What is there and was not read yet; `last`: lines without an end too. */
    async *drain(last: boolean): AsyncGenerator<LogLine> {
      if (!file && !(await reopen())) return
      if (file) yield* readToEnd(file)
      while (file && (await isReplaced(file, path)) && (await reopen())) yield* readToEnd(file)
      if (last) yield* joiner.flush()
    },
    close: async () => file?.close(),
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

async function isReplaced(file: FileHandle, path: string): Promise<boolean> {
  const [held, named] = await Promise.all([file.stat(), stat(path).catch(() => undefined)])
  return named !== undefined && (held.ino !== named.ino || held.dev !== named.dev)
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  return open(path, 'r').catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw error
  })
}
