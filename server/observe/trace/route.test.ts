import { expect, test } from 'vitest'
import type { NetnsState, NetRoute, RoutingRule } from '../../cnm/netns-state'
import { addressOf, findRoute } from './route'
import { emptyState, testLink, testRoute, testWorld } from './testing/paper'

const rule = (priority: number, table: number | null, more: Partial<RoutingRule> = {}): RoutingRule => ({
  ...{ family: 'ipv4', priority, from: null, to: null, iif: null, oif: null, mark: null, mask: null },
  ...{ action: 'lookup', table, inverted: false },
  ...more,
})
const links = [testLink(1, 'eth0'), testLink(2, 'eth1')]

function ask(routes: readonly NetRoute[], rules: readonly RoutingRule[], more = {}): string {
  const state: NetnsState = { ...emptyState('1'), links, routes, rules: [...rules, rule(32766, 254)] }
  const question = { destination: '10.1.2.3', source: null, inLink: 'lo', outLink: null, mark: 0, ...more }
  const { answer } = findRoute(testWorld([state]), '1', question)
  if (answer.kind === 'way') return answer.link.name
  return answer.kind === 'refused' || answer.kind === 'refused-by-rule' ? answer.type : answer.kind
}

test('the longest prefix counts, then the lowest metric, and what is dead does not', () => {
  const all = [testRoute('0.0.0.0/0', 1), testRoute('10.1.0.0/16', 2, { metric: 20 })]
  expect(ask(all, [])).toBe('eth1')
  expect(ask([...all, testRoute('10.1.0.0/16', 1, { metric: 10 })], [])).toBe('eth0')
  const dead = { hops: [{ gateway: null, index: 2, weight: 1, flags: ['dead'] }] }
  expect(ask([testRoute('0.0.0.0/0', 1), testRoute('10.1.0.0/16', 2, dead)], [])).toBe('eth0')
  expect(ask([], [])).toBe('none')
})

test('routes that refuse do so, and one that throws leaves it to the next rule', () => {
  const way = testRoute('0.0.0.0/0', 1)
  expect(ask([way, testRoute('10.0.0.0/8', null, { type: 'blackhole' })], [])).toBe('blackhole')
  const thrown = testRoute('10.0.0.0/8', null, { type: 'throw', table: 100 })
  expect(ask([way, thrown, testRoute('0.0.0.0/0', 2, { table: 100 })], [rule(10, 100)])).toBe('eth0')
})

test('rules are asked in their order, by source, link and mark', () => {
  const routes = [testRoute('0.0.0.0/0', 1), testRoute('0.0.0.0/0', 2, { table: 100 })]
  expect(ask(routes, [rule(10, 100, { from: '10.9.0.0/16' })], { source: '10.9.0.1' })).toBe('eth1')
  expect(ask(routes, [rule(10, 100, { from: '10.9.0.0/16' })], { source: '10.8.0.1' })).toBe('eth0')
  expect(ask(routes, [rule(10, 100, { mark: 1, mask: 0xf })], { mark: 0x31 })).toBe('eth1')
  expect(ask(routes, [rule(10, 100, { mark: 1, mask: 0xf, inverted: true })], { mark: 0x31 })).toBe('eth0')
  expect(ask(routes, [rule(10, 100, { iif: 'eth0' })])).toBe('eth0')
  expect(ask(routes, [rule(10, null, { action: 'prohibit' })])).toBe('prohibit')
  expect(ask(routes, [rule(10, null, { action: 'goto', goto: 30 }), rule(20, 100)])).toBe('eth0')
  expect(ask(routes, [rule(10, 100, { suppressPrefixLength: 0 })])).toBe('eth0')
})

test('of several addresses a link is called by the one in the subnet of who is asked', () => {
  const address = (text: string, prefixLength: number) => ({
    ...{ index: 1, family: 'ipv4' as const, address: text, prefixLength, peer: null, scope: 'global', flags: [] },
  })
  const state = { ...emptyState('1'), links, addresses: [address('10.0.0.1', 24), address('10.0.9.1', 24)] }
  const called = (to: string) => addressOf(testWorld([state]), '1', links[0] ?? testLink(1, 'eth0'), to)
  expect(called('10.0.9.7')).toBe('10.0.9.1')
  expect(called('192.0.2.1')).toBe('10.0.0.1')
})
