import { expect, test } from 'vitest'
import { Samples } from './samples'

const rates = (rx: number) => new Map([['a', { rx, tx: 0 }]])
const quiet = new Map<string, never>()
const line = (samples: Samples, id = 'a') => samples.of(id).map(({ rx }) => rx)

test('seconds in which nothing was told are as the one before: what stopped stands still, what flows goes on', () => {
  const samples = new Samples()
  samples.take(rates(5), 10_000)
  samples.take(rates(7), 11_010)
  samples.take(quiet, 11_990)
  samples.take(rates(9), 15_000)
  expect(line(samples)).toEqual([5, 7, 0, 0, 0, 9])
  samples.take(rates(9), 17_000)
  expect(line(samples)).toEqual([5, 7, 0, 0, 0, 9, 9, 9])
})

test('of several in one second the most is kept', () => {
  const samples = new Samples()
  samples.take(rates(5), 0)
  samples.take(rates(8), 300)
  samples.take(rates(2), 400)
  expect(line(samples)).toEqual([8])
})

test('five minutes are kept, and what was quiet for so long is forgotten', () => {
  const samples = new Samples()
  for (let second = 0; second < 400; second++) samples.take(rates(second), second * 1_000)
  expect(line(samples)).toHaveLength(300)
  expect(line(samples).at(-1)).toBe(399)
  samples.take(quiet, 400_000)
  samples.take(quiet, 699_000)
  expect([...samples.ids]).toEqual([])
  samples.take(rates(1), 700_000)
  samples.forget()
  expect(line(samples)).toEqual([])
})
