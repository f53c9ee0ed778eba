import type { EndpointView, TrafficView } from './snapshot'
import type { LinkCounters } from './sources'

/** One read of all counters. */
export interface CounterReading {
  /** Milliseconds of a clock that never goes back. */
  readonly at: number
  readonly links: ReadonlyMap<string, LinkCounters>
}

/** By endpoint. */
type Rates = Readonly<Record<string, TrafficView>>
/** With the name by which its counters are read: a link of the host's, or one in a sandbox. */
export type Cable = Pick<EndpointView, 'id' | 'hostIfname'>

/** The name of a link in a sandbox, by a process that is in there. */
export function insideName(pid: number, ifname: string): string {
  return `${pid}/${ifname}`
}

/**
 * Rates of every endpoint with a cable, from two readings, seen from the sandbox: what the host
 * receives on its side, the sandbox sent. A link that is new, or whose counters went back because
 * it was made anew, has no rate yet. What stood still in `last` and does so now is the same object.
 */
export function ratesBetween(
  before: CounterReading,
  after: CounterReading,
  cables: readonly Cable[],
  last: Rates = {},
): Rates {
  const seconds = (after.at - before.at) / 1000
  const rates: Record<string, TrafficView> = {}
  for (const { id, hostIfname } of cables) {
    const now = hostIfname === null ? undefined : after.links.get(hostIfname)
    if (!now || hostIfname === null) continue
    const since = before.links.get(hostIfname)
    const known = since === now ? last[id] : undefined
    rates[id] = known && !flows(known) ? known : rateOf(since, now, seconds)
  }
  return rates
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
export function newsIn(before: Rates, now: Rates): Record<string, TrafficView> | null {
  const ids = Object.keys(now).filter((id) => flows(now[id]) || flows(before[id]))
  return ids.length === 0 ? null : Object.fromEntries(ids.flatMap((id) => (now[id] ? [[id, now[id]]] : [])))
}

function flows(rate: TrafficView | undefined): boolean {
  return rate !== undefined && (rate.rxPacketsPerSecond > 0 || rate.txPacketsPerSecond > 0)
}
