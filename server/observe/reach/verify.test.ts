import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createPace, createPatience, type Sendable } from './verify'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const cell = (outcome: Sendable['outcome'], more: Partial<Sendable> = {}): Sendable => ({
  ...{ column: 0, protocol: 'tcp', port: 80, address: '10.0.0.2', outcome, isFar: false },
  ...more,
})

/** Whether the waiting is over after so long. */
async function isOver({ over }: ReturnType<typeof createPatience>, afterMs: number): Promise<boolean> {
  let ended = false
  void over.then(() => {
    ended = true
  })
  await vi.advanceTimersByTimeAsync(afterMs)
  return ended
}

test('silence is waited for only a moment when all have spoken who are expected to', async () => {
  const patience = createPatience([cell('answered'), cell('dropped'), cell('rejected')])
  expect(await isOver(patience, 1_900)).toBe(false)
  patience.told(0)
  expect(await isOver(patience, 1_000)).toBe(false)
  patience.told(2)
  expect(await isOver(patience, 500)).toBe(false)
  expect(await isOver(patience, 200)).toBe(true)
})

test('where silence alone is expected, what speaks all the same has a moment to', async () => {
  expect(await isOver(createPatience([cell('dropped'), cell('answered', { protocol: 'udp' })]), 700)).toBe(true)
})

test('who is not on this machine is given all the time', async () => {
  expect(await isOver(createPatience([cell('dropped'), cell('dropped', { isFar: true })]), 5_000)).toBe(false)
  expect(await isOver(createPatience([cell('unknown')]), 5_000)).toBe(false)
})

test('neighbours are met no faster than the kernel has room for them, and a cancelled wait ends', async () => {
  vi.useRealTimers()
  const [turn, cancel] = [createPace(), new AbortController()]
  const began = performance.now()
  await turn(8, cancel.signal)
  await turn(0, cancel.signal)
  expect(performance.now() - began).toBeGreaterThanOrEqual(95)
  await turn(80_000, cancel.signal)
  const waiting = turn(1, cancel.signal)
  cancel.abort()
  await waiting
  expect(performance.now() - began).toBeLessThan(60_000)
})
