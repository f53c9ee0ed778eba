import { expect, test } from 'vitest'
import type { SysctlRow, TableEvent } from '@/server/observe/tables/rows'
import { mergeTableEvent, type RowFeed } from './row-feed'

const row = (name: string, value: string): SysctlRow => ({ key: name, name, value })
const sign = ({ value }: SysctlRow) => value
const whole: TableEvent<SysctlRow> = { type: 'whole', rows: [row('a', '1'), row('b', '1')], cut: 0, total: 2 }

function after(...events: TableEvent<SysctlRow>[]): RowFeed<SysctlRow> | undefined {
  let feed: RowFeed<SysctlRow> | undefined
  events.forEach((event, index) => {
    feed = mergeTableEvent(feed, event, 1_000 + index, sign)
  })
  return feed
}

test('what is there when the table is opened is no news; what comes or changes is', () => {
  const feed = after(whole, { type: 'change', set: [row('b', '2'), row('c', '1')], remove: ['a'], cut: 3, total: 5 })
  expect([...(feed?.rows.values() ?? [])]).toEqual([
    { row: row('b', '2'), movedAt: 1_001, moves: 1 },
    { row: row('c', '1'), movedAt: 1_001, moves: 1 },
  ])
  expect(feed).toMatchObject({ cut: 3, total: 5 })
})

test('the rest of a large table is no news either', () => {
  const feed = after(whole, { type: 'change', set: [row('c', '1')], remove: [], cut: 0, total: 3, isRest: true })
  expect([...(feed?.rows.values() ?? [])].map(({ movedAt }) => movedAt)).toEqual([0, 0, 0])
})

test('a table that is told whole again lights up only where it differs', () => {
  const feed = after(whole, { ...whole, rows: [row('a', '1'), row('b', '9')] })
  expect([...(feed?.rows.values() ?? [])].map(({ movedAt }) => movedAt)).toEqual([0, 1_001])
})

test('what was there stays in sight when it cannot be read, and when the namespace has gone', () => {
  const failed = after(whole, { type: 'failed', message: 'no' })
  expect(failed).toMatchObject({ failure: 'no', isGone: false })
  expect(failed?.rows.size).toBe(2)
  expect(after(whole, { type: 'failed', message: 'no' }, whole)).toMatchObject({ failure: null })
  const gone = after(whole, { type: 'gone' })
  expect(gone).toMatchObject({ failure: null, isGone: true })
  expect(gone?.rows.size).toBe(2)
})
