import { expect, test } from 'vitest'
import { gapsOf, mergeEvents, momentAfter, momentBeside, type Timeline } from './events'

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
  const events = mergeEvents({ now: 4_000, marks: [mark], operations: [operation] })
  expect(events.map(({ id, at }) => [id, at])).toEqual([
    ['m', 3_000],
    ['o', 2_000],
  ])
  expect(events.map(momentAfter)).toEqual([3_250, 2_750])
})

test('what the live picture tells of operations comes before the line has read it, of this hour alone', () => {
  const at = (seconds: number, status: string) =>
    ({ id: `o${seconds}`, startedAt: new Date(seconds * 1_000).toISOString(), status, durationMs: 1 }) as never
  const operations = [at(5_000, 'running')]
  const events = mergeEvents({ now: 6_000_000, marks: [], operations }, [
    at(5_500, 'done'),
    at(5_000, 'done'),
    at(10, 'done'),
  ])
  expect(events.map(({ id, operation }) => [id, operation?.status])).toEqual([
    ['o5500', 'done'],
    ['o5000', 'done'],
  ])
})

test('one steps from event to event, and beyond the last to now', () => {
  const events = mergeEvents({
    now: 9_000,
    operations: [],
    marks: [1_000, 2_000, 3_000].map((at) => ({ id: `${at}`, at, type: 'kernel', subjects: [], count: 1 })),
  })
  expect(momentBeside(events, null, 'earlier')).toBe(3_250)
  expect(momentBeside(events, 3_250, 'earlier')).toBe(2_250)
  expect(momentBeside(events, 1_250, 'earlier')).toBe(1_250)
  expect(momentBeside(events, 2_250, 'later')).toBe(3_250)
  expect(momentBeside(events, 3_250, 'later')).toBe(null)
  expect(momentBeside([], null, 'earlier')).toBe(null)
})
