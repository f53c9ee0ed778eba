import { expect, test } from 'vitest'
import type { NetRoute, RoutingRule } from '../cnm/netns-state'
import type { KernelObject } from '../plan/object'
import { renderPlan } from '../plan/render'
import { describeRouting } from './observe-routing'

const links = [
  { ifindex: 2, ifname: 'uplink0' },
  { ifindex: 3, ifname: 'tun0' },
  { ifindex: 4, ifname: 'br-a', ifalias: 'patchbay:a' },
  { ifindex: 5, ifname: 'br-b', ifalias: 'patchbay:b' },
]
const wanted: KernelObject[] = [
  { kind: 'address', netns: 'host', link: 'br-a', address: '172.18.0.1/16' },
  { kind: 'address', netns: 'host', link: 'br-b', address: '172.19.0.1/16' },
  { kind: 'address', netns: 'host', link: 'br-a', address: 'fd00:a::1/64' },
]
const main = [
  route('default', 2),
  route('172.18.0.0/16', 4, { protocol: 'kernel' }),
  route('172.19.0.0/16', 5, { protocol: 'kernel' }),
  route('fd00:a::/64', 4, { protocol: 'kernel', metric: 256 }),
]
const usual: RoutingRule[] = (['ipv4', 'ipv6'] as const).flatMap((family) => [
  rule({ family, priority: 0, table: 255 }),
  rule({ family, priority: 32_766, table: 254 }),
  rule({ family, priority: 32_767, table: 253 }),
])

function route(destination: string, index: number, part: Partial<NetRoute> = {}): NetRoute {
  const family = destination.includes(':') ? 'ipv6' : 'ipv4'
  const hops = [{ gateway: null, index, weight: 1, flags: [] }]
  return {
    ...{ family, table: 254, type: 'unicast', from: null, hops, source: null, protocol: 'static' },
    ...{ metric: 0, scope: 'link', mtu: null, ...part },
    destination: destination === 'default' ? '0.0.0.0/0' : destination,
  }
}

function rule(part: Partial<RoutingRule>): RoutingRule {
  return {
    ...{ family: 'ipv4', priority: 100, from: null, to: null, iif: null, oif: null, mark: null, mask: null },
    ...{ action: 'lookup', table: 100, inverted: false, ...part },
  }
}

/** What is found beside the usual, as what it is about and how it would be taken away. */
function found(routes: readonly NetRoute[], rules: readonly RoutingRule[] = []) {
  const objects = describeRouting({ routes: [...main, ...routes], rules: [...usual, ...rules] }, links, wanted)
  return objects.map((object) => {
    const about = object.kind === 'lookup' ? [object.concerns, ...object.expected, object.leads] : [object.expected]
    return [about.join(' '), ...renderPlan({ steps: [{ verb: 'remove', object }] })]
  })
}

test('a host’s usual routes and rules take nothing away', () => {
  expect(found([])).toEqual([])
  expect(found([route('10.0.0.0/8', 3), route('172.18.0.0/16', 3, { metric: 50 })])).toEqual([])
})

test('routes of either family that lead into a network’s subnet by another link are thefts', () => {
  expect(found([route('172.18.0.7/32', 3)])).toEqual([['br-a', 'ip route delete 172.18.0.7/32 dev tun0']])
  const fate = route('172.19.0.0/24', 0, { type: 'blackhole' })
  expect(found([fate])).toEqual([['br-b', 'ip route delete blackhole 172.19.0.0/24']])
  const [closer, nearer] = [route('fd00:a::7/128', 3, { metric: 1024 }), route('fd00:a::/64', 3, { metric: 10 })]
  expect(found([closer, nearer, route('fd00:a::/64', 3, { metric: 1024 })])).toEqual([
    ['br-a', 'ip route delete fd00:a::7/128 dev tun0 metric 1024'],
    ['br-a', 'ip route delete fd00:a::/64 dev tun0 metric 10'],
  ])
})

test('a rule that has packets for networks looked up in a table that leads elsewhere is told with all of them', () => {
  const away = [route('default', 3, { table: 100 })]
  expect(found(away, [rule({ to: '172.18.0.0/16' })])).toEqual([
    ['received br-a tun0', 'ip -4 rule delete priority 100 from 0.0.0.0/0 to 172.18.0.0/16 lookup 100'],
  ])
  expect(found(away, [rule({ mark: 0xca6c, mask: 0xffffffff, inverted: true })])).toEqual([
    [
      'received br-a br-b tun0',
      'ip -4 rule delete priority 100 not from 0.0.0.0/0 fwmark 0xca6c/0xffffffff lookup 100',
    ],
  ])
  expect(found([route('::/0', 3, { table: 100 })], [rule({ family: 'ipv6' })])).toEqual([
    ['received br-a tun0', 'ip -6 rule delete priority 100 from ::/0 lookup 100'],
  ])
  expect(found([], [rule({ action: 'prohibit', table: null, to: '172.18.0.9/32' })])).toEqual([
    ['received br-a prohibit', 'ip -4 rule delete priority 100 from 0.0.0.0/0 to 172.18.0.9/32 prohibit'],
  ])
})

test('rules that concern nobody’s networks, or whose tables lead there all the same, take nothing away', () => {
  const away = [route('default', 3, { table: 100 })]
  const saved = rule({ priority: 99, table: 254, suppressPrefixLength: 0 })
  expect(found(away, [rule({ mark: 0xca6c, inverted: true }), saved])).toEqual([])
  expect(found(away, [rule({ to: '10.0.0.0/8' }), rule({ mark: 1, mask: 1 }), rule({ oif: 'tun0' })])).toEqual([])
  expect(found([], [rule({})])).toEqual([])
  const right = [route('172.18.0.0/16', 4, { table: 100 }), route('172.19.0.0/16', 5, { table: 100 })]
  expect(found([...away, ...right], [rule({})])).toEqual([])
  expect(found(away, [rule({ priority: 40_000 }), rule({ otherConditions: ['uidrange 5-7'] })])).toEqual([])
  expect(found(away, [rule({ priority: 50, action: 'goto', table: null, goto: 32_766 }), rule({})])).toEqual([])
})

test('a rule that names a network leads what it sends elsewhere; that is told of it, and nothing else', () => {
  const away = [route('default', 3, { table: 100 })]
  const about = (rules: RoutingRule[], routes = away) => found(routes, rules).map(([one]) => one)
  expect(about([rule({ from: '172.18.0.0/16' })])).toEqual(['sent br-a tun0'])
  expect(about([rule({ iif: 'br-b', action: 'unreachable', table: null })])).toEqual(['sent br-b unreachable'])
  expect(about([rule({ from: '172.18.0.0/16' })], [route('default', 2, { table: 100 })])).toEqual([])
  expect(about([rule({ to: '172.18.0.0/16', otherConditions: ['dport 80'] })])).toEqual(['sent br-a tun0'])
})
