import type { PacketRow } from '@/server/observe/capture/contract'

/** One packet at one hop. */
export interface Step {
  readonly row: PacketRow
  /** Addresses or ports are others than at the hop before: it was translated (NAT). */
  readonly isTranslated: boolean
  /** It went into a tunnel, or came out of one. */
  readonly isTunnelled: boolean
}

/** A packet on its way over the hops, in the order of time. */
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

interface Open {
  readonly rows: PacketRow[]
  readonly hops: Set<number>
}

/**
 * Finds packets again at other hops by what they keep (identity). Two that nothing but time tells apart are matched in
 * their order. `untilNs`: how far time has come.
 */
export function sequenceOf(rows: readonly PacketRow[], hopCount: number, untilNs: number): Journey[] {
  const open = new Map<string, Open[]>()
  const all: Open[] = []
  for (const row of rows) {
    const candidates = open.get(row.identity) ?? []
    const found = candidates.find(({ rows: seen, hops }) => !hops.has(row.point) && isRecent(seen.at(-1), row))
    if (found) {
      found.rows.push(row)
      found.hops.add(row.point)
    } else {
      const begun = { rows: [row], hops: new Set([row.point]) }
      open.set(row.identity, [...candidates.slice(-8), begun])
      all.push(begun)
    }
  }
  return all.map(({ rows: seen }) => {
    const way = wayOf(seen, hopCount)
    const steps = inOrder(seen, way).map((row, index, others) => stepAfter(others[index - 1], row))
    return { number: seen[0]?.number ?? 0, steps, missing: missingHop(steps, way, hopCount, untilNs) }
  })
}

function isRecent(last: PacketRow | undefined, { atNs }: PacketRow): boolean {
  return last !== undefined && atNs - last.atNs <= longestWayNs
}

/** 1: towards the last hop; -1: towards the first; 0: nobody can say. One at an end goes towards the other. */
function wayOf(rows: readonly PacketRow[], hopCount: number): number {
  const [first, last] = [rows[0]?.point ?? 0, rows.at(-1)?.point ?? 0]
  if (first !== last) return Math.sign(last - first)
  if (hopCount < 2) return 0
  if (first === 0) return 1
  return first === hopCount - 1 ? -1 : 0
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
