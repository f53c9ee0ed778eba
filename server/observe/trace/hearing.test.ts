import { expect, test } from 'vitest'
import type { NetnsState } from '../../cnm/netns-state'
import type { EndpointView } from '../snapshot'
import { hear } from './hearing'
import { findNeighbour } from './neighbour'
import { emptyState, testLink, testWorld } from './testing/paper'
import { type Moving, Trip } from './trip'

const bridge = testLink(1, 'br0', { kind: 'bridge', mac: '02:00:00:00:00:ff' })
const address = (index: number, text: string) => ({
  ...{ index, family: 'ipv4' as const, address: text, prefixLength: 24, peer: null, scope: 'global', flags: [] },
})

/** The host with a bridge, and a namespace behind each of its ports. */
function wire(count: number, proxies: readonly number[] = []) {
  const ends = Array.from({ length: count }, (_, at): NetnsState => {
    const link = testLink(2, 'eth0', { link: 10 + at, linkNetnsId: 0, mac: `02:00:00:00:01:${10 + at}` })
    return { ...emptyState(`n${at}`), links: [link], addresses: [address(2, `10.0.0.${at + 2}`)] }
  })
  const ports = ends.map((_, at) => testLink(10 + at, `veth${at}`, { master: 1, link: 2, linkNetnsId: at + 1 }))
  const host = { ...emptyState('host'), links: [bridge, ...ports] }
  const paper = testWorld([host, ...ends])
  const numbers = new Map(ends.map(({ id }, at) => [at + 1, id] as const))
  let asked = 0
  const world: typeof paper = {
    ...paper,
    peers: (netns) => (netns === 'host' ? numbers : new Map([[0, 'host']])),
    sysctl: (netns, name) => (name.endsWith('all.proxy_arp') && proxies.some((at) => netns === `n${at}`) ? '1' : '0'),
    state: (netns) => {
      asked += 1
      return paper.state(netns)
    },
  }
  return { world, from: { netns: 'host', link: bridge }, reads: () => asked }
}

test('of all who hear a question, only who has the address or answers for others is asked', () => {
  const { world, from } = wire(50, [7])
  const { arrivals, mayAnswer } = hear(world, from)
  expect(arrivals).toHaveLength(50)
  expect(mayAnswer('10.0.0.5').map(({ port }) => port.netns)).toEqual(['n3', 'n7'])
  expect(mayAnswer('10.0.0.99').map(({ port }) => port.netns)).toEqual(['n7'])
})

test('many ways over one wire find out once who hears it', () => {
  const { world, from, reads } = wire(50)
  hear(world, from)
  const once = reads()
  for (let at = 0; at < 100; at++) hear(world, from).mayAnswer(`10.0.0.${at}`)
  expect(reads()).toBe(once)
})

test('where two have an address, it is taken from the one who was not given it', () => {
  for (const [holder, stranger] of [
    ['n1', 'n2'],
    ['n2', 'n1'],
  ]) {
    const { world, from } = wire(3)
    const both = {
      ...world,
      state: (netns: string) => {
        const state = world.state(netns)
        return netns === 'n2' ? { ...state, addresses: [address(2, '10.0.0.3')] } : state
      },
      containerIn: (netns: string) => netns,
      records: {
        ...world.records,
        endpoints: { e: { containerId: holder, ipv4Address: '10.0.0.3/24' } as EndpointView },
      },
    }
    const packet = { family: 'ipv4', source: '10.0.0.1' } as Moving
    const trip = new Trip({ world: both, leg: 'there', flows: [], caveats: [], learnt: new Map(), packet })
    const found = findNeighbour(trip, 'host', from.link, '10.0.0.3', false)
    expect(found).toMatchObject({ cause: { code: 'address-duplicate' }, remedies: [{ values: { place: stranger } }] })
  }
})
