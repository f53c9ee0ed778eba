import type { FirewallEvent, FirewallView } from '@/server/observe/snapshot'

/** A counter and how it moves. */
export interface Counter {
  readonly packets: number
  readonly bytes: number
  readonly packetsPerSecond: number
  readonly bytesPerSecond: number
  /** When it last moved, in ms since 1970 as the browser saw it; 0: not since the page was opened. */
  readonly movedAt: number
  /** How often it has moved since the page was opened. */
  readonly moves: number
}

/** The firewall, and the counters beside it: by rule key, and by "table chain" for policies. */
export interface FirewallFeed {
  readonly firewall: FirewallView
  /** When the counters were last read, in the daemon's time. */
  readonly readAt: number
  readonly rules: ReadonlyMap<string, Counter>
  readonly policies: ReadonlyMap<string, Counter>
}

/** A rate is shown for so long after a counter moved. */
const rateHoldsMs = 2_500

/** The feed after an event that arrived at `now`. Rates are what was counted between two readings. */
export function mergeFirewallEvent(
  feed: FirewallFeed | undefined,
  event: FirewallEvent,
  now: number,
): FirewallFeed | undefined {
  const readAt = Date.parse(event.type === 'firewall' ? event.firewall.readAt : event.readAt)
  const seconds = feed === undefined ? 0 : (readAt - feed.readAt) / 1_000
  const move = (before: Counter | undefined, next: Amount) => moveCounter(before, next, { now, seconds })

  if (event.type === 'firewall') {
    const rules = new Map<string, Counter>()
    const policies = new Map<string, Counter>()
    for (const table of event.firewall.tables) {
      for (const chain of table.chains) {
        const chainKey = policyKey(table.name, chain.name)
        if (chain.policy !== null) policies.set(chainKey, move(feed?.policies.get(chainKey), chain))
        for (const rule of chain.rules) rules.set(rule.key, move(feed?.rules.get(rule.key), rule))
      }
    }
    return { firewall: event.firewall, readAt, rules, policies }
  }
  if (feed === undefined) return undefined
  return {
    firewall: feed.firewall,
    readAt,
    rules: moveAll(feed.rules, event.rules, move),
    policies: moveAll(feed.policies, event.policies, move),
  }
}

/** Key of a chain's policy counter. */
export function policyKey(table: string, chain: string): string {
  return `${table} ${chain}`
}

/** True: it moved so lately that its rate still stands. */
export function isMoving(counter: Counter | undefined, now: number): boolean {
  return counter !== undefined && counter.movedAt > 0 && now - counter.movedAt < rateHoldsMs
}

interface Amount {
  readonly packets: number
  readonly bytes: number
}

function moveAll(
  counters: ReadonlyMap<string, Counter>,
  amounts: Readonly<Record<string, Amount>>,
  move: (before: Counter | undefined, next: Amount) => Counter,
): ReadonlyMap<string, Counter> {
  const next = new Map(counters)
  for (const [key, amount] of Object.entries(amounts)) next.set(key, move(counters.get(key), amount))
  return next
}

/** A counter that somebody set back to zero has moved, but at no rate that means anything. */
function moveCounter(before: Counter | undefined, next: Amount, at: { now: number; seconds: number }): Counter {
  const { packets, bytes } = next
  if (before === undefined) return { packets, bytes, packetsPerSecond: 0, bytesPerSecond: 0, movedAt: 0, moves: 0 }
  if (packets === before.packets && bytes === before.bytes) return before
  const rate = (amount: number) => (at.seconds > 0 && amount > 0 ? amount / at.seconds : 0)
  return {
    packets,
    bytes,
    packetsPerSecond: rate(packets - before.packets),
    bytesPerSecond: rate(bytes - before.bytes),
    movedAt: at.now,
    moves: before.moves + 1,
  }
}
