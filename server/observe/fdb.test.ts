import { expect, test } from 'vitest'
import { diffEntries, fdbBridges, fdbEntries, mergeFdbEvents, rowsByKey } from './fdb'
import type { Owners } from './owners'
import type { FdbRow, FdbRowEvent } from './sources'
import { linkRow } from './testing/fakes'

const noOwners: Owners = { ofMark: () => null, ofDevice: () => null, ofMac: () => null }
const learned: FdbRow = {
  ...{ bridge: 'br0', port: 'veth1', mac: '02:00:00:00:00:0a', vlan: null, type: 'learned' },
  ...{ usedSeconds: 3, updatedSeconds: 3 },
}

function event(type: FdbRowEvent['type'], part: Partial<FdbRowEvent['row']> = {}): FdbRowEvent {
  return { type, row: { ...learned, usedSeconds: 0, updatedSeconds: 0, ...part } }
}

function keysAfter(rows: FdbRow[], ...events: FdbRowEvent[]): string[] {
  return [...mergeFdbEvents(rowsByKey(rows), events).keys()]
}

test('an address that is learned appears, and one that ages out goes', () => {
  expect(keysAfter([], event('set'))).toEqual(['br0 veth1 02:00:00:00:00:0a '])
  expect(keysAfter([learned], event('remove'))).toEqual([])
})

test('an address that moves to another port leaves the old one', () => {
  expect(keysAfter([learned], event('set', { port: 'veth2' }))).toEqual(['br0 veth2 02:00:00:00:00:0a '])
})

test('the same address on another bridge or VLAN stays', () => {
  expect(keysAfter([learned], event('set', { bridge: 'br1', port: 'veth9' }))).toHaveLength(2)
  expect(keysAfter([learned], event('set', { vlan: 10, port: 'veth2' }))).toHaveLength(2)
})

test('a port’s own address is not pushed out by the bridge that carries the same', () => {
  const own = { ...learned, type: 'local' as const }
  expect(keysAfter([own], event('set', { port: 'br0', type: 'local' }))).toHaveLength(2)
})

test('an event without names takes every row that it can mean', () => {
  const elsewhere = { ...learned, bridge: 'br1', port: 'veth7' }
  expect(keysAfter([learned, elsewhere], event('remove', { port: null }))).toEqual(['br1 veth7 02:00:00:00:00:0a '])
  expect(keysAfter([learned, elsewhere], event('remove', { bridge: null, port: null }))).toEqual([])
})

test('what changed between two tables is told by entry, and nothing else', () => {
  const before = fdbEntries(rowsByKey([learned, { ...learned, port: 'veth3', mac: '02:00:00:00:00:0b' }]), noOwners)
  const after = fdbEntries(rowsByKey([{ ...learned, usedSeconds: 4 }]), noOwners)
  expect(diffEntries(before, after)).toEqual({
    set: [{ ...learned, usedSeconds: 4, key: 'br0 veth1 02:00:00:00:00:0a ', owner: null }],
    remove: ['br0 veth3 02:00:00:00:00:0b '],
  })
  expect(diffEntries(before, before)).toBeNull()
})

test('an entry belongs to who has the address, else to whose port it is', () => {
  const byMac = { type: 'patchbay', name: 'mac' } as const
  const byPort = { type: 'patchbay', name: 'port' } as const
  const owners: Owners = {
    ofMark: () => null,
    ofMac: (mac) => (mac === learned.mac ? byMac : null),
    ofDevice: (name) => (name === 'veth1' ? byPort : null),
  }
  const rows = rowsByKey([learned, { ...learned, mac: '02:00:00:00:00:0c' }])
  expect([...fdbEntries(rows, owners).values()].map((entry) => entry.owner)).toEqual([byMac, byPort])
})

test('bridges are listed with their ports and ageing time', () => {
  const links = [
    linkRow({ name: 'br0', kind: 'bridge', ageingSeconds: 120 }),
    linkRow({ name: 'veth1', kind: 'veth', master: 'br0' }),
    linkRow({ name: 'eth0' }),
  ]
  expect(fdbBridges(links, noOwners)).toEqual([{ name: 'br0', owner: null, ageingSeconds: 120, ports: ['veth1'] }])
})
