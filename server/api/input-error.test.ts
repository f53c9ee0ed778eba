import { expect, test } from 'vitest'
import { z } from 'zod'
import { inputErrorOf } from './input-error'

const schema = z.strictObject({ port: z.int().min(1).max(65_535), tags: z.array(z.string()).max(2) }).partial()

test.each([
  [{ port: 0 }, 'port is too small; it has to be at least 1'],
  [{ port: 70_000 }, 'port is too large; it has to be at most 65,535'],
  [{ tags: ['a', 'b', 'c'] }, 'tags is too long; at most 2 entries fit'],
])('%j is one sentence', (input, message) => {
  const { error } = schema.safeParse(input)
  expect(error && inputErrorOf(error).message).toBe(message)
})
