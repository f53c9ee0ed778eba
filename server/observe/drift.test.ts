import { expect, test } from 'vitest'
import type { KernelObject, RuleObject, VethLink } from '../plan/object'
import { findDrift } from './drift'
import { createSubjects } from './subjects'
import { suspectedKeys } from './suspicion'
import { FakeEngine, linkRow } from './testing/fakes'
import { containerRecord, endpointRecord, networkRecord } from './testing/records'

const netns = '/run/patchbay/netns/555555555555'
const mark = `patchbay:${endpointRecord().id}`

const veth: VethLink = {
  ...{ kind: 'link', type: 'veth', netns: 'host', name: 'vetheeeeeee', alias: mark, mtu: 1500, up: true },
  ...{ master: 'br-aaaaaaaaaaaa', hairpin: false, peer: { netns, name: 'eth0', mac: '02:42:ac:12:00:02' } },
}
const inside: KernelObject[] = [
  { kind: 'link', type: 'inner', netns, name: 'eth0', up: true },
  { kind: 'address', netns, link: 'eth0', address: '172.18.0.2/16' },
]

function rule(chain: string, id: string, ...match: string[]): RuleObject {
  const args = [...match, '-m', 'comment', '--comment', `patchbay:${id}`, '-j', 'ACCEPT']
  return { kind: 'rule', netns: 'host', table: 'filter', chain, args }
}

function drift(wanted: KernelObject[], present: KernelObject[]) {
  const engine = new FakeEngine()
  engine.networks = [networkRecord()]
  engine.containers = [containerRecord()]
  engine.endpoints = [endpointRecord()]
  return findDrift(wanted, present, createSubjects({ ...engine }))
}

test('a kernel as it is wanted has no drift', () => {
  expect(drift([veth, ...inside], [veth, ...inside])).toEqual([])
})

test('a cable pulled out of its bridge is one finding, with what is wrong and what mends it', () => {
  const [finding, ...more] = drift([veth, ...inside], [{ ...veth, master: '', up: false }, ...inside])
  expect(more).toEqual([])
  expect(finding).toMatchObject({
    key: 'link host vetheeeeeee',
    kind: 'changed',
    subjectId: endpointRecord().id,
    summary: 'veth vetheeeeeee of web on frontend is down and is plugged into nothing instead of br-aaaaaaaaaaaa',
  })
  expect(finding?.commands.join('\n')).toContain('master br-aaaaaaaaaaaa')
})

test('a missing cable is told once, with all that hangs on it in its commands', () => {
  const found = drift([veth, ...inside], [])
  expect(found.map(({ key, kind }) => [key, kind])).toEqual([['link host vetheeeeeee', 'missing']])
  expect(found[0]?.commands.join('\n')).toContain('172.18.0.2/16')
})

test('a parent that is gone is one finding, told to the network that needs it', () => {
  const network = networkRecord()
  const parent: KernelObject = { kind: 'parent', netns: 'host', name: 'eth7', neededBy: `patchbay:${network.id}` }
  const branch: KernelObject = {
    ...{ kind: 'link', type: 'macvlan', netns, name: 'eth0', alias: mark, parent: 'eth7' },
    ...{ mode: 'bridge', mac: '02:42:ac:12:00:02', up: true },
  }
  const [finding, ...more] = drift([parent, branch, ...inside.slice(1)], [])
  expect(more).toEqual([])
  expect(finding).toMatchObject({
    kind: 'missing',
    subjectId: network.id,
    summary:
      'parent eth7 of network frontend is missing: it went away from this host, and all that stood on it with it',
  })
  const isSuspected = (links: string[]) =>
    suspectedKeys([parent], { links: new Map(links.map((name) => [name, linkRow({ name })])), firewall: '' })
  expect(isSuspected(['eth7'])).toEqual([])
  expect(isSuspected(['eth8'])).toEqual(['parent host eth7'])
})

test('an address missing inside a sandbox belongs to the container', () => {
  expect(drift([veth, ...inside], [veth, ...inside.slice(0, 1)])).toMatchObject([
    { kind: 'missing', subjectId: containerRecord().id, summary: 'address 172.18.0.2/16 on eth0 of web is missing' },
  ])
})

test('a missing rule is one finding, and is put in where it belongs', () => {
  const rules = [rule('PATCHBAY', networkRecord().id, '-i', 'one'), rule('PATCHBAY', networkRecord().id, '-i', 'two')]
  const found = drift(rules, rules.slice(1))
  expect(found).toMatchObject([
    {
      kind: 'missing',
      subjectId: networkRecord().id,
      summary: 'rule in filter PATCHBAY of network frontend is missing',
    },
  ])
  expect(found[0]).toMatchObject({
    about: { kind: 'network', network: 'frontend' },
    words: [{ code: 'missing.rule', values: { chain: 'PATCHBAY', table: 'filter' } }],
    ...{ hurts: 'accept', mends: 'flows', byHand: false },
  })
  expect(found[0]?.commands).toEqual([expect.stringMatching(/^iptables -I PATCHBAY 1 -i one /)])
})

test('what carries the mark and is not wanted is foreign; a rule that is there twice, too', () => {
  const once = rule('PATCHBAY', networkRecord().id, '-i', 'one')
  expect(drift([], [rule('FORWARD', 'beef')])).toMatchObject([{ kind: 'foreign', subjectId: null }])
  expect(drift([once], [once, once])).toMatchObject([{ kind: 'foreign', subjectId: networkRecord().id }])
})

test('links and rules that look wrong are suspected without asking the kernel', () => {
  const link = linkRow({ name: veth.name, kind: 'veth', alias: mark, master: veth.master })
  const host = (part = {}) => new Map([[veth.name, { ...link, ...part }]])
  const accept = rule('FORWARD', networkRecord().id, '-i', 'br0')
  const firewall = `*filter\n:FORWARD ACCEPT [0:0]\n[1:2] -A FORWARD ${accept.args.join(' ')}\nCOMMIT\n`
  expect(suspectedKeys([veth, ...inside, accept], { links: host(), firewall })).toEqual([])
  expect(suspectedKeys([veth], { links: host({ up: false }), firewall: '' })).toEqual(['link host vetheeeeeee'])
  expect(suspectedKeys([accept], { links: new Map(), firewall: '*filter\n:FORWARD ACCEPT [0:0]\n' })).toHaveLength(1)
  const stray = new Map([['br9', linkRow({ name: 'br9', kind: 'bridge', alias: 'patchbay:beef' })]])
  expect(suspectedKeys([], { links: stray, firewall: '' })).toEqual(['link host br9'])
})

test('a cable that was renamed is one finding, known by its mark', () => {
  const moved = inside.map((one) => (one.kind === 'address' ? { ...one, link: 'lan0' } : { ...one, name: 'lan0' }))
  const [finding, ...more] = drift([veth, ...inside], [{ ...veth, name: 'evil0' }, ...inside])
  expect(more).toEqual([])
  expect(finding).toMatchObject({
    key: 'link host vetheeeeeee',
    kind: 'changed',
    words: [{ code: 'changed.name', values: { from: 'evil0', to: 'vetheeeeeee' } }],
    ...{ hurts: 'cable', mends: 'flows', commands: ['ip link set dev evil0 name vetheeeeeee'] },
  })
  const end = { ...veth, peer: { ...veth.peer, name: 'lan0' } }
  expect(drift([veth, ...inside], [end, ...(moved as KernelObject[])])).toMatchObject([
    { key: `link ${netns} eth0`, subjectId: containerRecord().id, words: [{ code: 'changed.name' }] },
  ])
})

test('what bears no mark is told by what it is, and goes by hand only', () => {
  const strange: KernelObject[] = [
    { kind: 'address', netns, link: 'eth0', address: '172.18.0.99/16' },
    { kind: 'route', netns, destination: 'default', via: '172.18.0.9', link: 'eth0', metric: 50 },
    { kind: 'route', netns: 'host', destination: '172.18.0.2/32', link: 'tun0', expected: 'br-aaaaaaaaaaaa' },
    {
      ...{ kind: 'neighbour', netns, link: 'eth0', address: '172.18.0.1', mac: '02:00:00:00:00:66' },
      ...{ permanent: true, expected: '02:42:ac:12:00:01' },
    },
    {
      ...{ kind: 'fdb', netns: 'host', bridge: 'br-aaaaaaaaaaaa', link: 'veth9', mac: '02:42:ac:12:00:02' },
      ...{ vlan: null, permanent: true, expected: veth.name },
    },
  ]
  const bridge: KernelObject = {
    ...{ kind: 'link', type: 'bridge', netns: 'host', name: 'br-aaaaaaaaaaaa', mtu: 1500, up: true },
    alias: `patchbay:${networkRecord().id}`,
  }
  const found = drift([bridge, veth, ...inside], [bridge, veth, ...inside, ...strange])
  const subjectOf = (code: string) => found.find(({ words }) => words[0]?.code === code)?.subjectId
  expect(subjectOf('foreign.theft')).toBe(networkRecord().id)
  expect(subjectOf('foreign.fdb')).toBe(endpointRecord().id)
  expect(subjectOf('foreign.neighbour')).toBe(containerRecord().id)
  expect(new Map(found.map(({ words, byHand, commands }) => [words[0]?.code, [byHand, ...commands]]))).toEqual(
    new Map([
      ['foreign.address', [true, `nsenter --net=${netns} ip address delete 172.18.0.99/16 dev eth0`]],
      ['foreign.default', [true, `nsenter --net=${netns} ip route delete default via 172.18.0.9 dev eth0 metric 50`]],
      ['foreign.theft', [true, 'ip route delete 172.18.0.2/32 dev tun0']],
      ['foreign.neighbour', [true, `nsenter --net=${netns} ip neighbour delete 172.18.0.1 dev eth0`]],
      ['foreign.fdb', [true, 'bridge fdb delete 02:42:ac:12:00:02 dev veth9 master']],
    ]),
  )
})
