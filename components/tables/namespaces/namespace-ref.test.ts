import { expect, test } from 'vitest'
import type { NamespaceView } from '@/server/observe/tables/rows'
import { findByRef, refOf, refOfContainer } from './namespace-ref'

const rest = { mounts: [], processes: [], processCount: 0, containerId: null }
const host: NamespaceView = { id: '1', kind: 'host', name: 'here', ...rest }
const web: NamespaceView = { id: '2', kind: 'container', name: 'web', ...rest, containerId: 'a1' }
const blue: NamespaceView = { id: '3', kind: 'named', name: 'blue', ...rest }

test('every namespace is found by what stands in the address, a container’s also when it has started anew', () => {
  const all = [host, web, blue]
  expect(all.map(refOf)).toEqual(['host', 'container:a1', '3'])
  for (const one of all) expect(findByRef(all, refOf(one))).toBe(one)
  expect(findByRef([host, { ...web, id: '9' }], refOf(web))?.id).toBe('9')
})

test('its plain number leads there, too; what there is not is not found', () => {
  expect(findByRef([host, web], '2')).toBe(web)
  expect(findByRef([host, web], 'container:zz')).toBeUndefined()
})

test('a container leads to the namespace that it uses', () => {
  expect(refOfContainer({ id: 'a1', networkMode: 'bridge' })).toBe('container:a1')
  expect(refOfContainer({ id: 'a1', networkMode: 'container:b2' })).toBe('container:b2')
  expect(refOfContainer({ id: 'a1', networkMode: 'host' })).toBe('host')
})
