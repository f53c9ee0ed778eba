import { expect, test } from 'vitest'
import { parseStat } from './process-record'

test('a process name with brackets and blanks does not shift the fields', () => {
  const rest = Array.from({ length: 30 }, (_, index) => index + 4).join(' ')
  expect(parseStat(`42 (a) b (c)) S ${rest}\n`)).toEqual({ state: 'S', parent: 4, startTime: 22 })
  expect(parseStat('')).toBeUndefined()
})
