import { isDeepStrictEqual } from 'node:util'
import { aged, diffEntries, type FdbRows, fdbBridges, fdbEntries, mergeFdbEvents, rowsByKey } from './fdb'
import { createFeed, type Feed } from './feed'
import { createOwners } from './owners'
import type { FdbBridgeView, FdbEntryView, FdbEvent, Snapshot } from './snapshot'
import type { FdbRowEvent, HostLink, ObserverSources } from './sources'
import { coalesce, inTurn, repeat } from './timing'

const gatherMs = 15
const keptEvents = 200
/** So many reads in a row may be left out while no packet passes. */
const idlePolls = 10

/** The MAC tables of all bridges: changes as the kernel tells them, ages once a second. */
export interface FdbWatch {
  readonly feed: Feed<FdbEvent>
  /** Resolves after the first read. */
  start(): Promise<() => void>
  /** Bridges, ports or names may be others. */
  pictureChanged(): void
}

export function createFdbWatch(options: {
  readonly sources: Pick<ObserverSources, 'readFdb' | 'readPackets' | 'monitorFdb'>
  readonly picture: () => Snapshot
  readonly links: () => ReadonlyMap<string, HostLink>
  readonly pollMs: number
  readonly failed: (error: unknown) => void
}): FdbWatch {
  const { sources, failed } = options
  let rows: FdbRows = new Map()
  let entries: ReadonlyMap<string, FdbEntryView> = new Map()
  let bridges: readonly FdbBridgeView[] = []
  let readAt = new Date()
  let isRunning = false
  let fresh: FdbRowEvent[] = []
  let sinceRead: FdbRowEvent[] = []
  let packets = ''
  let pollsLeftOut = 0
  let agedAt = 0
  const read = inTurn(readTables)
  const merging = coalesce({ delayMs: gatherMs, work: merge, failed })
  const redrawing = coalesce({ delayMs: gatherMs, work: redraw, failed })
  const feed = createFeed<FdbEvent>({ limit: keptEvents, whole })

  function whole(): FdbEvent {
    return { type: 'fdb', fdb: { readAt: readAt.toISOString(), bridges, entries: [...entries.values()] } }
  }

  function merge() {
    rows = mergeFdbEvents(rows, fresh)
    fresh = []
    redraw()
  }

  function redraw() {
    if (!isRunning) return
    const owners = createOwners(options.picture())
    const before = entries
    entries = fdbEntries(rows, owners)
    const nextBridges = fdbBridges(options.links().values(), owners)
    if (!isDeepStrictEqual(bridges, nextBridges)) {
      bridges = nextBridges
      return feed.restart()
    }
    const change = diffEntries(before, entries)
    if (change) feed.append({ type: 'change', ...change })
  }

  /** Events that came while the tables were read may be newer than what was read. */
  async function readTables() {
    sinceRead = []
    const now = await sources.readFdb()
    readAt = new Date()
    agedAt = performance.now()
    rows = mergeFdbEvents(rowsByKey(now), sinceRead)
    fresh = []
    redraw()
  }

  /** Where no packet passed, the kernel's tables are those of before, but older. */
  async function poll() {
    const now = await sources.readPackets()
    const isIdle = now === packets && pollsLeftOut < idlePolls
    packets = now
    pollsLeftOut = isIdle ? pollsLeftOut + 1 : 0
    if (!isIdle) return read()
    const seconds = Math.round((performance.now() - agedAt) / 1000)
    if (seconds < 1) return
    agedAt = performance.now()
    rows = aged(rows, seconds)
    redraw()
  }

  function take(event: FdbRowEvent) {
    fresh.push(event)
    sinceRead.push(event)
    merging.soon()
  }

  return {
    feed,
    async start() {
      const readingAgain = coalesce({ delayMs: 0, work: read, failed })
      const stopMonitor = sources.monitorFdb(take, readingAgain.soon)
      const stop = () => {
        isRunning = false
        stopMonitor()
        readingAgain.close()
      }
      try {
        isRunning = true
        await read()
      } catch (error) {
        stop()
        throw error
      }
      const stopReads = repeat(options.pollMs, poll, failed)
      return () => {
        stop()
        stopReads()
      }
    },
    pictureChanged: redrawing.soon,
  }
}
