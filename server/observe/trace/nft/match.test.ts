import { expect, test } from 'vitest'
import { testLink, testWorld } from '../testing/paper'
import type { Moving } from '../trip'
import { judgeMatch, lookedUp } from './match'
import type { NftScene } from './operand'

const host = { id: 'host', links: [testLink(1, 'eth0')], addresses: [], routes: [], rules: [], neighbours: [], fdb: [] }
const packet: Moving = {
  ...{ family: 'ipv4', protocol: 'tcp', source: '10.0.0.2', destination: '10.0.1.3', sourcePort: 40_000 },
  ...{ destinationPort: 80, sourceMac: null, destinationMac: null, mark: 0x12, ttl: 64, size: 64 },
  ...{ inLink: 'eth0', outLink: 'br0', physIn: null, physOut: null, state: 'NEW' },
  ...{ isReply: false, isAnswer: false, isMidway: false, flow: null },
}
const scene: NftScene = {
  ...{ world: testWorld([host]), netns: 'host', packet, inLink: 'eth0', outLink: 'br0', hook: 'forward', bridge: null },
}
const field = (protocol: string, name: string) => ({ payload: { protocol, field: name } })
const meta = (key: string) => ({ meta: { key } })
const sets: Readonly<Record<string, readonly unknown[]>> = {
  near: [{ prefix: { addr: '10.0.0.0', len: 24 } }, { range: ['192.168.1.1', '192.168.1.9'] }],
  pairs: [{ concat: [{ prefix: { addr: '10.0.1.0', len: 24 } }, { range: [80, 90] }] }],
  brief: [{ elem: { val: '10.0.0.2', timeout: 60, expires: 50 } }],
}
const judged = (left: unknown, op: string, right: unknown, at: Partial<Moving> = {}) =>
  judgeMatch({ left, op, right }, { ...scene, packet: { ...packet, ...at } }, (name) => sets[name])

test.each([
  [field('ip', 'saddr'), '==', { prefix: { addr: '10.0.0.0', len: 8 } }],
  [field('ip', 'saddr'), '!=', { set: ['10.0.0.3', { range: ['10.0.0.8', '10.0.0.9'] }] }],
  [field('ip', 'saddr'), '==', '@near'],
  [field('ip', 'saddr'), '==', '@brief'],
  [{ concat: [field('ip', 'daddr'), field('tcp', 'dport')] }, '==', '@pairs'],
  [field('tcp', 'dport'), '==', { set: [22, { range: [80, 90] }] }],
  [field('tcp', 'sport'), '>=', 1024],
  [field('th', 'dport'), '==', 80],
  [field('tcp', 'flags'), 'in', 'syn'],
  [field('tcp', 'flags'), '!', ['ack', 'rst']],
  [{ '&': [field('tcp', 'flags'), ['syn', 'ack']] }, '==', 'syn'],
  [meta('iifname'), '==', 'eth*'],
  [meta('oifname'), '==', { set: ['br0', 'lo'] }],
  [{ '&': [meta('mark'), 0xf0] }, '==', 0x10],
  [meta('l4proto'), '==', { set: ['tcp', 'udp'] }],
  [{ ct: { key: 'state' } }, 'in', ['new', 'established']],
  [{ ct: { key: 'state' } }, '!=', 'established'],
])('%j %s %j is met', (left, op, right) => {
  expect(judged(left, op, right)).toBe('yes')
})

test.each([
  [field('udp', 'dport'), '!=', 80],
  [field('ip6', 'saddr'), '!=', 'fd00::1'],
  [field('ip', 'saddr'), '!=', '@near'],
  [{ ct: { key: 'mark' } }, '!=', 3],
  [meta('iifname'), '==', 'eth\\*'],
  [meta('skuid'), '==', 0],
])('%j %s %j is not met, whatever it compares', (left, op, right) => {
  expect(judged(left, op, right)).toBe('no')
})

test('what a table does not tell stays open', () => {
  expect(judged(meta('time'), '>', '2020-01-01 00:00:00')).toBe('maybe')
  expect(judged({ payload: { base: 'th', offset: 64, len: 8 } }, '==', 1)).toBe('maybe')
  expect(judged(field('ip', 'saddr'), '==', '@gone')).toBe('maybe')
  expect(judged({ ct: { key: 'status' } }, 'in', 'assured', { flow: {} as Moving['flow'] })).toBe('maybe')
})

test('a map gives what the first key that fits leads to, and else what stands for all', () => {
  const data = {
    set: [
      [{ range: [1, 79] }, 'low'],
      [80, 'web'],
      ['*', 'rest'],
    ],
  }
  const named = () => undefined
  expect(lookedUp({ key: field('tcp', 'dport'), data }, scene, named)?.found).toBe('web')
  expect(lookedUp({ key: field('tcp', 'sport'), data }, scene, named)?.found).toBe('rest')
  expect(lookedUp({ key: field('udp', 'dport'), data }, scene, named)).toEqual({ found: undefined, isChance: false })
  const chance = { key: { numgen: { mode: 'random', mod: 2, offset: 0 } }, data }
  expect(lookedUp(chance, scene, named)).toEqual({ found: 'low', isChance: true })
})
