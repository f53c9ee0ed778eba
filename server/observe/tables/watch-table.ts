import { isPatchbayError, messageOf } from '../../cnm/errors'
import { createBell } from './bell'
import type { TableEvent, TableRow } from './rows'

/** What is sent of a table, and how much of it is not. */
export interface ReadTable<Row> {
  readonly rows: readonly Row[]
  readonly cut: number
  readonly total: number
}

export interface TableSource<Row extends TableRow> {
  /** Throws not-found where the namespace has gone. */
  read(): Promise<ReadTable<Row>>
  /** Same to whoever reads it: clocks that run and the like are no change. */
  isSame(before: Row, after: Row): boolean
  /** Tells of changes; gives how to stop. */
  begin(changed: () => void): () => void
  /** It is read so often without any news, too. */
  readonly pollMs: number
}

const gatherMs = 15
/** Reading takes at most a tenth of the time while things keep changing, a twentieth else. */
const busyRest = 9
const idleRest = 19
const failureRestMs = 2_000

/** The table whole, then what changes. Ends with `signal`, or when the namespace has gone. */
export async function* watchTable<Row extends TableRow>(
  source: TableSource<Row>,
  signal: AbortSignal,
): AsyncGenerator<TableEvent<Row>> {
  const bell = createBell(signal)
  const stop = source.begin(bell.ring)
  let sent: Sent<Row> | null = null
  let failure = ''
  try {
    while (!signal.aborted) {
      const began = performance.now()
      bell.hush()
      try {
        const table = await source.read()
        const next: Remembered<Row> = remember(table, sent, source.isSame)
        const event = next.change(failure !== '')
        sent = next
        failure = ''
        if (event !== null) yield event
      } catch (error) {
        if (signal.aborted) return
        if (isPatchbayError(error) && error.kind === 'not-found') {
          yield { type: 'gone' }
          return
        }
        if (failure !== messageOf(error)) {
          failure = messageOf(error)
          yield { type: 'failed', message: failure }
        }
        await bell.sleep(failureRestMs)
        continue
      }
      const tookMs = performance.now() - began
      const isRung = await bell.wait(Math.max(source.pollMs, tookMs * idleRest))
      if (isRung) await bell.sleep(gatherMs + tookMs * busyRest - (performance.now() - began - tookMs))
    }
  } finally {
    stop()
  }
}

interface Sent<Row> {
  readonly rows: ReadonlyMap<string, Row>
  readonly cut: number
  readonly total: number
}

interface Remembered<Row extends TableRow> extends Sent<Row> {
  /** Null: nothing has changed. `isAnew`: whoever follows is told all again. */
  change(isAnew: boolean): TableEvent<Row> | null
}

function remember<Row extends TableRow>(
  table: ReadTable<Row>,
  before: Sent<Row> | null,
  isSame: TableSource<Row>['isSame'],
): Remembered<Row> {
  const { cut, total } = table
  const rows = new Map<string, Row>()
  const set: Row[] = []
  for (const row of table.rows) {
    const known = before?.rows.get(row.key)
    const isKnown = known !== undefined && isSame(known, row)
    rows.set(row.key, isKnown ? known : row)
    if (!isKnown) set.push(row)
  }
  return {
    rows,
    cut,
    total,
    change(isAnew) {
      if (before === null || isAnew) return { type: 'whole', rows: [...rows.values()], cut, total }
      const remove = [...before.rows.keys()].filter((key) => !rows.has(key))
      const isQuiet = set.length + remove.length === 0 && before.cut === cut && before.total === total
      return isQuiet ? null : { type: 'change', set, remove, cut, total }
    },
  }
}
