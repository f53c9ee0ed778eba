import type { EndpointView, TrafficView } from './snapshot'
import type { LinkCounters } from './sources'

/** One read of all counters. */
export interface CounterReading {
  /** Milliseconds of a clock that never goes back. */
  readonly at: number
  readonly links: ReadonlyMap<string, LinkCounters>
}

type Cable = Pick<EndpointView, 'id' | 'hostIfname'>

/**
 * Rates of every endpoint with a cable, from two readings, seen from the sandbox: what the host
 * receives on its side, the sandbox sent. A link that is new, or whose counters went back because
 * it was made anew, has no rate yet.
 */
export function ratesBetween(
  before: CounterReading,
  after: CounterReading,
  cables: readonly Cable[],
): Record<string, TrafficView> {
  const seconds = (after.at - before.at) / 1000
  const rates: [string, TrafficView][] = []
  for (const { id, hostIfname } of cables) {
    const now = hostIfname === null ? undefined : after.links.get(hostIfname)
    if (now && hostIfname !== null) rates.push([id, rateOf(before.links.get(hostIfname), now, seconds)])
  }
  return Object.fromEntries(rates)
}

function rateOf(before: LinkCounters | undefined, now: LinkCounters, seconds: number): TrafficView {
  const since = before && seconds > 0 && !wentBack(before, now) ? before : now
  const rate = (name: keyof LinkCounters) => (since === now ? 0 : (now[name] - since[name]) / seconds)
  return {
    rxBytesPerSecond: rate('txBytes'),
    txBytesPerSecond: rate('rxBytes'),
    rxPacketsPerSecond: rate('txPackets'),
    txPacketsPerSecond: rate('rxPackets'),
    rxBytes: now.txBytes,
    txBytes: now.rxBytes,
  }
}

function wentBack(before: LinkCounters, now: LinkCounters): boolean {
  return now.rxBytes < before.rxBytes || now.txBytes < before.txBytes
}

/** The rates worth telling: not zero, or zero since now. Null: none. */
export function newsIn(
  before: Readonly<Record<string, TrafficView>>,
  now: Readonly<Record<string, TrafficView>>,
): Record<string, TrafficView> | null {
  const news = Object.entries(now).filter(([id, rate]) => flows(rate) || flows(before[id]))
  return news.length === 0 ? null : Object.fromEntries(news)
}

function flows(rate: TrafficView | undefined): boolean {
  return rate !== undefined && (rate.rxPacketsPerSecond > 0 || rate.txPacketsPerSecond > 0)
}
