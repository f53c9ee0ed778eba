import { isPatchbayError, messageOf, toldBy } from '../../cnm/errors'
import { toTold } from '../../cnm/sentence'
import { createAllowance } from './allowance'
import { type Bell, createBell } from './bell'
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
  /** A time in the row that runs by itself, in seconds since 1970: that alone is no change. Absent: it has none. */
  timeOf?(row: Row): number | null
  /** How many rows there are now, for next to nothing. Absent: that cannot be told but by reading. */
  size?(): Promise<number>
  /** Tells of changes; gives how to stop. */
  begin(changed: () => void): () => void
  /** It is read so often without any news, too. */
  readonly pollMs: number
}

const gatherMs = 15
/** Reading takes at most a twentieth of the time, but for a few in a row. */
const share = 0.05
const burstMs = 1_000
const failureRestMs = 2_000

/** The table whole, then what changes. Ends with `signal`, or when the namespace has gone. */
export async function* watchTable<Row extends TableRow>(
  source: TableSource<Row>,
  signal: AbortSignal,
): AsyncGenerator<TableEvent<Row>> {
  const bell = createBell(signal)
  const allowance = createAllowance({ share, burstMs })
  const stop = source.begin(bell.ring)
  let sent: Sent | null = null
  let failure = ''
  try {
    while (!signal.aborted) {
      const began = performance.now()
      bell.hush()
      try {
        const next: Compared<Row> = compare(await source.read(), sent, source.timeOf, failure !== '')
        const isFirst = sent === null
        sent = next.sent
        failure = ''
        if (next.event !== null) yield* isFirst ? inParts(next.event) : [next.event]
      } catch (error) {
        if (signal.aborted) return
        if (isPatchbayError(error) && error.kind === 'not-found') {
          yield { type: 'gone' }
          return
        }
        if (failure !== messageOf(error)) {
          failure = messageOf(error)
          yield { type: 'failed', message: toTold(toldBy(error)) }
        }
        await bell.sleep(failureRestMs)
        continue
      }
      const tookMs = performance.now() - began
      allowance.spend(tookMs)
      const isRung = await bell.wait(Math.max(source.pollMs, tookMs / share))
      if (isRung) await restUntilSmall(bell, Math.max(gatherMs, allowance.waitMs), () => isFarSmaller(source, sent))
    }
  } finally {
    stop()
  }
}

/** A large table that was emptied costs little to be read: nobody is left to look at what has gone until its turn has come. */
async function restUntilSmall(bell: Bell, ms: number, isSmall: () => Promise<boolean>): Promise<void> {
  for (let left = ms; left > 0; left -= burstMs) {
    await bell.sleep(Math.min(left, burstMs))
    if (left > burstMs && (await isSmall())) return
  }
}

async function isFarSmaller<Row extends TableRow>({ size }: TableSource<Row>, sent: Sent | null): Promise<boolean> {
  if (size === undefined || sent === null) return false
  const now = await size().catch(() => sent.total)
  return now < sent.total / 4
}

/** As many rows as anybody sees at first; those of a large table follow while they are drawn. */
const firstRows = 500
const partRows = 5_000

function* inParts<Row extends TableRow>(event: TableEvent<Row>): Generator<TableEvent<Row>> {
  if (event.type !== 'whole' || event.rows.length <= firstRows) return yield event
  const { rows, cut, total } = event
  yield { ...event, rows: rows.slice(0, firstRows) }
  for (let at = firstRows; at < rows.length; at += partRows) {
    yield { type: 'change', set: rows.slice(at, at + partRows), remove: [], cut, total, isRest: true }
  }
}

/** What was sent: not the rows, but what they are compared by. */
interface Sent {
  readonly rows: ReadonlyMap<string, SentRow>
  readonly cut: number
  readonly total: number
}

interface SentRow {
  /** All of it but its time. */
  readonly text: string
  readonly time: number | null
}

interface Compared<Row extends TableRow> {
  readonly sent: Sent
  /** Null: nothing has changed. */
  readonly event: TableEvent<Row> | null
}

/** `isAnew`: whoever follows is told all again. */
function compare<Row extends TableRow>(
  { rows, cut, total }: ReadTable<Row>,
  before: Sent | null,
  timeOf: TableSource<Row>['timeOf'],
  isAnew: boolean,
): Compared<Row> {
  const known = new Map<string, SentRow>()
  const set: Row[] = []
  for (const row of rows) {
    const time = timeOf?.(row) ?? null
    const text = signOf(row, timeOf !== undefined)
    const old = before?.rows.get(row.key)
    const isSame = old?.text === text && isNear(old.time, time)
    known.set(row.key, isSame ? old : { text, time })
    if (!isSame) set.push(row)
  }
  const sent = { rows: known, cut, total }
  if (before === null || isAnew) return { sent, event: { type: 'whole', rows, cut, total } }
  const remove = [...before.rows.keys()].filter((key) => !known.has(key))
  const isQuiet = set.length + remove.length === 0 && before.cut === cut && before.total === total
  return { sent, event: isQuiet ? null : { type: 'change', set, remove, cut, total } }
}

function signOf(row: TableRow, hasTime: boolean): string {
  return JSON.stringify(hasTime ? { ...row, updatedAt: 0, expiresAt: 0 } : row)
}

/** Clocks of the kernel and of this process need not agree to the second, and of a time far away nobody needs it. */
const slackSeconds = 2
const slackShare = 0.02

function isNear(one: number | null, other: number | null): boolean {
  if (one === null || other === null) return one === other
  const slack = Math.max(slackSeconds, Math.abs(other - Date.now() / 1_000) * slackShare)
  return Math.abs(one - other) <= slack
}
