import { expect, test } from 'vitest'
import { featuresOf, lackOf } from '../plan/feature'
import type { KernelObject } from '../plan/object'
import { parseTrials } from './features'

const links = ['macvlan', 'ipvlan', 'vlan', 'dummy'] as const

test('a line that failed is a feature that is missing', () => {
  const complaints = ['Error: Unknown device type.', 'Command failed -:3', 'RTNETLINK answers: Operation not supported']
  expect(parseTrials([...complaints, 'Command failed -:5'].join('\n'), links)).toEqual(['macvlan', 'vlan'])
  expect(parseTrials('', links)).toEqual(links)
})

test('where not even a veth can be made, nothing is known to be missing', () => {
  expect(parseTrials('Command failed -:1\nCommand failed -:2\nCommand failed -:3', links)).toEqual(links)
})

test('what is missing is called by its name, its module and its option', () => {
  expect(String(lackOf('vlan'))).toBe('this kernel has no 802.1Q VLANs (module 8021q, CONFIG_VLAN_8021Q)')
})

test('objects need the features of their links, queues and filters', () => {
  const link = { kind: 'link', netns: 'host', name: 'a', alias: 'patchbay:a', up: true } as const
  const vlan = { ...link, type: 'vlan', parent: 'eth0', vlanId: 10 } as const
  expect(featuresOf([vlan, { ...link, type: 'bridge', mtu: 1500 }])).toEqual(['vlan'])
  const place = { netns: 'host', link: 'veth0' } as const
  const filters: KernelObject[] = [
    { kind: 'qdisc', ...place, type: 'clsact', parent: 'clsact' },
    { kind: 'filter', ...place, hook: 'egress', type: 'loss', threshold: 1 },
  ]
  expect(featuresOf(filters)).toEqual(['clsact', 'bpf'])
})
