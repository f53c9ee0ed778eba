import type { Told } from '@/server/cnm/sentence'
import type { TableEvent, TableRow } from '@/server/observe/tables/rows'

/** A row, and when it last changed as the browser saw it; 0: not since the table was opened. */
export interface LiveRow<Row extends TableRow> {
  readonly row: Row
  readonly movedAt: number
  readonly moves: number
}

export interface RowFeed<Row extends TableRow> {
  readonly rows: ReadonlyMap<string, LiveRow<Row>>
  readonly cut: number
  readonly total: number
  /** Why it cannot be read now; null: it can. */
  readonly failure: Told | null
  /** The namespace has gone. */
  readonly isGone: boolean
}

const nothing = { rows: new Map<string, never>(), cut: 0, total: 0, failure: null, isGone: false }

/** The table after an event that arrived at `now`. `sign` is what has to differ for a row to light up. */
export function mergeTableEvent<Row extends TableRow>(
  feed: RowFeed<Row> | undefined,
  event: TableEvent<Row>,
  now: number,
  sign: (row: Row) => string,
): RowFeed<Row> {
  if (event.type === 'gone') return { ...(feed ?? nothing), failure: null, isGone: true }
  if (event.type === 'failed') return { ...(feed ?? nothing), failure: event.message }
  const { cut, total } = event
  const arrive = (row: Row): [string, LiveRow<Row>] => [row.key, move(feed, row, now, sign)]
  if (event.type === 'whole') return { ...nothing, rows: new Map(event.rows.map(arrive)), cut, total }
  const rows = new Map(feed?.rows)
  for (const key of event.remove) rows.delete(key)
  for (const row of event.set) rows.set(...(event.isRest ? still(row) : arrive(row)))
  return { ...nothing, rows, cut, total }
}

function still<Row extends TableRow>(row: Row): [string, LiveRow<Row>] {
  return [row.key, { row, movedAt: 0, moves: 0 }]
}

function move<Row extends TableRow>(
  feed: RowFeed<Row> | undefined,
  row: Row,
  now: number,
  sign: (row: Row) => string,
): LiveRow<Row> {
  if (feed === undefined) return { row, movedAt: 0, moves: 0 }
  const before = feed.rows.get(row.key)
  if (before && sign(before.row) === sign(row)) return { ...before, row }
  return { row, movedAt: now, moves: (before?.moves ?? 0) + 1 }
}
