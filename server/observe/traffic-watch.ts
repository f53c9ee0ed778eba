import { createFeed, type Feed } from './feed'
import type { EndpointView, TrafficView } from './snapshot'
import type { ObserverSources } from './sources'
import { repeat } from './timing'
import { type Cable, type CounterReading, insideName, newsIn, ratesBetween } from './traffic'

const keptEvents = 5

/** Rates of all cables, read once a second for everybody. */
export interface TrafficWatch {
  readonly feed: Feed<Record<string, TrafficView>>
  /** The rates that were read last; the first are there one interval after the start. */
  start(): Promise<() => void>
}

/** A cable without an end on the host, and a process of its sandbox. */
export interface InsideCable {
  readonly id: string
  readonly ifname: string
  readonly pid: number
}

function toCable({ id, ifname, pid }: InsideCable): Cable {
  return { id, hostIfname: insideName(pid, ifname) }
}

export function createTrafficWatch(options: {
  readonly sources: Pick<ObserverSources, 'readCounters' | 'readInsideCounters'>
  readonly endpoints: () => readonly EndpointView[]
  readonly insides: () => readonly InsideCable[]
  readonly pollMs: number
  readonly failed: (error: unknown) => void
}): TrafficWatch {
  let reading: CounterReading | null = null
  let rates: Readonly<Record<string, TrafficView>> = {}
  const feed = createFeed<Record<string, TrafficView>>({ limit: keptEvents, whole: () => rates })

  async function read() {
    const insides = options.insides()
    const links = new Map(await options.sources.readCounters())
    if (insides.length > 0) {
      const pids = [...new Set(insides.map(({ pid }) => pid))]
      for (const [name, row] of (await options.sources.readInsideCounters?.(pids)) ?? []) links.set(name, row)
    }
    const now = { at: performance.now(), links }
    const cables = [...options.endpoints(), ...insides.map(toCable)]
    const next = reading ? ratesBetween(reading, now, cables, rates) : {}
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
