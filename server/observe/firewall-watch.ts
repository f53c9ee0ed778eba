import { isDeepStrictEqual } from 'node:util'
import { createFeed, type Feed } from './feed'
import { countRules, drawTables, type FirewallLine, movedCounters, readLines, sameRules } from './firewall'
import { createOwners } from './owners'
import type { FirewallEvent, OwnerView, Snapshot, TableView } from './snapshot'
import type { ObserverSources } from './sources'
import { coalesce, inTurn, repeat } from './timing'

const watchedDelayMs = 12
const unwatchedDelayMs = 60
/** While rules keep changing, reading them may take a quarter of the time. */
const restFactor = 3
const namingDelayMs = 300
const keptEvents = 10
/** So many polls in a row may be left out while no packet passes. */
const idlePolls = 10

/** The host's firewall, read again when its rules change, and every second while somebody looks at the counters. */
export interface FirewallWatch {
  readonly feed: Feed<FirewallEvent>
  readonly ruleCount: number
  /** As it was read last. */
  readonly text: string
  /** Reads now what has been noticed. */
  flush(): Promise<void>
  /** Follows the rules; resolves after the first read. */
  start(): Promise<() => void>
  /** Follows the counters, too. `start` has to be running. */
  startCounters(): Promise<() => void>
  /** Names in the picture changed: owners are looked up again. */
  pictureChanged(): void
}

export function createFirewallWatch(options: {
  readonly sources: Pick<ObserverSources, 'readFirewall' | 'readPackets' | 'monitorFirewall'>
  readonly picture: () => Snapshot
  readonly pollMs: number
  readonly fullReadMs: number
  /** Rules came, went or moved; counters are no such change. */
  readonly changed: () => void
  readonly failed: (error: unknown) => void
}): FirewallWatch {
  const { sources, failed } = options
  let variant = ''
  let text = ''
  let lines: readonly FirewallLine[] = []
  let tables: readonly TableView[] = []
  let readAt = new Date()
  let counting = false
  let restUntil = 0
  let packets = ''
  let pollsLeftOut = 0
  const read = inTurn(readRules)
  const reading = coalesce({
    delayMs: () => Math.max(counting ? watchedDelayMs : unwatchedDelayMs, restUntil - performance.now()),
    work: read,
    failed,
  })
  const owning = coalesce({ delayMs: namingDelayMs, work: refreshOwners, failed })
  const feed = createFeed<FirewallEvent>({ limit: keptEvents, whole })

  function whole(): FirewallEvent {
    return { type: 'firewall', firewall: { variant, readAt: readAt.toISOString(), tables: draw() } }
  }

  function draw(): readonly TableView[] {
    return drawTables(lines, createOwners(options.picture()))
  }

  async function readRules() {
    const began = performance.now()
    const now = await sources.readFirewall()
    restUntil = performance.now() + (performance.now() - began) * restFactor
    readAt = new Date()
    const body = withoutRemarks(now.text)
    if (body === text && now.variant === variant) return
    const before = lines
    lines = readLines(body)
    text = body
    if (now.variant === variant && sameRules(before, lines)) return appendCounters(before)
    variant = now.variant
    if (counting) tables = draw()
    feed.restart()
    options.changed()
  }

  /** Where no packet passed, no rule counted. Iptables-legacy tells of no change: it is always read. */
  async function poll() {
    const now = await sources.readPackets()
    const isIdle = now === packets && variant !== 'legacy' && pollsLeftOut < idlePolls
    packets = now
    pollsLeftOut = isIdle ? pollsLeftOut + 1 : 0
    if (!isIdle) await read()
  }

  function appendCounters(before: readonly FirewallLine[]) {
    const moved = counting ? movedCounters(before, lines, tables) : null
    if (moved) feed.append({ type: 'counters', readAt: readAt.toISOString(), ...moved })
  }

  function refreshOwners() {
    if (!counting) return
    const next = draw()
    if (isDeepStrictEqual(ownersIn(tables), ownersIn(next))) return
    tables = next
    feed.restart()
  }

  return {
    feed,
    get ruleCount() {
      return countRules(lines)
    },
    get text() {
      return text
    },
    flush: reading.flush,
    async start() {
      const stopMonitor = sources.monitorFirewall(reading.soon, reading.soon)
      const stopReads = repeat(options.fullReadMs, reading.soon, failed)
      const stop = () => {
        stopMonitor()
        stopReads()
      }
      try {
        await read()
      } catch (error) {
        stop()
        throw error
      }
      return stop
    },
    async startCounters() {
      await read()
      counting = true
      tables = draw()
      feed.restart()
      const stop = repeat(options.pollMs, poll, failed)
      return () => {
        counting = false
        stop()
      }
    },
    pictureChanged: owning.soon,
  }
}

/** iptables-save writes the time of day into its remarks. */
function withoutRemarks(text: string): string {
  return text.replace(/^#.*\n/gm, '')
}

function ownersIn(tables: readonly TableView[]): (OwnerView | null)[] {
  return tables.flatMap((table) => table.chains.flatMap((chain) => chain.rules.map((rule) => rule.owner)))
}
