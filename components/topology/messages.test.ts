import { expect, test } from 'vitest'
import en from '../messages/en/panel.json'
import zh from '../messages/zh/panel.json'

function keysOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([key, inner]) => keysOf(inner, `${path}.${key}`))
}

test('both languages say the same things', () => {
  expect(keysOf(zh)).toEqual(keysOf(en))
})
