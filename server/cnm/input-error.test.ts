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

const typed = z.strictObject({
  on: z.boolean(),
  port: z.int().min(1),
  kind: z.enum(['tcp', 'udp']),
  rate: z.union([z.number(), z.string()]),
  hosts: z.union([z.array(z.strictObject({ name: z.string() })), z.record(z.string(), z.string())]),
  token: z.string(),
})

test.each([
  [{ on: 'yes' }, 'on has to be true or false, not "yes"'],
  [{ port: 0 }, 'port is too small; it has to be at least 1, not 0'],
  [{ port: null }, 'port has to be a number, not null'],
  [{ kind: 'a\nb' }, 'kind has to be one of tcp, udp, not "a\\nb"'],
  [{ rate: [1] }, 'rate has to be one of a number, a string, not a list'],
  [{ hosts: [{ name: 7 }] }, 'hosts.0.name has to be a string, not 7'],
  [{ hosts: 'x' }, 'hosts has to be one of a list, an object, not "x"'],
  [{ token: 7 }, 'token has to be a string'],
])('%j is told with its value, but for secrets', (input, message) => {
  const { error } = typed.partial().safeParse(input)
  expect(error && inputErrorOf(error, input).message).toBe(message)
})
