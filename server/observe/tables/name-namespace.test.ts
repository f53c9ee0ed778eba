import { expect, test } from 'vitest'
import type { FoundNetns } from '../../cnm/netns-state'
import { createNamespaceNames } from './name-namespace'

const found = (over: Partial<FoundNetns>): FoundNetns => ({
  ...{ id: '7', path: '', mounts: [], processes: [], processCount: 0, isHost: false },
  ...over,
})
const web = {
  ...{ id: 'a1', name: 'web', origin: 'patchbay' as const, pid: 40 },
  sandbox: { id: 's', key: '/run/patchbay/netns/s' },
}
const beside = { ...web, id: 'a2', name: 'beside', pid: 41 }
const foreign = {
  ...{ id: 'd1', name: 'db', origin: 'docker' as const, pid: 50 },
  sandbox: { id: 'x', key: '/var/run/docker/netns/x' },
}
const name = createNamespaceNames([web, beside, foreign], (mount) => mount.startsWith('/run/patchbay/netns/'))

test('a namespace is called after its containers, by their mount or their process, all that share it', () => {
  const shared = name(found({ mounts: ['/run/patchbay/netns/s'], processes: [{ pid: 40, name: 'sh' }] }))
  expect(shared).toMatchObject({ kind: 'container', containers: [{ name: 'web' }, { name: 'beside' }] })
  expect(name(found({ mounts: ['/run/docker/netns/x'] }))).toMatchObject({ containers: [{ name: 'db' }] })
  expect(name(found({ processes: [{ pid: 50, name: 'postgres' }] }))).toMatchObject({ containers: [{ name: 'db' }] })
})

test('else after its mount or its process; the host and what is kept ready are called so', () => {
  expect(name(found({ isHost: true, processes: [{ pid: 40, name: 'x' }] }))).toEqual({ kind: 'host' })
  expect(name(found({ mounts: ['/run/patchbay/netns/t'] }))).toEqual({ kind: 'spare' })
  expect(name(found({ mounts: ['/run/netns/blue'], processes: [{ pid: 9, name: 'sh' }] }))).toEqual({
    kind: 'mount',
    path: '/run/netns/blue',
  })
  expect(name(found({ processes: [{ pid: 9, name: 'sh' }] }))).toEqual({ kind: 'process', pid: 9, name: 'sh' })
})
