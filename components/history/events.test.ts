import { expect, test } from 'vitest'
import { gapsOf, mergeEvents, momentAfter, type Timeline } from './events'

test('what nobody watched is told, before, between and after', () => {
  const observed = [
    { from: 20, to: 30 },
    { from: 50, to: 60 },
  ]
  expect(gapsOf({ from: 0, now: 10_000, observed })).toEqual([
    { from: 0, to: 20 },
    { from: 30, to: 50 },
    { from: 60, to: 10_000 },
  ])
  expect(gapsOf({ from: 20, now: 60, observed: [{ from: 20, to: 60 }] })).toEqual([])
})

test('operations and marks are one list, newest first, and one looks at each after it was done', () => {
  const operation = {
    id: 'o',
    startedAt: '1970-01-01T00:00:02.000Z',
    durationMs: 500,
  } as Timeline['operations'][number]
  const mark = { id: 'm', at: 3_000, type: 'kernel', subjects: ['veth1'], count: 1 } as const
  const events = mergeEvents({ marks: [mark], operations: [operation] })
  expect(events.map(({ id, at }) => [id, at])).toEqual([
    ['m', 3_000],
    ['o', 2_000],
  ])
  expect(events.map(momentAfter)).toEqual([3_250, 2_750])
})
