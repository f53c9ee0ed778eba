import { expect, test } from 'vitest'
import { diff } from './diff'
import { inversePlan } from './inverse'
import type { DummyLink, IpvlanLink, KernelObject, MacvlanLink, ParentObject, VlanLink } from './object'
import { renderPlan } from './render'

const netns = '/run/patchbay/netns/0123456789ab'
const parent: ParentObject = { kind: 'parent', netns: 'host', name: 'eth0', neededBy: 'patchbay:net' }
const common = { kind: 'link', alias: 'patchbay:end', parent: 'eth0', up: true } as const
const macvlan: MacvlanLink = {
  ...common,
  type: 'macvlan',
  netns,
  name: 'eth0',
  mode: 'bridge',
  mac: '02:42:c0:a8:32:80',
}
const ipvlan: IpvlanLink = { ...common, type: 'ipvlan', netns, name: 'eth0', mode: 'l3s', flag: 'vepa', mtu: 1400 }
const vlan: VlanLink = { ...common, type: 'vlan', netns: 'host', name: 'eth0.10', vlanId: 10 }
const dummy: DummyLink = {
  kind: 'link',
  type: 'dummy',
  netns: 'host',
  name: 'dm-0123',
  alias: 'patchbay:net',
  up: true,
}
const address: KernelObject = { kind: 'address', netns, link: 'eth0', address: '192.168.50.128/24' }
const sandbox: KernelObject = { kind: 'namespace', path: netns }
const inside = `nsenter --net=${netns} ip link`

test('a macvlan is born in its sandbox from the host, then marked; its parent is left alone', () => {
  expect(renderPlan(diff([macvlan, parent, address], []))).toEqual([
    `ip link add link eth0 name eth0 address 02:42:c0:a8:32:80 netns ${netns} type macvlan mode bridge`,
    `${inside} set dev eth0 alias patchbay:end up`,
    `nsenter --net=${netns} ip address add 192.168.50.128/24 broadcast + dev eth0`,
  ])
  expect(renderPlan(diff([], [parent, macvlan, address]))).toEqual([`${inside} delete dev eth0`])
})

test('the only macvlan of its parent gets its MAC after it is born', () => {
  expect(renderPlan(diff([{ ...macvlan, mode: 'passthru' }], []))).toEqual([
    `ip link add link eth0 name eth0 netns ${netns} type macvlan mode passthru`,
    `${inside} set dev eth0 address 02:42:c0:a8:32:80 alias patchbay:end up`,
  ])
})

test('ipvlan, VLAN and dummy links are made with what is theirs, parents first', () => {
  const shim: MacvlanLink = { ...macvlan, netns: 'host', name: 'mh-1', parent: 'eth0.10' }
  expect(renderPlan(diff([ipvlan, shim, vlan, dummy], []))).toEqual([
    'ip link add name dm-0123 type dummy',
    'ip link set dev dm-0123 alias patchbay:net up',
    'ip link add link eth0 name eth0.10 type vlan id 10',
    'ip link set dev eth0.10 alias patchbay:end up',
    'ip link add link eth0.10 name mh-1 address 02:42:c0:a8:32:80 type macvlan mode bridge',
    'ip link set dev mh-1 alias patchbay:end up',
    `ip link add link eth0 name eth0 mtu 1400 netns ${netns} type ipvlan mode l3s vepa`,
    `${inside} set dev eth0 alias patchbay:end up`,
  ])
})

test('another mode, MAC, number or parent is another link, with all that lies on it; another mark is a change', () => {
  const verbs = (wanted: KernelObject, present: KernelObject) =>
    diff([wanted, address], [present, address]).steps.map(({ verb, object }) => `${verb} ${object.kind}`)
  const anew = ['remove link', 'add link', 'add address']
  expect(verbs({ ...macvlan, mode: 'private' }, macvlan)).toEqual(anew)
  expect(verbs({ ...macvlan, mac: '02:42:c0:a8:32:81' }, macvlan)).toEqual(anew)
  expect(verbs({ ...macvlan, parent: 'eth1' }, macvlan)).toEqual(anew)
  expect(verbs({ ...ipvlan, flag: 'bridge' }, ipvlan)).toEqual(anew)
  expect(verbs({ ...vlan, vlanId: 11 }, vlan)).toEqual(['remove link', 'add link'])
  expect(verbs(macvlan, { ...macvlan, alias: '' })).toEqual(['change link'])
  expect(verbs(macvlan, { ...macvlan, mtu: 9000 })).toEqual([])
  expect(verbs(ipvlan, { ...ipvlan, mtu: 1500 })).toEqual(['change link'])
})

test('a parent of ours takes along what stands on it; a sandbox that goes does not', () => {
  const tagged = { ...macvlan, parent: vlan.name }
  expect(diff([], [vlan, tagged, address]).steps.map(({ object }) => object)).toEqual([vlan])
  const [link, path] = diff([], [sandbox, macvlan, address]).steps
  expect([link?.object, path?.object]).toEqual([macvlan, sandbox])
})

test('taking back a half-made macvlan removes it where it is', () => {
  const { steps } = diff([macvlan, address], [])
  expect(renderPlan({ steps: inversePlan(steps) })).toEqual([
    `nsenter --net=${netns} ip address delete 192.168.50.128/24 dev eth0`,
    `${inside} delete dev eth0`,
  ])
})
