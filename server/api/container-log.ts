import { tracked } from '@trpc/server'
import { isPatchbayError } from '../cnm/errors'
import { toTold } from '../cnm/sentence'
import type { Engine } from '../engine/contract'
import type { LogLine } from '../runtime/contract'
import type { LogEvent, LogLineView } from './contract'
import * as input from './input'
import { liveSignal, protectedProcedure, router } from './trpc'
import { logLineView } from './view'

/** Lines that a browser gets at first where it does not say how many. */
const defaultTail = 500

export const containerLogRouter = router({
  list: protectedProcedure.input(input.logList).query(async ({ ctx, input: { container, tail = defaultTail } }) => {
    const lines: LogLineView[] = []
    for await (const line of await ctx.engine.logs(container, { tail })) lines.push(logLineView(line))
    return lines
  }),

  watch: protectedProcedure.input(input.logWatch).subscription(async function* ({ ctx, input: request, signal }) {
    const source = new LogStream(ctx.engine, request.container, liveSignal(ctx.session, signal))
    yield* source.events(request.tail ?? defaultTail, request.lastEventId ?? undefined)
  }),
})

/** Numbers lines by time and by their place among the lines of that time, so that a reader can resume after a gap. */
class LogStream {
  readonly #engine: Engine
  readonly #container: string
  readonly #signal: AbortSignal
  #time = ''
  #place = 0

  constructor(engine: Engine, container: string, signal: AbortSignal) {
    this.#engine = engine
    this.#container = container
    this.#signal = signal
  }

  async *events(tail: number, last: string | undefined) {
    try {
      yield* this.#lines(last === undefined ? tail : undefined, last)
      if (!this.#signal.aborted) yield tracked<LogEvent>('end', { type: 'end' })
    } catch (error) {
      // A thrown error would make the browser ask again for what will not mend.
      if (!isPatchbayError(error)) throw error
      yield tracked<LogEvent>('end', { type: 'failed', message: toTold(error.told) })
    }
  }

  async *#lines(tail: number | undefined, last: string | undefined) {
    if (last === 'end') return
    const options = { tail, follow: true, signal: this.#signal }
    for await (const line of await this.#engine.logs(this.#container, options)) {
      const id = this.#idOf(line)
      if (last === undefined || isAfter(id, last)) {
        yield tracked<LogEvent>(id, { type: 'line', line: logLineView(line) })
      }
    }
  }

  #idOf(line: LogLine): string {
    const time = line.time.toISOString()
    this.#place = time === this.#time ? this.#place + 1 : 0
    this.#time = time
    return `${time} ${this.#place}`
  }
}

function isAfter(id: string, last: string): boolean {
  const [time = '', place = ''] = id.split(' ')
  const [lastTime = '', lastPlace = ''] = last.split(' ')
  return time === lastTime ? Number(place) > Number(lastPlace) : time > lastTime
}
