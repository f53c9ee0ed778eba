import type { FdbBridgeView } from '@/server/observe/snapshot'
import { groupBy } from '../topology/group-by'
import type { FdbFeed, LiveFdbEntry } from './fdb-feed'

export const entryTypes = ['learned', 'static', 'local'] as const

/** A row of the table: a bridge, or an entry of it. */
export type FdbItem =
  | { readonly type: 'bridge'; readonly key: string; readonly bridge: FdbBridgeView; readonly shown: number }
  | { readonly type: 'entry'; readonly key: string; readonly bridge: FdbBridgeView; readonly live: LiveFdbEntry }

export interface FdbFilter {
  readonly types: readonly string[]
  /** Lower case; empty: everything. */
  readonly search: string
}

/** Bridges with their entries below, by port and MAC. What is filtered leaves out bridges with nothing left. */
export function listFdbItems(feed: FdbFeed, filter: FdbFilter): FdbItem[] {
  const byBridge = groupBy(feed.entries.values(), ({ entry }) => entry.bridge)
  const isNarrowed = filter.types.length > 0 || filter.search !== ''
  return feed.bridges.flatMap((bridge): FdbItem[] => {
    const entries = (byBridge.get(bridge.name) ?? []).filter((live) => passes(live, bridge, filter)).sort(byPort)
    if (entries.length === 0 && isNarrowed) return []
    return [
      { type: 'bridge', key: bridge.name, bridge, shown: entries.length },
      ...entries.map((live) => ({ type: 'entry' as const, key: live.entry.key, bridge, live })),
    ]
  })
}

function passes({ entry }: LiveFdbEntry, bridge: FdbBridgeView, { types, search }: FdbFilter): boolean {
  if (types.length > 0 && !types.includes(entry.type)) return false
  const words = [entry.mac, entry.port, entry.bridge, entry.owner?.name, bridge.owner?.name]
  return search === '' || words.some((word) => word?.toLowerCase().includes(search))
}

function byPort({ entry: a }: LiveFdbEntry, { entry: b }: LiveFdbEntry): number {
  return a.port.localeCompare(b.port) || a.type.localeCompare(b.type) || a.mac.localeCompare(b.mac)
}
