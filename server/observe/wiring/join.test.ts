import { expect, test } from 'vitest'
import type { FdbRecord, FoundNetns, NetAddress, NetLink } from '../../cnm/netns-state'
import { hasUnknownPeers, joinWiring, mostLinks, type ReadNamespace } from './join'
import { describeNamespaces, type KnownContainer } from './names'

const counters = {
  ...{ rxBytes: 0, rxPackets: 0, rxErrors: 0, rxDropped: 0 },
  ...{ txBytes: 0, txPackets: 0, txErrors: 0, txDropped: 0 },
}

function link(index: number, name: string, part: Partial<NetLink> = {}): NetLink {
  return {
    ...{ index, name, kind: null, type: 'ether', up: true, carrier: true, operstate: 'up', promiscuous: false },
    ...{ noArp: false, mac: `02:00:00:00:00:0${index % 10}`, mtu: 1500, alias: null, master: null, link: null },
    ...{ linkNetnsId: null, counters },
    ...part,
  }
}

function namespace(id: string, links: NetLink[], part: Partial<ReadNamespace & FoundNetns> = {}): ReadNamespace {
  const { addresses = [], fdb = [] } = part as { addresses?: NetAddress[]; fdb?: FdbRecord[] }
  return {
    found: {
      ...{ id, path: `/proc/${id}/ns/net`, mounts: [], processes: [], processCount: 0, isHost: id === '1' },
      ...part,
    },
    state: { links, addresses, fdb },
    failure: null,
    peers: new Map(),
    holders: new Map(),
    ...part,
  }
}

const nameOf = () => ({ kind: 'process' as const, name: 'x', containerId: null })

test('a pair across namespaces is one cable, a macvlan stands on its parent, a port on its bridge', () => {
  const host = namespace(
    '1',
    [
      link(2, 'eth0'),
      link(3, 'br0', { kind: 'bridge' }),
      link(4, 'veth1', { kind: 'veth', master: 3, link: 2, linkNetnsId: 0 }),
      link(5, 'vx', { kind: 'vxlan', link: 2 }),
    ],
    { peers: new Map([[0, '9']]) },
  )
  const box = namespace(
    '9',
    [
      link(2, 'eth0', { kind: 'veth', link: 4, linkNetnsId: 7 }),
      link(3, 'mac0', { kind: 'macvlan', link: 2, linkNetnsId: 7 }),
      link(4, 'a', { kind: 'veth', link: 5 }),
      link(5, 'b', { kind: 'veth', link: 4 }),
    ],
    { peers: new Map([[7, '1']]) },
  )
  const { links, cables } = joinWiring([host, box], nameOf)
  expect(Object.values(cables)).toEqual([
    { id: 'veth 1:4 9:2', kind: 'veth', from: '1:4', to: '9:2' },
    { id: 'underlay 1:5', kind: 'underlay', from: '1:5', to: '1:2' },
    { id: 'parent 9:3', kind: 'parent', from: '9:3', to: '1:2' },
    { id: 'veth 9:4 9:5', kind: 'veth', from: '9:4', to: '9:5' },
  ])
  expect(links['1:4']?.masterId).toBe('1:3')
})

test('what leads to a namespace that is not known leads somewhere else', () => {
  const box = namespace('9', [
    link(2, 'eth0', { kind: 'veth', link: 4, linkNetnsId: 3 }),
    link(3, 'eth1', { kind: 'veth', link: 4, linkNetnsId: -1 }),
    link(4, 'mac0', { kind: 'macvlan', link: 77 }),
    link(5, 'lo', { type: 'loopback' }),
  ])
  const { cables } = joinWiring([box], nameOf)
  expect(Object.values(cables).map(({ from, to }) => [from, to])).toEqual([
    ['9:2', null],
    ['9:3', null],
    ['9:4', null],
  ])
  expect(hasUnknownPeers(box)).toBe(true)
  expect(hasUnknownPeers({ ...box, peers: new Map([[3, '1']]) })).toBe(false)
})

test('addresses and VTEPs are with their link; what is too many is counted', () => {
  const links = [
    link(1, 'vx', { kind: 'vxlan' }),
    ...Array.from({ length: mostLinks + 9 }, (_, at) => link(at + 2, `l${at}`)),
  ]
  const fdb: FdbRecord[] = Array.from({ length: 30 }, (_, at) => ({
    ...{ index: 1, master: null, mac: '02:00:00:00:00:01', vlan: null, type: 'static', vni: null },
    ...{ remote: at === 0 ? null : `10.0.0.${at}`, usedSeconds: null, updatedSeconds: null },
  }))
  const addresses: NetAddress[] = [
    { index: 1, family: 'ipv6', address: 'fd00::1', prefixLength: 64, peer: null, scope: 'global', flags: [] },
  ]
  const picture = joinWiring([namespace('1', links, { addresses, fdb } as never)], nameOf)
  expect(picture.namespaces['1']?.linksCut).toBe(10)
  expect(Object.keys(picture.links)).toHaveLength(mostLinks)
  expect(picture.links['1:1']).toMatchObject({ addresses: ['fd00::1/64'], vtepCount: 29 })
  expect(picture.links['1:1']?.vteps).toHaveLength(20)
})

test('the same reading gives the same objects, so that nothing of it is compared again', () => {
  const host = namespace('1', [link(2, 'eth0')])
  const [one, other] = [joinWiring([host], nameOf), joinWiring([host], nameOf)]
  expect(one.links['1:2']).toBe(other.links['1:2'])
})

const container = (part: Partial<KnownContainer>): KnownContainer => ({
  ...{ id: 'c1', name: 'web', pid: null, sandbox: null, networkMode: 'bridge' },
  ...part,
})

test('a namespace is called after its container, its mount or its process', () => {
  const containers = [
    container({
      id: 'guest',
      name: 'guest',
      networkMode: 'container:web',
      sandbox: { id: 's', key: '/run/p/netns/abc' },
    }),
    container({ sandbox: { id: 's', key: '/run/p/netns/abc' } }),
    container({ id: 'c2', name: 'docker-box', pid: 77 }),
  ]
  const nameOfFound = describeNamespaces({ containers, sandboxDir: '/run/p/netns', hostName: 'here' })
  const described = (part: Partial<FoundNetns>) => nameOfFound(namespace('9', [], part).found)
  const process = (pid: number, name: string) => ({ processes: [{ pid, name }] })
  expect(described({ isHost: true })).toMatchObject({ kind: 'host', name: 'here' })
  expect(described({ mounts: ['/run/p/netns/abc'] })).toMatchObject({
    kind: 'container',
    name: 'web',
    containerId: 'c1',
  })
  expect(described({ mounts: ['/run/p/netns/warm'] })).toMatchObject({ kind: 'spare', name: 'warm', containerId: null })
  expect(described(process(77, 'sh'))).toMatchObject({ kind: 'container', name: 'docker-box' })
  expect(described({ mounts: ['/run/docker/netns/ingress'] })).toMatchObject({ kind: 'docker', name: 'ingress' })
  expect(described({ mounts: ['/run/netns/cni-1'] })).toMatchObject({ kind: 'cni', name: 'cni-1' })
  expect(described({ mounts: ['/run/user/1000/netns/netns-9'] })).toMatchObject({ kind: 'podman' })
  expect(described({ mounts: ['/var/run/netns/blue'] })).toMatchObject({ kind: 'named', name: 'blue' })
  expect(described({ mounts: ['/srv/ns'] })).toMatchObject({ kind: 'mounted', name: 'ns' })
  const elsewhere = { pid: 7, process: 'dockerd', mount: '/run/docker/netns/abc' }
  expect(described({ elsewhere, ...process(5, 'sh') })).toMatchObject({ kind: 'docker', name: 'abc' })
  expect(described(process(5, '<b>\u202e'))).toMatchObject({ kind: 'process', name: '<b>\u202e' })
  expect(described({})).toMatchObject({ kind: 'process', name: '9' })
})
