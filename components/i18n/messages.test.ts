import { expect, test } from 'vitest'
import { driftCodes, driftHurts, driftMends } from '@/server/observe/drift-codes'
import { locales } from './locale'
import { messages } from './messages'

/** "area.key.key" to text. */
function flatten(tree: unknown, path = ''): [string, unknown][] {
  if (typeof tree !== 'object' || tree === null) return [[path, tree]]
  return Object.entries(tree).flatMap(([key, value]) => flatten(value, path === '' ? key : `${path}.${key}`))
}

function placeholders(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(/\{(\w+)[,}]|<(\w+)>/g), (match) => match[1] ?? match[2] ?? ''))].sort()
}

test('every code of drift has its sentence', () => {
  const { what, hurts, mends } = messages.en.time.drift
  expect(
    flatten(what)
      .map(([key]) => key)
      .sort(),
  ).toEqual([...driftCodes].sort())
  expect(Object.keys(hurts).sort()).toEqual([...driftHurts].sort())
  expect(Object.keys(mends).sort()).toEqual([...driftMends].sort())
})

const english = new Map(flatten(messages.en))

test.each(locales)('%s says everything that English says, and nothing else', (locale) => {
  expect(
    flatten(messages[locale])
      .map(([key]) => key)
      .sort(),
  ).toEqual([...english.keys()].sort())
})

test.each(locales)('%s leaves no message empty', (locale) => {
  expect(flatten(messages[locale]).filter(([, text]) => typeof text !== 'string' || text.trim() === '')).toEqual([])
})

test.each(locales)('%s uses the placeholders that English uses', (locale) => {
  const differing = flatten(messages[locale]).filter(
    ([key, text]) => placeholders(String(text)).join() !== placeholders(String(english.get(key))).join(),
  )
  expect(differing).toEqual([])
})
