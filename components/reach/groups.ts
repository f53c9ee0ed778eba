import type { ReachEnd } from '@/server/observe/reach/contract'
import { type Answer, answerIn, type Counts, type Matrix, rowKey } from './matrix'

/** Rows or columns that stand for one: the containers of the same networks, the host, what is outside. */
export interface Group {
  /** The networks' names; '' for those of none. */
  readonly name: string
  readonly kind: 'networks' | 'host' | 'outside'
  /** Of its rows, or columns, the places in the matrix. */
  readonly members: readonly number[]
  /** How many containers, or addresses, those are. */
  readonly size: number
}

/** `networksOf` gives the names of a container's networks, sorted. */
export function groupsOf(ends: readonly ReachEnd[], networksOf: (id: string) => readonly string[]): Group[] {
  const groups = new Map<string, { name: string; kind: Group['kind']; members: number[]; who: Set<string> }>()
  for (const [at, end] of ends.entries()) {
    const { place } = end
    const kind = place.kind === 'container' ? 'networks' : place.kind === 'host' ? 'host' : 'outside'
    const name = place.kind === 'container' ? networksOf(place.id).join(' + ') : ''
    const key = `${kind} ${name}`
    const group = groups.get(key) ?? { name, kind, members: [], who: new Set<string>() }
    group.members.push(at)
    group.who.add(rowKey(end))
    groups.set(key, group)
  }
  const order = { networks: 0, host: 1, outside: 2 }
  return [...groups.values()]
    .map(({ who, ...group }) => ({ ...group, size: who.size }))
    .sort((a, b) => order[a.kind] - order[b.kind] || a.name.localeCompare(b.name, undefined, { numeric: true }))
}

export interface GroupCell {
  readonly counts: Counts
  /** Ways with an answer. */
  readonly total: number
  /** What all or most of them say; null where there is none yet. */
  readonly most: Answer | null
}

export function summarize(matrix: Matrix, from: Group, to: Group): GroupCell {
  const counts: Record<Answer, number> = { reachable: 0, refused: 0, dropped: 0, none: 0, unknown: 0 }
  let total = 0
  for (const row of from.members) {
    for (const column of to.members) {
      const answer = answerIn(matrix, row, column)
      if (!answer) continue
      counts[answer] += 1
      total += 1
    }
  }
  const [most] = (Object.keys(counts) as Answer[]).sort((a, b) => counts[b] - counts[a])
  return { counts, total, most: total === 0 || !most ? null : most }
}
