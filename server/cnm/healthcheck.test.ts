import { expect, test } from 'vitest'
import { parseHealthcheck, rawHealthcheck } from './healthcheck'

test('what is not said is as usual, and what is said comes back', () => {
  expect(parseHealthcheck({ Test: ['CMD', 'true'], Interval: 0 })).toEqual({
    ...{ test: ['CMD', 'true'], intervalMs: 30_000, timeoutMs: 30_000, startPeriodMs: 0, retries: 3 },
  })
  const raw = { Test: ['CMD-SHELL', 'a b'], Interval: 2e9, Timeout: 1e6, StartPeriod: 5e9, Retries: 7 }
  expect(rawHealthcheck(parseHealthcheck(raw))).toEqual(raw)
})

test('nonsense is refused', () => {
  expect(() => parseHealthcheck({ Test: ['SHELL', 'x'] })).toThrow('Unknown type "SHELL"')
  expect(() => parseHealthcheck({ Test: ['CMD', 'x'], Timeout: 5 })).toThrow('1ms')
  expect(() => parseHealthcheck({ Test: ['CMD', 'x'], Retries: -1 })).toThrow('negative')
})
