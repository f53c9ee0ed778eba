import type { Told } from '@/server/cnm/sentence'
import type { ReachColumn, ReachEnd, ReachEvent, ReachVerdict } from '@/server/observe/reach/contract'
import type { Outcome } from '@/server/observe/trace/contract'
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
  readonly verdicts: readonly ReachVerdict[]
  /** Row by row, each cell's number in `verdicts` and one; 0: not computed yet. Events write into it. */
  readonly cells: Uint32Array
  /** The first of `verdicts` of this computation; those before are of the one before. */
  readonly first: number
  /** Cells of this computation. */
  readonly filled: number
  readonly durationMs: number | null
  readonly computedAt: string | null
  readonly failed: Told | null
}

const empty: Matrix = {
  ...{ rows: [], columns: [], cut: 0, verdicts: [], cells: new Uint32Array(), first: 0, filled: 0 },
  ...{ durationMs: null, computedAt: null, failed: null },
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
      if (isSame) {
        return {
          ...before,
          cut,
          first: before.verdicts.length,
          filled: 0,
          durationMs: null,
          computedAt: null,
          failed: null,
        }
      }
      return { ...empty, rows, columns, cut, cells: new Uint32Array(rows.length * columns.length) }
    }
    case 'cells':
      return before && filledWith(before, event)
    case 'done': {
      if (!before) return null
      const { verdicts, cells, first } = before
      for (const [at, number] of cells.entries()) cells[at] = number - first
      const { durationMs, computedAt } = event
      return { ...before, verdicts: verdicts.slice(first), first: 0, durationMs, computedAt }
    }
    case 'failed':
      return { ...(before ?? empty), failed: event.message }
  }
}

function filledWith(before: Matrix, { verdicts, cells: told }: Extract<ReachEvent, { type: 'cells' }>): Matrix {
  const { cells, columns, first, filled } = before
  for (let at = 0; at + 2 < told.length; at += 3) {
    const [row = 0, column = 0, number = 0] = told.slice(at, at + 3)
    cells[row * columns.length + column] = first + number + 1
  }
  const all = verdicts.length === 0 ? before.verdicts : [...before.verdicts, ...verdicts]
  return { ...before, verdicts: all, filled: filled + told.length / 3 }
}

/** Undefined: not computed yet. */
export function verdictIn({ cells, columns, verdicts }: Matrix, row: number, column: number): ReachVerdict | undefined {
  return verdicts[(cells[row * columns.length + column] ?? 0) - 1]
}

/** Null: it is itself, or not computed yet. */
export function answerIn(matrix: Matrix, row: number, column: number): Answer | null {
  const outcome = verdictIn(matrix, row, column)?.outcome
  return outcome ? answerOf[outcome] : null
}

export type Counts = Readonly<Record<Answer, number>>

export function countAnswers(matrix: Matrix): Counts {
  const counts = { reachable: 0, refused: 0, dropped: 0, none: 0, unknown: 0 }
  const byVerdict = matrix.verdicts.map(({ outcome }) => (outcome ? answerOf[outcome] : null))
  for (const number of matrix.cells) {
    const answer = byVerdict[number - 1]
    if (answer) counts[answer] += 1
  }
  return counts
}

/** What stays of a row or column when others come and go. */
export function rowKey({ place }: ReachEnd): string {
  return formatPlace(place)
}

export function columnKey({ place, protocol, port }: ReachColumn): string {
  return `${formatPlace(place)} ${protocol} ${port ?? ''}`
}

/** What is remembered of a matrix: who answered whom, by names that stay. */
export interface Moment {
  readonly at: string
  /** What was asked for, as text: only equal questions can be compared. */
  readonly asked: string
  readonly rows: readonly string[]
  readonly columns: readonly string[]
  /** Row by row the number of each answer; "-" where there is none. */
  readonly answers: string
}

export interface Difference {
  readonly row: ReachEnd
  readonly column: ReachColumn
  readonly place: { readonly row: number; readonly column: number }
  /** Null: it was not there. */
  readonly before: Answer | null
  readonly after: Answer
}

const noAnswer = '-'

export function momentOf(matrix: Matrix, asked: string, at: string): Moment {
  const { rows, columns } = matrix
  const letters = rows.map((_, row) =>
    columns
      .map((__, column) => {
        const answer = answerIn(matrix, row, column)
        return answer ? answers.indexOf(answer) : noAnswer
      })
      .join(''),
  )
  return { at, asked, rows: rows.map(rowKey), columns: columns.map(columnKey), answers: letters.join('') }
}

/** Of who is there now; nothing where the matrix is still being computed. */
export function differences(matrix: Matrix, moment: Moment): Difference[] {
  if (matrix.computedAt === null) return []
  const [rowsThen, columnsThen] = [placesOf(moment.rows), placesOf(moment.columns)]
  const found: Difference[] = []
  for (const [rowAt, row] of matrix.rows.entries()) {
    const rowThen = rowsThen.get(rowKey(row))
    for (const [columnAt, column] of matrix.columns.entries()) {
      const after = answerIn(matrix, rowAt, columnAt)
      if (!after) continue
      const columnThen = columnsThen.get(columnKey(column))
      const before = answerThen(moment, rowThen, columnThen)
      if (before !== after) found.push({ row, column, place: { row: rowAt, column: columnAt }, before, after })
    }
  }
  return found
}

function placesOf(keys: readonly string[]): ReadonlyMap<string, number> {
  return new Map(keys.map((key, at) => [key, at]))
}

function answerThen({ answers: letters, columns }: Moment, row: number | undefined, column: number | undefined) {
  if (row === undefined || column === undefined) return null
  return answers[Number(letters[row * columns.length + column])] ?? null
}

/** Rows of the moment that are no more: how many. */
export function countGone({ rows }: Matrix, moment: Moment): number {
  const now = new Set(rows.map(rowKey))
  return moment.rows.filter((key) => !now.has(key)).length
}
