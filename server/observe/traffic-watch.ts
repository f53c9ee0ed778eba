import { createFeed, type Feed } from './feed'
import type { EndpointView, TrafficView } from './snapshot'
import type { ObserverSources } from './sources'
import { repeat } from './timing'
import { type CounterReading, newsIn, ratesBetween } from './traffic'

const keptEvents = 5

/** Rates of all cables, read once a second for everybody. */
export interface TrafficWatch {
  readonly feed: Feed<Record<string, TrafficView>>
  /** The rates that were read last; the first are there one interval after the start. */
  start(): Promise<() => void>
}

export function createTrafficWatch(options: {
  readonly sources: Pick<ObserverSources, 'readCounters'>
  readonly endpoints: () => readonly EndpointView[]
  readonly pollMs: number
  readonly failed: (error: unknown) => void
}): TrafficWatch {
  let reading: CounterReading | null = null
  let rates: Readonly<Record<string, TrafficView>> = {}
  const feed = createFeed<Record<string, TrafficView>>({ limit: keptEvents, whole: () => rates })

  async function read() {
    const links = await options.sources.readCounters()
    const now = { at: performance.now(), links }
    const next = reading ? ratesBetween(reading, now, options.endpoints(), rates) : {}
    const news = newsIn(rates, next)
    reading = now
    rates = next
    if (news) feed.append(news)
  }

  return {
    feed,
    async start() {
      reading = null
      rates = {}
      await read()
      return repeat(options.pollMs, read, options.failed)
    },
  }
}
