import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createAllowance } from './allowance'

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => vi.useRealTimers())

test('a burst is read at once, and what goes on takes its share', () => {
  const allowance = createAllowance({ share: 0.05, burstMs: 1_000 })
  allowance.spend(600)
  expect(allowance.waitMs).toBe(0)
  allowance.spend(600)
  expect(allowance.waitMs).toBeCloseTo(4_000)
  vi.advanceTimersByTime(4_000)
  expect(allowance.waitMs).toBeCloseTo(0)
  allowance.spend(100)
  expect(allowance.waitMs).toBeCloseTo(2_000)
})

test('what is not used is saved, but no more than the burst', () => {
  const allowance = createAllowance({ share: 0.05, burstMs: 1_000 })
  vi.advanceTimersByTime(3_600_000)
  allowance.spend(1_100)
  expect(allowance.waitMs).toBeCloseTo(2_000)
})
