import { expect, test } from 'vitest'
import type { NetnsState } from '../../cnm/netns-state'
import { hear } from './hearing'
import { emptyState, testLink, testWorld } from './testing/paper'

const bridge = testLink(1, 'br0', { kind: 'bridge', mac: '02:00:00:00:00:ff' })
const address = (index: number, text: string) => ({
  ...{ index, family: 'ipv4' as const, address: text, prefixLength: 24, peer: null, scope: 'global', flags: [] },
})

/** The host with a bridge, and a namespace behind each of its ports. */
function wire(count: number, proxies: readonly number[] = []) {
  const ends = Array.from({ length: count }, (_, at): NetnsState => {
    const link = testLink(2, 'eth0', { link: 10 + at, linkNetnsId: 0 })
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
