import { expect, test } from 'vitest'
import { createLocks } from './lock'

const turn = () => new Promise((resolve) => setTimeout(resolve, 5))

test('changes under one key run one after another, others side by side', async () => {
  const locks = createLocks()
  const seen: string[] = []
  const job = (name: string) => async () => {
    seen.push(`+${name}`)
    await turn()
    seen.push(`-${name}`)
  }
  await Promise.all([locks.run(['a'], job('1')), locks.run(['a'], job('2')), locks.run(['b'], job('3'))])
  expect(seen).toEqual(['+1', '+3', '-1', '-3', '+2', '-2'].sort((x, y) => seen.indexOf(x) - seen.indexOf(y)))
  expect(seen.indexOf('+2')).toBeGreaterThan(seen.indexOf('-1'))
  expect(seen.indexOf('+3')).toBeLessThan(seen.indexOf('-1'))
})

test('changes that name the same keys in another order do not wait for each other for ever', async () => {
  const locks = createLocks()
  const results = await Promise.all([locks.run(['a', 'b'], async () => 1), locks.run(['b', 'a'], async () => 2)])
  expect(results).toEqual([1, 2])
})

test('a change that fails lets the next one run', async () => {
  const locks = createLocks()
  const failed = locks.run(['a'], async () => {
    throw new Error('no')
  })
  const next = locks.run(['a'], async () => 'yes')
  await expect(failed).rejects.toThrow('no')
  expect(await next).toBe('yes')
})
