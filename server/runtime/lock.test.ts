import { expect, test } from 'vitest'
import { createLocks } from './lock'

test('work for one key waits for the work before, also when that fails', async () => {
  const locks = createLocks()
  const done: string[] = []
  const work = (name: string, ms: number) => async () => {
    await new Promise((resolve) => setTimeout(resolve, ms))
    done.push(name)
    if (name === 'a1') throw new Error('on purpose')
  }
  const first = locks('a', work('a1', 30))
  await Promise.all([
    expect(first).rejects.toThrow('on purpose'),
    locks('a', work('a2', 0)),
    locks('b', work('b1', 10)),
  ])
  expect(done).toEqual(['b1', 'a1', 'a2'])
})
