import { expect, test } from 'vitest'
import { sharedNetwork, sharersOf } from './shared-network'
import { container } from './snapshot.fixture'

const web = container('web')
const side = container('side', { networkMode: 'container:con-web', sandbox: web.sandbox })
const containers = { 'con-web': web, 'con-side': side }

test('a container with a stack of its own shares none', () => {
  expect(sharedNetwork(web, containers)).toBeUndefined()
})

test('one that shares another’s names it, by whatever it was named, and the other knows', () => {
  const expected = { name: 'web', ownerId: 'con-web', cutOff: false }
  expect(sharedNetwork(side, containers)).toEqual(expected)
  expect(sharedNetwork({ ...side, networkMode: 'container:web' }, containers)).toEqual(expected)
  expect(sharersOf(web, containers)).toEqual([side])
  expect(sharersOf(side, containers)).toEqual([])
})

test('it is cut off when the other has another stack, or is gone; not while it does not run', () => {
  const restarted = { ...containers, 'con-web': container('web', { sandbox: { id: 'new', key: '/new' } }) }
  expect(sharedNetwork(side, restarted)?.cutOff).toBe(true)
  expect(sharersOf(restarted['con-web'], restarted)).toEqual([])
  expect(sharedNetwork({ ...side, status: 'exited', sandbox: null }, restarted)?.cutOff).toBe(false)
  expect(sharedNetwork(side, { 'con-side': side })).toEqual({ name: 'con-web', ownerId: null, cutOff: true })
})
