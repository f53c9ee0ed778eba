import type { LogLine } from './contract'

/** A line longer than this is given in parts, so that a program without line feeds cannot fill the memory. */
const mostLineBytes = 1024 * 1024

/** conmon's stamps are all of one length: `2026-11-21T03:31:15.342375272+00:00`. */
const stampLength = 35
/** Of the letter behind the stamp and "stdout" or "stderr". */
const tagOffset = stampLength + ' stdout '.length
const headLength = tagOffset + 'F '.length

interface Entry {
  line: LogLine
  /** conmon marks a piece without its line feed with P, the end of a line with F. */
  isEnd: boolean
}

/** One line of conmon's log, without its line feed: `2026-11-21T03:31:15.342375272+00:00 stdout F text`. */
export function parseEntry(entry: Buffer): Entry | undefined {
  const head = entry.toString('latin1', 0, headLength)
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{9})[+-]\d\d:\d\d (stdout|stderr) ([FP]) $/.exec(head)
  if (!match) return undefined
  const [, seconds = '', nanoseconds = '', stream, tag] = match
  // conmon runs in UTC; nanoseconds are more than a Date holds.
  const stamp = `${seconds}.${nanoseconds}Z`
  const time = new Date(`${seconds}.${nanoseconds.slice(0, 3)}Z`)
  if (Number.isNaN(time.getTime())) return undefined
  const bytes = entry.subarray(headLength)
  return { line: { stream: stream as LogLine['stream'], time, stamp, bytes, isPart: false }, isEnd: tag === 'F' }
}

/** Whether the entry that begins at this place of a block ends a line; false where the block ends before that shows. */
export function endsLine(block: Buffer, at: number): boolean {
  return block[at + tagOffset] === 'F'.charCodeAt(0)
}

export interface LineJoiner {
  /** Takes one line of the file, gives the log line that it completes, if any. */
  push(entry: Buffer): LogLine | undefined
  /** What is left of lines that were never ended. */
  flush(): LogLine[]
}

interface OpenLine {
  readonly first: LogLine
  readonly pieces: Buffer[]
  length: number
}

/** Puts pieces of one line together, each stream for itself. A line has the time of its first piece. */
export function createLineJoiner(): LineJoiner {
  const open = new Map<LogLine['stream'], OpenLine>()

  function close({ first, pieces }: OpenLine, isPart: boolean): LogLine {
    open.delete(first.stream)
    return { ...first, bytes: Buffer.concat(pieces), isPart }
  }

  return {
    push(text) {
      const entry = parseEntry(text)
      if (!entry) return undefined
      const { line, isEnd } = entry
      const begun = open.get(line.stream)
      if (!begun && isEnd) return line
      const joined = begun ?? { first: line, pieces: [], length: 0 }
      // What is kept must not hold on to the block that it was read with.
      joined.pieces.push(Buffer.from(line.bytes))
      joined.length += line.bytes.length
      if (isEnd || joined.length >= mostLineBytes) return close(joined, !isEnd)
      open.set(line.stream, joined)
      return undefined
    },
    flush: () => [...open.values()].map((line) => close(line, false)),
  }
}
