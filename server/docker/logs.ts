import { PatchbayError } from '../cnm/errors'
import type { LogLine } from '../runtime/contract'
import { type Call, flag, type Route } from './call'
import { containerOf } from './container-of'
import { parseMoment, parseStamp } from './moment'
import { openStream, write, writeFrame } from './stream'

export const logRoutes: readonly Route[] = [{ method: 'GET', pattern: '/containers/:id/logs', answer: logs }]

/** What a terminal showed comes as it was; else in frames. Ends with the container, or when the time `until` has come. */
async function logs(call: Call): Promise<void> {
  const { engine, query } = call
  const { id, options } = containerOf(call)
  const wanted = { stdout: flag(query, 'stdout'), stderr: flag(query, 'stderr') }
  if (!wanted.stdout && !wanted.stderr) {
    throw new PatchbayError('invalid-parameter', 'Bad parameters: you must choose at least one stream')
  }
  const [since, until] = [stampOf(query, 'since'), stampOf(query, 'until')]
  const clock = createClock(call.signal, query.get('until') ?? '')
  try {
    const follow = flag(query, 'follow') && !clock.signal.aborted
    const lines = await engine.logs(id, { follow, tail: tailOf(query), signal: clock.signal })
    const stream = openStream(call, !options.tty)
    const put = (name: LogLine['stream'], bytes: Buffer) =>
      options.tty ? write(stream, bytes) : writeFrame(stream, name, bytes)
    const head = createHead(query)
    for await (const line of lines) {
      if (until !== undefined && line.stamp > until) break
      if (!wanted[line.stream] || (since !== undefined && line.stamp < since)) continue
      await put(line.stream, Buffer.concat([head(line), textOf(line)]))
    }
    stream.end()
  } finally {
    clock.stop()
  }
}

/** A line with its line feed, which a part of a long line does not have. */
export function textOf({ bytes, isPart }: LogLine): Buffer {
  return isPart ? bytes : Buffer.concat([bytes, Buffer.from('\n')])
}

/** What stands before a line: its time, and the attributes that a log driver would give it; it gives none. */
function createHead(query: URLSearchParams): (line: LogLine) => Buffer {
  const [stamps, details] = [flag(query, 'timestamps'), flag(query, 'details')]
  const continued = new Set<LogLine['stream']>()
  return ({ stream, stamp, isPart }) => {
    const isFirst = !continued.has(stream)
    if (isPart) continued.add(stream)
    else continued.delete(stream)
    return Buffer.from(isFirst ? `${stamps ? `${stamp} ` : ''}${details ? ' ' : ''}` : '')
  }
}

function stampOf(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name)
  return text && text !== '0' ? parseStamp(text) : undefined
}

/** "all", or what is no number of lines to be counted, is all. */
function tailOf(query: URLSearchParams): number | undefined {
  const text = query.get('tail') ?? ''
  return /^\d{1,12}$/.test(text) ? Number(text) : undefined
}

/** Aborts when the client has gone, or when the time has come. */
function createClock(gone: AbortSignal, until: string): { signal: AbortSignal; stop: () => void } {
  const over = new AbortController()
  const end = () => over.abort()
  const left = until && until !== '0' ? parseMoment(until).getTime() - Date.now() : Number.POSITIVE_INFINITY
  const timer = left > 0 && left < 2 ** 31 ? setTimeout(end, left) : undefined
  if (left <= 0 || gone.aborted) end()
  gone.addEventListener('abort', end)
  return {
    signal: over.signal,
    stop() {
      clearTimeout(timer)
      gone.removeEventListener('abort', end)
    },
  }
}
