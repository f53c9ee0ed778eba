import type { FdbBridgeView, FdbEntryView, FdbEvent } from '@/server/observe/snapshot'

/** An entry, and when the browser got it: from then on it ages by the clock. */
export interface LiveFdbEntry {
  readonly entry: FdbEntryView
  readonly receivedAt: number
  /** When it last changed, as the browser saw it; 0: not since the page was opened. */
  readonly movedAt: number
  readonly moves: number
}

export interface FdbFeed {
  readonly bridges: readonly FdbBridgeView[]
  readonly entries: ReadonlyMap<string, LiveFdbEntry>
}

/** The MAC tables after an event that arrived at `now`. */
export function mergeFdbEvent(feed: FdbFeed | undefined, event: FdbEvent, now: number): FdbFeed | undefined {
  if (event.type === 'fdb') {
    const entries = event.fdb.entries.map((entry) => [entry.key, arrive(feed, entry, now, isSame)] as const)
    return { bridges: event.fdb.bridges, entries: new Map(entries) }
  }
  if (feed === undefined) return undefined
  const entries = new Map(feed.entries)
  for (const key of event.remove) entries.delete(key)
  for (const entry of event.set)
    entries.set(
      entry.key,
      arrive(feed, entry, now, () => false),
    )
  return { bridges: feed.bridges, entries }
}

/** Share of its life that a learned entry has left, from 1 to 0; null for what stays. */
export function lifeLeft(live: LiveFdbEntry, ageingSeconds: number, now: number): number | null {
  const ageSeconds = ageOf(live, now)
  if (ageSeconds === null || ageingSeconds <= 0) return null
  return Math.max(0, Math.min(1, 1 - ageSeconds / ageingSeconds))
}

/** Seconds since the bridge last saw the address as a source; null for what stays. */
export function ageOf({ entry, receivedAt }: LiveFdbEntry, now: number): number | null {
  if (entry.type !== 'learned' || entry.updatedSeconds === null) return null
  return entry.updatedSeconds + Math.max(0, now - receivedAt) / 1_000
}

function arrive(
  feed: FdbFeed | undefined,
  entry: FdbEntryView,
  now: number,
  isUnchanged: (before: FdbEntryView, after: FdbEntryView) => boolean,
): LiveFdbEntry {
  const before = feed?.entries.get(entry.key)
  if (feed === undefined) return { entry, receivedAt: now, movedAt: 0, moves: 0 }
  if (before && isUnchanged(before.entry, entry)) return { ...before, entry, receivedAt: now }
  return { entry, receivedAt: now, movedAt: now, moves: (before?.moves ?? 0) + 1 }
}

/** Growing older is no change. */
function isSame(before: FdbEntryView, after: FdbEntryView): boolean {
  return before.type === after.type && before.port === after.port && before.owner?.name === after.owner?.name
}
