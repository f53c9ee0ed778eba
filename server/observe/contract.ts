import type { Family } from '../cnm/address'
import type { AutomaticRepairSettings } from './automatic-repair'
import type { History } from './history'
import type { FdbEvent, FirewallEvent, Snapshot, SnapshotEvent, TrafficView } from './snapshot'

/**
 * The live picture. Watching starts what it needs (monitors, counters) and stops it when the last
 * watcher has gone; nothing is polled while nobody looks.
 */
export interface Observer {
  /** The whole picture first, or the changes since `resume` where they are still known; then changes as they come. */
  watch(signal: AbortSignal, resume?: { epoch: string; version: number }): AsyncIterable<SnapshotEvent>
  /** Rates by endpoint id, once a second; only the endpoints whose rate is not zero or just became zero. */
  watchTraffic(signal: AbortSignal): AsyncIterable<Record<string, TrafficView>>
  /** ip6tables is read only while somebody watches it. */
  watchFirewall(signal: AbortSignal, family?: Family): AsyncIterable<FirewallEvent>
  watchFdb(signal: AbortSignal): AsyncIterable<FdbEvent>
  /** As it was drawn last; it moves only while somebody watches. */
  picture(): Snapshot
  /** Positions were written to the store: reads them again and shows what moved to everybody who watches. */
  refreshPositions(): Promise<void>
  /** While it is on, drift is looked for though nobody watches. */
  readonly automaticRepair: {
    settings(): Promise<AutomaticRepairSettings>
    /** Kept over restarts. */
    configure(settings: AutomaticRepairSettings): Promise<void>
  }
  /** Keys for a repair, from those of the picture's drift: one of those may stand for thousands. */
  driftKeys(keys: readonly string[]): string[]
  readonly history: History
  close(): Promise<void>
}
