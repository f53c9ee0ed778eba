import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createAutomaticRepair } from './automatic-repair'
import type { DriftView } from './snapshot'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function viewOf(key: string, more: Partial<DriftView> = {}): DriftView {
  const words = { about: null, words: [], hurts: 'unknown', mends: 'quiet', byHand: false } as const
  return {
    key,
    keys: [key, `${key} along`],
    kind: 'missing',
    subjectId: null,
    summary: key,
    ...words,
    commands: ['x'],
    ...more,
  }
}

function setUp(found: DriftView[]) {
  const state = { found, quietInMs: 0, repaired: [] as string[], mends: true }
  const repair = createAutomaticRepair({
    found: () => state.found,
    repair: async (keys) => {
      state.repaired.push(keys.join(', '))
      if (state.mends) state.found = state.found.filter(({ key }) => !keys.includes(key))
    },
    quietInMs: () => state.quietInMs,
    changed: () => undefined,
    failed: (error) => {
      throw error
    },
  })
  return { state, repair }
}

test('off, nothing is repaired', async () => {
  const { state, repair } = setUp([viewOf('a')])
  repair.look()
  await vi.advanceTimersByTimeAsync(300_000)
  expect(state.repaired).toEqual([])
  expect(repair.verdictOn(viewOf('a'))).toBeUndefined()
})

test('what has stood for the time is repaired, with all that hangs on it; what went by itself is not', async () => {
  const { state, repair } = setUp([viewOf('a'), viewOf('b')])
  repair.configure({ on: true, afterSeconds: 30 })
  expect(repair.verdictOn(viewOf('a'))).toEqual({ state: 'waiting', at: new Date(Date.now() + 30_000).toISOString() })
  await vi.advanceTimersByTimeAsync(20_000)
  state.found = [viewOf('a')]
  repair.look()
  await vi.advanceTimersByTimeAsync(9_000)
  expect(state.repaired).toEqual([])
  await vi.advanceTimersByTimeAsync(2_000)
  expect(state.repaired).toEqual(['a, a along'])
})

test('what somebody else put there, and what is only told, stays', async () => {
  const { state, repair } = setUp([viewOf('a', { byHand: true }), viewOf('b', { kind: 'obstacle' })])
  repair.configure({ on: true, afterSeconds: 1 })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(state.repaired).toEqual([])
})

test('it waits while an operation runs', async () => {
  const { state, repair } = setUp([viewOf('a')])
  state.quietInMs = 100
  repair.configure({ on: true, afterSeconds: 1 })
  await vi.advanceTimersByTimeAsync(10_000)
  expect(state.repaired).toEqual([])
  state.quietInMs = 0
  await vi.advanceTimersByTimeAsync(200)
  expect(state.repaired).toHaveLength(1)
})

test('what comes back three times is given up, and tried again once it is switched on anew', async () => {
  const { state, repair } = setUp([viewOf('a')])
  state.mends = false
  repair.configure({ on: true, afterSeconds: 2 })
  await vi.advanceTimersByTimeAsync(120_000)
  expect(state.repaired).toHaveLength(3)
  expect(repair.verdictOn(viewOf('a'))).toEqual({ state: 'gaveUp', times: 3 })
  repair.configure({ on: true, afterSeconds: 2 })
  await vi.advanceTimersByTimeAsync(5_000)
  expect(state.repaired).toHaveLength(4)
})
