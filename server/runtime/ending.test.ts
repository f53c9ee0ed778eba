import { expect, test } from 'vitest'
import { parseSignal } from './ending'

test('signals have names and numbers', () => {
  expect([parseSignal('KILL'), parseSignal('sigterm'), parseSignal('1')]).toEqual([9, 15, 1])
  for (const signal of ['', '0', '65', 'SIGNAL', '-9', '9; reboot'])
    expect(() => parseSignal(signal)).toThrow('is not a signal')
})
