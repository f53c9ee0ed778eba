import type { ReachCell, ReachColumn, ReachEnd, ReachEvent, VerifiedCell } from '@/server/observe/reach/contract'
import type { Outcome, Place } from '@/server/observe/trace/contract'
import { formatPlace } from '../trace/place'

/** What a cell says at a glance. */
export const answers = ['reachable', 'refused', 'dropped', 'none', 'unknown'] as const
export type Answer = (typeof answers)[number]

const answerOf: Readonly<Record<Outcome, Answer>> = {
  answered: 'reachable',
  rejected: 'refused',
  dropped: 'dropped',
  unreachable: 'none',
  lost: 'none',
  'delivered-unanswered': 'none',
  unknown: 'unknown',
}

export interface Matrix {
  readonly rows: readonly ReachEnd[]
  readonly columns: readonly ReachColumn[]
  readonly cut: number
  /** By `cellKey` of their places in the table. */
  readonly cells: ReadonlyMap<string, ReachCell>
  readonly durationMs: number | null
  readonly computedAt: string | null
  readonly failed: string | null
}

export function cellKey(row: number, column: number): string {
  return `${row} ${column}`
}

/** The matrix after an event; cells of the same plan stay until they are computed anew. */
export function mergeReach(before: Matrix | null, event: ReachEvent): Matrix | null {
  switch (event.type) {
    case 'plan': {
      const { rows, columns, cut } = event
      const isSame =
        before !== null && JSON.stringify([before.rows, before.columns]) === JSON.stringify([rows, columns])
      const cells = isSame ? before.cells : new Map<string, ReachCell>()
      return { rows, columns, cut, cells, durationMs: null, computedAt: null, failed: null }
    }
    case 'cells': {
      if (!before) return null
      const cells = new Map(before.cells)
      for (const cell of event.cells) cells.set(cellKey(cell.row, cell.column), cell)
      return { ...before, cells }
    }
    case 'done':
      return before && { ...before, durationMs: event.durationMs, computedAt: event.computedAt }
    case 'failed': {
      const empty: Matrix = {
        rows: [],
        columns: [],
        cut: 0,
        cells: new Map(),
        durationMs: null,
        computedAt: null,
        failed: null,
      }
      return { ...(before ?? empty), failed: event.message }
    }
  }
}

/** Null: it is itself, or not computed yet. */
export function answerIn(matrix: Matrix, row: number, column: number): Answer | null {
  const outcome = matrix.cells.get(cellKey(row, column))?.outcome
  return outcome ? answerOf[outcome] : null
}

export function countAnswers(matrix: Matrix): Readonly<Record<Answer, number>> {
  const counts = { reachable: 0, refused: 0, dropped: 0, none: 0, unknown: 0 }
  for (const { outcome } of matrix.cells.values()) if (outcome) counts[answerOf[outcome]] += 1
  return counts
}

/** Columns of one target stand together under its name. */
export function columnGroups(columns: readonly ReachColumn[]): { key: string; end: ReachEnd; span: number }[] {
  const groups: { key: string; end: ReachEnd; span: number }[] = []
  for (const column of columns) {
    const key = formatPlace(column.place)
    const last = groups.at(-1)
    if (last?.key === key) last.span += 1
    else groups.push({ key, end: column, span: 1 })
  }
  return groups
}

/** What is remembered of a matrix: who answered whom, by names that stay. */
export interface Moment {
  readonly at: string
  /** What was asked for, as text: only equal questions can be compared. */
  readonly asked: string
  readonly answers: Readonly<Record<string, Answer>>
}

export interface Difference {
  readonly row: ReachEnd
  readonly column: ReachColumn
  readonly place: { readonly row: number; readonly column: number }
  /** Null: it was not there. */
  readonly before: Answer | null
  readonly after: Answer
}

function pathKey(from: Place, { place, protocol, port }: ReachColumn): string {
  return `${formatPlace(from)} > ${formatPlace(place)} ${protocol} ${port ?? ''}`
}

export function momentOf(matrix: Matrix, asked: string, at: string): Moment {
  const found: Record<string, Answer> = {}
  for (const { row, column } of matrix.cells.values()) {
    const [from, to, answer] = [matrix.rows[row], matrix.columns[column], answerIn(matrix, row, column)]
    if (from && to && answer) found[pathKey(from.place, to)] = answer
  }
  return { at, asked, answers: found }
}

export function differences(matrix: Matrix, moment: Moment): Difference[] {
  return [...matrix.cells.values()].flatMap((cell) => {
    const [row, column] = [matrix.rows[cell.row], matrix.columns[cell.column]]
    const after = answerIn(matrix, cell.row, cell.column)
    if (!row || !column || !after) return []
    const before = moment.answers[pathKey(row.place, column)] ?? null
    return before === after ? [] : [{ row, column, place: { row: cell.row, column: cell.column }, before, after }]
  })
}

export function verifiedByKey(cells: readonly VerifiedCell[]): ReadonlyMap<string, VerifiedCell> {
  return new Map(cells.map((cell) => [cellKey(cell.row, cell.column), cell]))
}
