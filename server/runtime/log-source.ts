import { type FileHandle, open, stat } from 'node:fs/promises'
import type { LogLine } from './contract'
import { isMissing } from './file'
import { createLineJoiner, endsLine } from './log-lines'

const blockBytes = 64 * 1024
const lineFeed = 10
/** Enough of an entry's beginning to see whether it ends a line. */
const headBytes = 64
/** Lines that are read before those that are asked for, since one of them may have begun before the others. */
const marginLines = 64

/** A log file, read on from where reading stopped, block by block; also in the file that conmon puts in its place. */
export interface LogSource {
  /** What is there and was not read yet; `last`: lines without an end too. */
  drain(last: boolean): AsyncGenerator<LogLine>
  close(): Promise<void>
}

/** Opens it now, if it is there: who removes it later takes nothing away. `tail`: near the last so many lines. */
export async function openLog(path: string, tail?: number): Promise<LogSource> {
  const joiner = createLineJoiner()
  let file: FileHandle | undefined
  let position = 0
  let rest: Buffer = Buffer.alloc(0)

  async function* readToEnd(handle: FileHandle): AsyncGenerator<LogLine> {
    for (;;) {
      // A block of its own each time: the lines that are given are parts of it.
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(blockBytes), 0, blockBytes, position)
      if (bytesRead === 0) return
      position += bytesRead
      const block = buffer.subarray(0, bytesRead)
      const text = rest.length === 0 ? block : Buffer.concat([rest, block])
      let begin = 0
      for (let end = text.indexOf(lineFeed); end >= 0; end = text.indexOf(lineFeed, begin)) {
        const joined = joiner.push(text.subarray(begin, end))
        begin = end + 1
        if (joined) yield joined
      }
      rest = text.subarray(begin)
    }
  }

  async function reopen(): Promise<boolean> {
    const next = await openIfThere(path)
    if (!next) return false
    await file?.close()
    file = next
    position = 0
    rest = Buffer.alloc(0)
    return true
  }

  if ((await reopen()) && file && tail !== undefined) position = await findTail(file, tail + marginLines)
  return {
    async *drain(last) {
      if (!file && !(await reopen())) return
      if (file) yield* readToEnd(file)
      while (file && (await isReplaced(file, path)) && (await reopen())) yield* readToEnd(file)
      if (last) yield* joiner.flush()
    },
    close: async () => file?.close(),
  }
}

/** Where the last so many lines begin, found from the end. */
async function findTail(file: FileHandle, lines: number): Promise<number> {
  const { size } = await file.stat()
  const block = Buffer.alloc(blockBytes + headBytes)
  let left = lines
  for (let end = size; end > 0; end = Math.max(0, end - blockBytes)) {
    const begin = Math.max(0, end - blockBytes)
    const { bytesRead } = await file.read(block, 0, end - begin + headBytes, begin)
    const text = block.subarray(0, bytesRead)
    for (let at = end - begin - 1; at >= 0; at = at === 0 ? -1 : text.lastIndexOf(lineFeed, at - 1)) {
      if (text[at] !== lineFeed || !endsLine(text, at + 1)) continue
      if (left-- === 0) return begin + at + 1
    }
  }
  return 0
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
