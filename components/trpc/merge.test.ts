import { expect, test } from 'vitest'
import type { EndpointView, NetworkView, Snapshot, SnapshotChange, SnapshotEvent } from '@/server/observe/snapshot'
import { emptySnapshot, isShallowEqual, mergeEvent } from './merge'

function endpoint(id: string, state: EndpointView['state'] = 'up'): EndpointView {
  return {
    id,
    networkId: 'n1',
    containerId: 'c1',
    ifname: 'eth0',
    hostIfname: `veth${id}`,
    ipv4Address: '172.18.0.2/16',
    ipv6Address: null,
    ipv6Gateway: null,
    isIpv6DefaultGateway: false,
    macAddress: null,
    gateway: null,
    isDefaultGateway: false,
    aliases: ['web'],
    dnsNames: [],
    state,
  }
}

const before: Snapshot = {
  ...emptySnapshot,
  endpoints: { e1: endpoint('e1'), e2: endpoint('e2') },
  positions: { host: { x: 1, y: 2 } },
}

function change(change: Partial<SnapshotChange>): SnapshotEvent {
  return { type: 'change', epoch: 'a', version: 2, change: { set: {}, remove: {}, ...change } }
}

function picture(snapshot: Snapshot): SnapshotEvent {
  return { type: 'snapshot', epoch: 'b', version: 1, snapshot: structuredClone(snapshot) }
}

test('a changed entity is new, and everything else stays the very same', () => {
  const after = mergeEvent(before, change({ set: { endpoints: { e2: endpoint('e2', 'down') } } }))
  expect(after.endpoints.e2?.state).toBe('down')
  expect(after.endpoints.e1).toBe(before.endpoints.e1)
  expect(after.positions).toBe(before.positions)
  expect(after.host).toBe(before.host)
  expect(before.endpoints.e2?.state).toBe('up')
})

test('an entity sent again as it was changes nothing at all', () => {
  expect(mergeEvent(before, change({ set: { endpoints: { e1: endpoint('e1') } } }))).toBe(before)
})

test('names that somebody gave to links by hand are shown as text, in pictures and changes alike', () => {
  const network = { origin: 'kernel', name: 'a\u202e<b>\u0007', device: 'a\u202e<b>\u0007' } as NetworkView
  const own = { origin: 'patchbay', name: 'backend' } as NetworkView
  const host = { ...before.host, uplinks: [{ name: 'up\u202e', up: true, addresses: [] }] }
  const whole = mergeEvent(emptySnapshot, picture({ ...before, host, networks: { k: network, n: own } }))
  expect([whole.networks.k?.name, whole.networks.n?.name]).toEqual(['a⟨202E⟩<b>␇', 'backend'])
  expect(whole.networks.k?.device).toBe(network.device)
  expect(whole.host.uplinks[0]?.name).toBe('up⟨202E⟩')
  const after = mergeEvent(whole, change({ host, set: { networks: { k: { ...network, name: 'b\u202e' } } } }))
  expect([after.networks.k?.name, after.host]).toEqual(['b⟨202E⟩', whole.host])
})

test('a removed entity is gone, and removing what is not there changes nothing', () => {
  const after = mergeEvent(before, change({ remove: { endpoints: ['e1'] } }))
  expect(Object.keys(after.endpoints)).toEqual(['e2'])
  expect(mergeEvent(after, change({ remove: { endpoints: ['e1'] } }))).toBe(after)
})

test('one change adds, alters, removes and renames the host at once', () => {
  const host = { ...before.host, name: 'h2' }
  const set = { endpoints: { e3: endpoint('e3') }, positions: { n1: { x: 0, y: 0 } } }
  const after = mergeEvent(before, change({ host, set, remove: { endpoints: ['e1'], positions: ['host'] } }))
  expect(after.host.name).toBe('h2')
  expect(Object.keys(after.endpoints)).toEqual(['e2', 'e3'])
  expect(after.positions).toEqual({ n1: { x: 0, y: 0 } })
})

test('a whole picture after a gap keeps the identity of what did not change meanwhile', () => {
  expect(mergeEvent(before, picture(before))).toBe(before)
  const after = mergeEvent(before, picture({ ...before, endpoints: { e2: endpoint('e2') } }))
  expect(after.endpoints).toEqual({ e2: endpoint('e2') })
  expect(after.endpoints.e2).toBe(before.endpoints.e2)
  expect(after.positions).toBe(before.positions)
})

test('an entity named like a property of every object is an entity', () => {
  const after = mergeEvent(before, change({ set: { positions: { constructor: { x: 3, y: 4 } } } }))
  expect(Object.hasOwn(after.positions, 'constructor')).toBe(true)
})

test('members are compared one by one and not deeper', () => {
  const member = { a: 1 }
  expect(isShallowEqual([member], [member])).toBe(true)
  expect(isShallowEqual({ member }, { member })).toBe(true)
  expect(isShallowEqual([member], [{ a: 1 }])).toBe(false)
  expect(isShallowEqual([], {})).toBe(false)
  expect(isShallowEqual({ a: undefined }, { b: undefined })).toBe(false)
  expect(isShallowEqual(null, {})).toBe(false)
})
