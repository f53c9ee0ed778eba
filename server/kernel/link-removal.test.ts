import { expect, test } from 'vitest'
import { BatchError } from './batch-error'
import { removeLinks, removesLinks } from './link-removal'

const commands = ['br-1', 'veth2'].map((name) => ['link', 'delete', 'dev', name])
const never = new Promise<never>(() => undefined)

test('links are removed when nobody can find them any more, though ip is still busy with them', async () => {
  const links = new Set(['br-1', 'veth2'])
  let isOver = false
  const removal = removeLinks({ run: () => never }, commands, (name) => links.has(name)).then(() => {
    isOver = true
  })
  links.delete('br-1')
  await new Promise((resolve) => setTimeout(resolve, 10))
  expect(isOver).toBe(false)
  links.delete('veth2')
  await removal
})

test('what ip refuses is told, whether the link is there or not', async () => {
  const failure = new BatchError(0, ['not-run'], 'Cannot find device "br-1"', 1)
  const run = async () => {
    throw failure
  }
  await expect(removeLinks({ run }, commands, () => false)).rejects.toBe(failure)
  await expect(removeLinks({ run }, commands, () => true)).rejects.toBe(failure)
})

test('only what does nothing but remove links is a removal', () => {
  expect(removesLinks(commands)).toBe(true)
  expect(removesLinks([...commands, ['address', 'delete', '10.0.0.1/24', 'dev', 'br-1']])).toBe(false)
})
