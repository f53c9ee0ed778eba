import type { NetCounters, NetnsId } from '../../cnm/netns-state'
import type { NetnsReader } from '../../kernel/netns-contract'
import { createFeed, type Feed } from '../feed'
import { linkId, type ReadNamespace } from './join'
import type { LinkRate, WiringPicture } from './view'

/** Bytes a second of every link. */
export interface Rates {
  readonly feed: Feed<Readonly<Record<string, LinkRate>>>
  start(): Promise<() => void>
}

type Counted = Pick<NetCounters, 'rxBytes' | 'txBytes'>

const shortestMs = 1_000
/** Counting takes no more than this share of the time. */
const mostShare = 0.02

/**
 * Counters of the host's links tell those of what hangs on them: what the end of a pair receives is what the other sends.
 * Only namespaces with links that no pair leads to the host from are counted inside.
 */
export function createRates(options: {
  readonly reader: Pick<NetnsReader, 'readCounters'>
  readonly picture: () => WiringPicture
  readonly namespaces: () => Iterable<ReadNamespace>
  readonly failed: (error: unknown) => void
}): Rates {
  let before = new Map<string, Counted>()
  let beforeAt = 0
  let shown: Readonly<Record<string, LinkRate>> = {}
  const feed = createFeed<Readonly<Record<string, LinkRate>>>({ limit: 10, whole: () => shown })

  async function count(): Promise<void> {
    const { links, cables } = options.picture()
    const opposite = new Map<string, string>()
    let hostId: NetnsId | null = null
    const all = [...options.namespaces()]
    for (const { found } of all) if (found.isHost) hostId = found.id
    for (const { kind, from, to } of Object.values(cables)) {
      if (kind !== 'veth' || to === null || hostId === null) continue
      if (from.startsWith(`${hostId}:`)) opposite.set(from, to)
      else if (to.startsWith(`${hostId}:`)) opposite.set(to, from)
    }
    const known = new Set(opposite.values())
    const inside = new Set(
      Object.values(links).flatMap(({ id, netnsId, type, up }) =>
        up && type !== 'loopback' && !known.has(id) ? [netnsId] : [],
      ),
    )
    const now = new Map<string, Counted>()
    for (const { found } of all) {
      if (!found.isHost && !inside.has(found.id)) continue
      const counters = await options.reader.readCounters(found).catch(() => new Map<number, NetCounters>())
      for (const [index, one] of counters) now.set(linkId(found.id, index), one)
    }
    for (const [near, far] of opposite) {
      const counted = now.get(near)
      if (counted) now.set(far, { rxBytes: counted.txBytes, txBytes: counted.rxBytes })
    }
    tell(now)
  }

  function tell(now: Map<string, Counted>): void {
    const seconds = (performance.now() - beforeAt) / 1000
    const rates: Record<string, LinkRate> = {}
    for (const [id, { rxBytes, txBytes }] of now) {
      const last = before.get(id)
      if (!last) continue
      const rate = { rx: perSecond(rxBytes - last.rxBytes, seconds), tx: perSecond(txBytes - last.txBytes, seconds) }
      if (rate.rx > 0 || rate.tx > 0 || Object.hasOwn(shown, id)) rates[id] = rate
    }
    before = now
    beforeAt = performance.now()
    const isQuiet = Object.keys(rates).length === 0
    shown = Object.fromEntries(Object.entries(rates).filter(([, { rx, tx }]) => rx > 0 || tx > 0))
    if (!isQuiet) feed.append(rates)
  }

  return {
    feed,
    async start() {
      let timer: NodeJS.Timeout | undefined
      let isOver = false
      let lastMs = 0
      async function round(): Promise<void> {
        const started = process.cpuUsage()
        await count().catch(options.failed)
        const { user, system } = process.cpuUsage(started)
        const tookMs = (user + system) / 1000
        // What else this process did meanwhile is in it, too: the quieter one of two rounds tells what counting costs.
        const waitMs = Math.max(shortestMs, Math.min(lastMs, tookMs) / mostShare)
        lastMs = tookMs
        if (!isOver) timer = setTimeout(() => void round(), Math.min(waitMs, 10 * shortestMs))
      }
      void round()
      return () => {
        isOver = true
        clearTimeout(timer)
        before = new Map()
        shown = {}
      }
    },
  }
}

function perSecond(bytes: number, seconds: number): number {
  return seconds > 0 ? Math.max(0, Math.round(bytes / seconds)) : 0
}
