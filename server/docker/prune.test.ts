import { expect, test } from 'vitest'
import { PatchbayError } from '../cnm/errors'
import { removeIfUnused } from './prune'

const failing = (kind: 'conflict' | 'not-found' | 'system') => () => Promise.reject(new PatchbayError(kind, 'no'))

test('what somebody began to use or removed meanwhile is passed over, and what fails is told', async () => {
  expect(await removeIfUnused(() => Promise.resolve())).toBe(true)
  expect(await removeIfUnused(failing('conflict'))).toBe(false)
  expect(await removeIfUnused(failing('not-found'))).toBe(false)
  await expect(removeIfUnused(failing('system'))).rejects.toThrow('no')
})
