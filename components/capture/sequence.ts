import type { PacketRow, PointView } from '@/server/observe/capture/contract'

/** One packet at one hop. */
export interface Step {
  readonly row: PacketRow
  /** Addresses or ports are others than at the hop before: it was translated (NAT). */
  readonly isTranslated: boolean
  /** It went into a tunnel, or came out of one. */
  readonly isTunnelled: boolean
}

/** What a hop says of who stands there. */
export type Hop = Pick<PointView, 'place' | 'containerId' | 'addresses'>

/** A packet on its way over the hops, in the order in which it passed them. */
export interface Journey {
  /** Of its first row. */
  readonly number: number
  readonly steps: readonly Step[]
  /** The hop where it should have been seen next and was not; null: it was, or nobody can say. */
  readonly missing: number | null
}

/** A packet that was not seen again within this is on its way no more. */
const longestWayNs = 2_000_000_000
/** What is younger may still be on its way. */
const patienceNs = 500_000_000
/** Between two hops where no packet has shown yet how long that takes. */
const unknownDelayNs = 50_000_000
/** So many times what is usual between two hops, and at least so much, is still one packet rather than the next. */
const [unusual, leastDelayNs] = [20, 2_000_000]
/** Packets that nothing but time tells apart, and that are still to be seen again. */
const mostAlike = 64
/** Clocks of two places, or of two moments, are no nearer to each other than this. */
const sameMomentNs = 1_000

interface Open {
  readonly rows: PacketRow[]
  readonly hops: Set<number>
}

/**
 * Finds packets again at other hops: by what they keep (identity: the IP packet's number, sequence numbers, content). Of
 * several that are alike, such as one that was sent again, it is who has addresses that it can have come from by
 * translation, as its flow was translated before, and was seen as long ago as packets take between these hops; among
 * those, in their order. Which way it goes is told by whose addresses it bears before it is told by time: clocks are
 * set, too. `untilNs`: how far time has come.
 */
export function sequenceOf(rows: readonly PacketRow[], hops: readonly Hop[], untilNs: number): Journey[] {
  const delays = usualDelays(rows)
  const known = new Flows(hops)
  const open = new Map<string, Open[]>()
  const all: Open[] = []
  for (const row of rows) {
    const candidates = open.get(row.identity) ?? []
    const found = bestOf(candidates, row, delays, known)
    if (found) {
      known.learn(found.rows.at(-1) as PacketRow, row)
      found.rows.push(row)
      found.hops.add(row.point)
    } else {
      const begun = { rows: [row], hops: new Set([row.point]) }
      open.set(row.identity, [...candidates.slice(-mostAlike), begun])
      all.push(begun)
    }
  }
  return all.map(({ rows: seen }) => {
    const way = wayOf(seen, hops, known)
    const steps = inOrder(seen, way).map((row, index, others) => stepAfter(others[index - 1], row))
    return { number: seen[0]?.number ?? 0, steps, missing: missingHop(steps, way, hops.length, untilNs) }
  })
}

/** The packet that this row shows again; undefined: it is shown for the first time. */
function bestOf(candidates: readonly Open[], row: PacketRow, delays: Delays, known: Flows): Open | undefined {
  let best: { open: Open; score: number } | undefined
  for (const open of candidates) {
    const last = open.rows.at(-1)
    if (!last || open.hops.has(row.point) || row.atNs - last.atNs > longestWayNs) continue
    const kinship = kinshipOf(last, row, known)
    if (kinship === null) continue
    const isTimely = row.atNs - last.atNs <= delays(last.point, row.point)
    const score = (isTimely ? 10 : 0) + kinship
    // In their order; but of those that are all too old the youngest.
    if (!best || score > best.score || (score === best.score && !isTimely)) best = { open, score }
  }
  return best?.open
}

const endsOf = ({ source, sourcePort, destination, destinationPort }: PacketRow) =>
  [`${source} ${sourcePort}`, `${destination} ${destinationPort}`] as const

/** How likely one has become the other by translation; null: it goes the other way. */
function kinshipOf(before: PacketRow, after: PacketRow, known: Flows): number | null {
  const [from, to] = endsOf(before)
  const [source, destination] = endsOf(after)
  const same = Number(from === source) + Number(to === destination)
  if (same === 0 && from === destination && to === source && from !== to) return null
  return same + (known.has(before, after) ? 2 : 0)
}

type Delays = (from: number, to: number) => number

/** Longest time that is usual from hop to hop, by those packets that are like no other. */
function usualDelays(rows: readonly PacketRow[]): Delays {
  const seen = new Map<string, PacketRow[]>()
  for (const row of rows) {
    const alike = seen.get(row.identity)
    if (alike) alike.push(row)
    else seen.set(row.identity, [row])
  }
  const measured = new Map<string, number[]>()
  for (const alike of seen.values()) {
    if (alike.length < 2 || new Set(alike.map(({ point }) => point)).size < alike.length) continue
    for (const [index, row] of alike.slice(1).entries()) {
      const before = alike[index] as PacketRow
      const pair = pairOf(before.point, row.point)
      const times = measured.get(pair) ?? []
      if (times.length < mostMeasured) measured.set(pair, [...times, row.atNs - before.atNs])
    }
  }
  const usual = new Map([...measured].map(([pair, times]) => [pair, Math.max(leastDelayNs, unusual * median(times))]))
  return (from, to) => usual.get(pairOf(from, to)) ?? unknownDelayNs
}

const mostMeasured = 200
/** Either way takes as long. */
const pairOf = (one: number, other: number) => (one < other ? `${one} ${other}` : `${other} ${one}`)

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
}

/** What has become of flows between hops, and which way they go there. */
class Flows {
  readonly #hops: readonly Hop[]
  readonly #pairs = new Set<string>()
  readonly #ways = new Map<string, number>()

  constructor(hops: readonly Hop[]) {
    this.#hops = hops
  }

  learn(before: PacketRow, after: PacketRow): void {
    this.#pairs.add(`${this.#at(before)} ${this.#at(after)}`)
    const way = wayByOwners(before, after, this.#hops) || wayByTime(before, after)
    if (way === 0) return
    this.#ways.set(this.#at(before), way)
    this.#ways.set(this.#at(after), way)
  }

  has(before: PacketRow, after: PacketRow): boolean {
    return this.#pairs.has(`${this.#at(before)} ${this.#at(after)}`)
  }

  /** 0: not seen. */
  way(row: PacketRow): number {
    return this.#ways.get(this.#at(row)) ?? 0
  }

  #at(row: PacketRow): string {
    return `${row.point} ${row.protocol} ${endsOf(row).join(' ')}`
  }
}

/** 1: towards the last hop; -1: towards the first; 0: nobody can say. One at an end goes towards the other. */
function wayOf(rows: readonly PacketRow[], hops: readonly Hop[], known: Flows): number {
  const [first, last] = [rows[0], rows.at(-1)]
  if (!first || !last) return 0
  if (first.point !== last.point) {
    const way = wayByOwners(first, last, hops) || wayByTime(first, last) || known.way(first)
    return way || Math.sign(last.point - first.point)
  }
  if (hops.length < 2 || placeOnWay(first, hops) > between) return 0
  const learnt = known.way(first)
  if (learnt !== 0) return learnt
  if (first.point === 0) return 1
  return first.point === hops.length - 1 ? -1 : 0
}

function wayByTime(before: PacketRow, after: PacketRow): number {
  return Math.abs(after.atNs - before.atNs) < sameMomentNs ? 0 : Math.sign(after.point - before.point)
}

/** A packet begins where its source is at home, and ends where its destination is: 0 where neither tells. */
function wayByOwners(one: PacketRow, other: PacketRow, hops: readonly Hop[]): number {
  return Math.sign((placeOnWay(other, hops) - placeOnWay(one, hops)) * (other.point - one.point))
}

/** On its way from its source to its destination: within one, at the host's end of its cable, or somewhere between. */
const between = 2
function placeOnWay({ point, source, destination }: PacketRow, hops: readonly Hop[]): number {
  const hop = hops[point]
  if (hop === undefined || hop.addresses.length === 0) return between
  const { addresses, place } = hop
  const [isSource, isDestination] = [addresses.includes(source), addresses.includes(destination)]
  if (isSource === isDestination) return between
  const distance = place === 'container' ? 2 : 1
  return isSource ? between - distance : between + distance
}

/** A bridge shows a frame to who listens at it after its port has sent it on: the order of hops, not of microseconds. */
function inOrder(rows: readonly PacketRow[], way: number): PacketRow[] {
  return [...rows].sort((a, b) => (a.point - b.point) * way)
}

function stepAfter(before: PacketRow | undefined, row: PacketRow): Step {
  if (!before) return { row, isTranslated: false, isTunnelled: false }
  const keys = ['source', 'destination', 'sourcePort', 'destinationPort'] as const
  return {
    row,
    isTranslated: keys.some((key) => before[key] !== row[key]),
    isTunnelled: before.tunnels !== row.tunnels,
  }
}

function missingHop(steps: readonly Step[], way: number, hopCount: number, untilNs: number): number | null {
  const latest = Math.max(...steps.map(({ row }) => row.atNs))
  const next = (steps.at(-1)?.row.point ?? 0) + way
  return way !== 0 && untilNs - latest >= patienceNs && next >= 0 && next < hopCount ? next : null
}
