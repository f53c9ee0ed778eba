import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { PatchbayError } from '../../cnm/errors'
import type { TableEvent } from './rows'
import { type TableSource, watchTable } from './watch-table'

interface Row {
  readonly key: string
  readonly value: string
  readonly expiresAt: number | null
}

const row = (key: string, value: string, expiresAt: number | null = null): Row => ({ key, value, expiresAt })

let rows: Row[] = []
let failure: Error | null = null
let ring = () => {}
let stopped = 0
let ending = new AbortController()

const source: TableSource<Row> = {
  read: async () => {
    if (failure !== null) throw failure
    return { rows, cut: 0, total: rows.length }
  },
  timeOf: ({ expiresAt }) => expiresAt,
  begin: (changed) => {
    ring = changed
    return () => {
      stopped += 1
    }
  },
  pollMs: 5_000,
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
  rows = [row('a', '1', 1_600), row('b', '1')]
  failure = null
  stopped = 0
  ending = new AbortController()
})

afterEach(() => vi.useRealTimers())

function follow(followed = source): TableEvent<Row>[] {
  const seen: TableEvent<Row>[] = []
  void (async () => {
    for await (const event of watchTable(followed, ending.signal)) seen.push(event)
  })()
  return seen
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

test('the table comes whole, then what was told of it, and what a look finds that nobody told', async () => {
  const seen = follow()
  await pass(1)
  expect(seen).toEqual([{ type: 'whole', rows, cut: 0, total: 2 }])
  rows = [row('a', '2', 1_600), row('c', '1')]
  ring()
  await pass(50)
  expect(seen[1]).toEqual({ type: 'change', set: rows, remove: ['b'], cut: 0, total: 2 })
  rows = [row('a', '2', 1_600)]
  await pass(4_000)
  expect(seen).toHaveLength(2)
  await pass(2_000)
  expect(seen[2]).toEqual({ type: 'change', set: [], remove: ['c'], cut: 0, total: 1 })
})

test('of a large table the beginning is there at once, the rest behind it', async () => {
  rows = Array.from({ length: 5_600 }, (_, index) => row(`r${index}`, '1'))
  const seen = follow()
  await pass(1)
  const told = seen.map((event) => (event.type === 'whole' ? event.rows : event.type === 'change' ? event.set : []))
  expect(told.map(({ length }) => length)).toEqual([500, 5_000, 100])
  expect(told.flat()).toEqual(rows)
  expect(seen[1]).toMatchObject({ type: 'change', isRest: true, total: 5_600 })
})

test('a large table that changes all the time is read seldom, but soon when little is left of it', async () => {
  let reads = 0
  const large: TableSource<Row> = {
    ...source,
    read: async () => {
      reads += 1
      if (rows.length > 0) await new Promise((resolve) => setTimeout(resolve, 3_000))
      return { rows, cut: 0, total: rows.length * 1_000 }
    },
    size: async () => rows.length * 1_000,
  }
  const seen = follow(large)
  await pass(3_100)
  ring()
  await pass(30_000)
  expect(reads).toBe(1)
  rows = []
  await pass(1_100)
  expect(seen.at(-1)).toMatchObject({ type: 'change', remove: ['a', 'b'], total: 0 })
})

test('a time that moves as clocks differ is no change; one that was put off is', async () => {
  const seen = follow()
  await pass(1)
  rows = [row('a', '1', 1_602), row('b', '1')]
  ring()
  await pass(50)
  expect(seen).toHaveLength(1)
  rows = [row('a', '1', 1_700), row('b', '1')]
  ring()
  await pass(50)
  expect(seen[1]).toMatchObject({ type: 'change', set: [{ key: 'a', expiresAt: 1_700 }] })
})

test('a table that cannot be read says so once, and is whole again when it can', async () => {
  const seen = follow()
  await pass(1)
  failure = new Error('no such program')
  ring()
  await pass(10_000)
  expect(seen.slice(1)).toEqual([{ type: 'failed', message: 'no such program' }])
  failure = null
  await pass(2_100)
  expect(seen[2]).toMatchObject({ type: 'whole', total: 2 })
})

test('nothing is read, and nothing runs, once nobody follows or the namespace has gone', async () => {
  const seen = follow()
  await pass(1)
  ending.abort()
  await pass(1)
  expect(stopped).toBe(1)
  ending = new AbortController()
  const again = follow()
  await pass(1)
  failure = new PatchbayError('not-found', 'gone')
  ring()
  await pass(50)
  expect(again.at(-1)).toEqual({ type: 'gone' })
  expect([seen.length, stopped]).toEqual([1, 2])
})
