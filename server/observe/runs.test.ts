import { expect, test } from 'vitest'
import { sentence } from '../cnm/sentence'
import { createRuns } from './runs'

test('whoever follows sees the end, also what was told last; others are told that it is over', async () => {
  const runs = createRuns<number>(sentence`count`)
  let count = 0
  const id = runs.begin(
    () => count,
    async (feed) => {
      await Promise.resolve()
      count = 1
      feed.restart()
    },
  )
  const seen: number[] = []
  for await (const value of runs.follow(id, new AbortController().signal)) seen.push(value)
  expect(seen.at(-1)).toBe(1)
  await expect(runs.follow('another', new AbortController().signal)[Symbol.asyncIterator]().next()).rejects.toThrow(
    'this count is over',
  )
})

test('a run hears that it is cancelled', async () => {
  const runs = createRuns<string>(sentence`run`)
  let state = 'begun'
  const id = runs.begin(
    () => state,
    (feed, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          state = 'cancelled'
          feed.restart()
          resolve()
        })
      }),
  )
  runs.cancel(id)
  const seen: string[] = []
  for await (const value of runs.follow(id, new AbortController().signal)) seen.push(value)
  expect(seen.at(-1)).toBe('cancelled')
})
