import { expect, test } from 'vitest'
import { parseSignal } from './signals'

test('signals have names and numbers', () => {
  expect([parseSignal('KILL'), parseSignal('sigterm'), parseSignal('1')]).toEqual([9, 15, 1])
  expect([parseSignal('SIGRTMIN+3'), parseSignal('RTMAX-2')]).toEqual([37, 62])
  for (const signal of ['', '0', '65', 'SIGNAL', '-9', '9; reboot', 'RTMIN-1', 'RTMAX+1'])
    expect(() => parseSignal(signal)).toThrow('is not a signal')
})
