import type { LogLine } from './contract'

/** A line longer than this is given in parts, so that a program without line feeds cannot fill the memory. */
const maxLineChars = 1024 * 1024

interface Entry {
  time: Date
  stream: LogLine['stream']
  /** conmon marks a piece without its line feed with P, the end of a line with F. */
  whole: boolean
  text: string
}

/** One line of conmon's log: `2026-11-21T03:31:15.342375272+00:00 stdout F text`. */
export function parseEntry(line: string): Entry | undefined {
  const match = /^(\S+) (stdout|stderr) ([FP]) (.*)$/s.exec(line)
  if (!match) return undefined
  const [, stamp = '', stream, tag, text = ''] = match
  // Nanoseconds are more than a Date holds.
  const time = new Date(stamp.replace(/(\.\d{3})\d*/, '$1'))
  if (Number.isNaN(time.getTime())) return undefined
  return { time, stream: stream as LogLine['stream'], whole: tag === 'F', text }
}

export interface LineJoiner {
  /** Takes one line of the file, gives the log line that it completes, if any. */
  push(line: string): LogLine | undefined
  /** What is left of lines that were never ended. */
  flush(): LogLine[]
}

/** Puts pieces of one line together, each stream for itself. A line has the time of its first piece. */
export function createLineJoiner(): LineJoiner {
  const open = new Map<LogLine['stream'], LogLine>()
  return {
    push(line) {
      const entry = parseEntry(line)
      if (!entry) return undefined
      const begun = open.get(entry.stream)
      const joined: LogLine = {
        stream: entry.stream,
        time: begun?.time ?? entry.time,
        text: (begun?.text ?? '') + entry.text,
      }
      if (entry.whole || joined.text.length >= maxLineChars) {
        open.delete(entry.stream)
        return joined
      }
      open.set(entry.stream, joined)
      return undefined
    },
    flush() {
      const rest = [...open.values()]
      open.clear()
      return rest
    },
  }
}
