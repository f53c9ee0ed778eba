import { expect, test } from 'vitest'
import type { OutputChunk } from '../contract'
import { createAudience } from './audience'

const chunk = (text: string): OutputChunk => ({ stream: 'stdout', bytes: Buffer.from(text) })
const large = chunk('x'.repeat(300_000))

async function textOf(output: AsyncIterable<OutputChunk>): Promise<string> {
  let text = ''
  for await (const { bytes } of output) text += bytes
  return text
}

test('each client gets all that comes from when it joined, and the end', async () => {
  const audience = createAudience()
  const first = audience.join()
  void audience.give(chunk('a'))
  const second = audience.join()
  void audience.give(chunk('b'))
  audience.end()
  expect(await Promise.all([textOf(first.output), textOf(second.output)])).toEqual(['ab', 'b'])
  expect(audience.size).toBe(0)
})

test('the slowest client is waited for, until it reads or leaves', async () => {
  const audience = createAudience()
  const [quick, slow] = [audience.join(), audience.join()]
  expect(audience.give(chunk('a'))).toBeUndefined()
  const full = audience.give(large)
  expect(full).toBeInstanceOf(Promise)
  let isOver = false
  void full?.then(() => {
    isOver = true
  })
  for (let taken = 0; taken < 2; taken++) await quick.output.next()
  expect(isOver).toBe(false)
  slow.leave()
  await full
  expect(await slow.output.next()).toEqual({ done: true, value: undefined })
  expect(audience.size).toBe(1)
})

test('those who do not keep up are dropped, and nobody else', async () => {
  const audience = createAudience()
  const [quick, slow] = [audience.join(), audience.join()]
  const full = audience.give(large)
  await quick.output.next()
  audience.dropSlow()
  await full
  expect(audience.size).toBe(1)
  expect((await slow.output.next()).done).toBe(true)
})
