import { expect, test } from 'vitest'
import type { Snapshot } from '../snapshot'
import { resolvePoint } from './points'

const endpoint = (id: string, more: object) => ({ id, containerId: 'c1', networkId: 'n1', state: 'up', ...more })
const snapshot = {
  containers: { c1: { id: 'c1', name: 'web', sandbox: { key: '/run/netns/web' }, pid: 7 } },
  networks: { n1: { id: 'n1', name: 'lab', device: 'br-n1', parent: null } },
  endpoints: {
    e1: endpoint('e1', { ifname: 'eth0', hostIfname: 'veth1', ipv4Address: '10.0.0.2/24', ipv6Address: 'fd00::2/64' }),
    e2: endpoint('e2', { networkId: 'n2', ifname: 'eth1', hostIfname: null, ipv4Address: '10.1.0.2/24' }),
  },
} as unknown as Snapshot
const docker = {
  containers: { c1: { id: 'c1', name: 'dk', sandbox: null, pid: 7 } },
  networks: snapshot.networks,
  endpoints: { e1: endpoint('e1', { ifname: null, hostIfname: null, macAddress: '02:42:ac:12:00:02' }) },
} as unknown as Snapshot
const netns = { find: async () => [], read: () => Promise.reject(new Error('never')) }
const resolve = (request: Parameters<typeof resolvePoint>[0]) => resolvePoint(request, { snapshot, netns })

test('either end of a cable knows all addresses of its container, which tell where its packets begin and end', async () => {
  const addresses = ['10.0.0.2', 'fd00::2', '10.1.0.2']
  expect(await resolve({ container: 'web', network: 'lab' })).toMatchObject({ label: 'web eth0', addresses })
  expect(await resolve({ container: 'web', end: 'host' })).toMatchObject({ label: 'host veth1', addresses })
  expect(await resolve({ network: 'lab' })).toMatchObject({ label: 'lab br-n1', addresses: [] })
  expect(await resolve({ link: 'eth7' })).toMatchObject({ label: 'host eth7', addresses: [] })
})

test("a cable of Docker's is found by its MAC address", async () => {
  const links = [
    { name: 'lo', mac: null },
    { name: 'eth0', mac: '02:42:ac:12:00:02' },
  ]
  const there = {
    find: async () => [{ id: '8', isHost: false, mounts: [], processes: [{ pid: 7, name: 'sleep' }] }],
    read: async () => ({ links }),
  }
  const sources = { snapshot: docker, netns: there as unknown as typeof netns }
  const point = await resolvePoint({ container: 'dk', network: 'lab' }, sources)
  expect(point).toMatchObject({ label: 'dk eth0', link: 'eth0', at: { netns: '/proc/7/ns/net', link: 'eth0' } })
  links.pop()
  await expect(resolvePoint({ container: 'dk', network: 'lab' }, sources)).rejects.toThrow('has no such cable')
})
