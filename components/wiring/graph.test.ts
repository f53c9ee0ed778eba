import { expect, test } from 'vitest'
import type { NamespaceView, WiredLink, WiringPicture } from '@/server/observe/wiring/view'
import { snapshot } from '../topology/snapshot.fixture'
import { farLabel } from './far-label'
import { toFarScene } from './far-scene'
import { toWiringGraph } from './graph'
import { mergeWiring } from './merge-wiring'
import { plainText } from './plain-text'
import { findWired } from './search'
import { jacksOf, toPanel, toWired } from './selection'
import { wirePath } from './wire-path'

function namespace(id: string, part: Partial<NamespaceView> = {}): NamespaceView {
  return {
    ...{ id, kind: 'process', name: `ns${id}`, containerId: null, mounts: [], processes: [], processCount: 0 },
    ...{ path: `/proc/${id}/ns/net`, linksCut: 0, failure: null },
    ...part,
  }
}

function link(id: string, name: string, part: Partial<WiredLink> = {}): WiredLink {
  const [netnsId = '', index] = id.split(':')
  return {
    ...{ id, netnsId, index: Number(index), name, kind: null, type: 'ether', up: true, carrier: true, operstate: 'up' },
    ...{ promiscuous: false, noArp: false, mac: '02:00:00:00:00:01', mtu: 1500, alias: null, addresses: [] },
    masterId: null,
    ...part,
  }
}

function byId<Entity extends { id: string }>(...entities: Entity[]): Record<string, Entity> {
  return Object.fromEntries(entities.map((entity) => [entity.id, entity]))
}

/** A host with a bridge, a box on it with a macvlan, and one that has nothing but its loopback. */
const wiring: WiringPicture = {
  namespaces: byId(
    namespace('1', { kind: 'host' }),
    namespace('9', { kind: 'container', containerId: 'c1' }),
    namespace('8'),
  ),
  links: byId(
    link('1:2', 'uplink'),
    link('1:3', 'br0', { kind: 'bridge' }),
    link('1:4', 'veth1', { kind: 'veth', masterId: '1:3' }),
    link('9:2', 'eth0', { kind: 'veth', addresses: ['10.0.0.2/24'], mac: '02:00:00:00:00:77' }),
    link('9:3', 'mac0', { kind: 'macvlan' }),
    link('9:1', 'lo', { type: 'loopback' }),
    link('8:1', 'lo', { type: 'loopback' }),
  ),
  cables: byId(
    { id: 'veth', kind: 'veth', from: '1:4', to: '9:2' },
    { id: 'parent', kind: 'parent', from: '9:3', to: '1:2' },
    { id: 'lost', kind: 'veth', from: '9:1', to: null },
  ),
}
const options = { showsIdle: false, label: () => 'a label' }

test('the host is boards, other namespaces are cards, and each cable ends at both of its jacks', () => {
  const { nodes, wires, idle, nodeOf, places } = toWiringGraph(wiring, { places: {} }, options)
  expect(nodes.map(({ id, type }) => `${type} ${id}`)).toEqual(['board host', 'board 1:3', 'card 9'])
  expect(idle.map(({ id }) => id)).toEqual(['8'])
  expect(wires.map(({ from, to, kind, isUp }) => [from, to, kind, isUp])).toEqual([
    ['1:4', '9:2', 'veth', true],
    ['9:3', '1:2', 'parent', true],
  ])
  const card = places['9'] ?? { x: 0, y: 0 }
  expect(wires[0]?.path).toContain(` ${card.x} ${card.y + 42 + 17}`)
  expect([nodeOf.get('1:3'), nodeOf.get('9:1')]).toEqual(['1:3', '9'])
  expect(toWiringGraph(wiring, { places: {} }, { ...options, showsIdle: true }).nodes).toHaveLength(4)
  // Read out by its label alone, not as an English "node".
  for (const { domAttributes } of nodes) expect(domAttributes).toHaveProperty('aria-roledescription', undefined)
})

test('what was there stays where it was when something comes', () => {
  const before = toWiringGraph(wiring, { places: {} }, options)
  const more: WiringPicture = {
    namespaces: { ...wiring.namespaces, ...byId(namespace('7')) },
    links: {
      ...wiring.links,
      ...byId(link('7:2', 'eth0', { kind: 'veth' }), link('1:9', 'veth9', { kind: 'veth', masterId: '1:3' })),
    },
    cables: { ...wiring.cables, ...byId({ id: 'new', kind: 'veth' as const, from: '1:9', to: '7:2' }) },
  }
  const after = toWiringGraph(more, before, options)
  for (const id of ['1:3', '9']) expect(after.places[id]).toEqual(before.places[id])
  expect(after.places['7']).toBeDefined()
})

test('what only changes its state is not placed anew', () => {
  const before = toWiringGraph(wiring, { places: {} }, options)
  const down = { ...wiring, links: { ...wiring.links, ...byId(link('9:2', 'eth0', { kind: 'veth', up: false })) } }
  const after = toWiringGraph(down, before, options)
  expect(after.places).toBe(before.places)
  expect(after.wires.find(({ id }) => id === 'veth')?.isUp).toBe(false)
  const unplugged = { ...wiring, cables: byId({ id: 'parent', kind: 'parent' as const, from: '9:3', to: '1:2' }) }
  expect(toWiringGraph(unplugged, before, options).places).not.toBe(before.places)
})

test('an event changes what it names, and leaves all else the same objects', () => {
  const set = { links: byId(link('9:2', 'eth0', { mtu: 1400 })) }
  const change = { type: 'change' as const, epoch: 'e', version: 2, change: { set, remove: { namespaces: ['8'] } } }
  const after = mergeWiring(wiring, change)
  expect(after.links['9:2']?.mtu).toBe(1400)
  expect(after.links['1:2']).toBe(wiring.links['1:2'])
  expect(after.cables).toBe(wiring.cables)
  expect(Object.keys(after.namespaces)).toEqual(['1', '9'])
  expect(mergeWiring(wiring, { type: 'wiring', epoch: 'e', version: 1, wiring: structuredClone(wiring) })).toBe(wiring)
})

test('what is selected in one picture is found in the other', () => {
  const endpoint = {
    id: 'e1',
    networkId: 'n1',
    containerId: 'c1',
    ifname: 'eth0',
    hostIfname: 'veth1',
    macAddress: null,
  }
  const networks = {
    ...snapshot,
    networks: { n1: { id: 'n1', device: 'br0', parent: null } },
    containers: { c1: { id: 'c1' } },
    endpoints: { e1: endpoint },
  } as never as Parameters<typeof toWired>[2]
  const pairs = { e1: '9:2', c1: '9', n1: '1:3', host: '1' }
  for (const [panel, wired] of Object.entries(pairs)) {
    expect(toWired(panel, wiring, networks)).toBe(wired)
    expect(toPanel(wired, wiring, networks)).toBe(panel)
  }
  expect([toWired('9:3', wiring, networks), toWired('gone', wiring, networks)]).toEqual(['9:3', null])
  expect([toPanel('1:4', wiring, networks), toPanel('9:3', wiring, networks), toPanel('8', wiring, networks)]).toEqual([
    'e1',
    'c1',
    null,
  ])
})

test('a cable unfolds step by step', () => {
  const names = (id: string) => jacksOf(id, wiring).map(({ role, link }) => `${role} ${link.name}`)
  expect(names('9:2')).toEqual(['inside eth0', 'bridgePort veth1', 'bridge br0'])
  expect(names('9:3')).toEqual(['inside mac0', 'parent uplink'])
  expect([names('9:1'), names('gone')]).toEqual([['inside lo'], []])
})

test('text finds interfaces by name, address and MAC, namespaces by name', () => {
  expect(findWired(wiring, ' ')).toBeNull()
  expect([...(findWired(wiring, '10.0.0.2') ?? [])]).toEqual(['9:2'])
  expect([...(findWired(wiring, ':77') ?? [])]).toEqual(['9:2'])
  expect([...(findWired(wiring, 'NS8') ?? [])]).toEqual(['8'])
  expect(findWired(wiring, 'nowhere')?.size).toBe(0)
})

test('what cannot be seen in a name is written out', () => {
  expect(plainText('a\u001b[31m\u202eb\u200bc\u007f<i>é中')).toBe('a␛[31m⟨202E⟩b⟨200B⟩c␡<i>é中')
})

test('cables keep apart in one gap, and run the same way from either end', () => {
  const [from, to] = [
    { x: 10, y: 10, side: 'bottom' as const },
    { x: 300, y: 400, side: 'left' as const },
  ]
  expect(wirePath(from, to, 0)).toBe(wirePath(to, from, 0))
  expect(wirePath(from, to, 0)).not.toBe(wirePath(from, to, 1))
  expect(wirePath(from, to, 0)).toMatch(/^M 10 10 .* 300 400$/)
})

test('from far everything is drawn by its look, long names cut, and what a search has not found is faint', () => {
  const graph = toWiringGraph(wiring, { places: {} }, options)
  const nothing = { found: null, selected: null }
  const { boxes, jacks, wires, names } = toFarScene(graph, nothing, () => 'a name that no card has room for')
  expect(boxes.flatMap(({ at }) => at)).toHaveLength(3)
  expect(jacks.map(({ ink, alpha, at }) => [ink, alpha, at.length])).toEqual([
    ['other', 1, 2],
    ['veth', 1, 2],
    ['parent', 1, 1],
  ])
  expect(wires.map(({ ink, width }) => [ink, width])).toEqual([
    ['veth', 2],
    ['parent', 2],
  ])
  expect(names.map(({ ports }) => ports)).toEqual([1, 1, null])
  for (const zoom of [0.06, 0.12, 0.25, 0.4]) {
    for (const one of names) {
      const label = farLabel(one, zoom)
      if (label === null) continue
      expect(label.pixels).toBeGreaterThanOrEqual(9)
      expect(label.text).toMatch(/^a.*…$/)
      expect(label.x + label.text.length * label.pixels * 0.45).toBeLessThanOrEqual(one.box.width * zoom + 9)
    }
  }
  const [, , card] = names
  if (!card) throw new Error('the card is missing')
  expect([farLabel({ ...card, name: 'w123' }, 0.12)?.text, farLabel(card, 0.06)]).toEqual(['w123', null])
  const sought = toFarScene(graph, { found: new Set(['9:2']), selected: '9:2' }, () => '')
  expect(sought.wires.map(({ ink, alpha, width }) => [ink, alpha, width])).toEqual([
    ['veth', 1, 4],
    ['parent', 0.35, 2],
  ])
  expect(sought.names.map(({ alpha }) => alpha)).toEqual([0.35, 0.35, 1])
})
