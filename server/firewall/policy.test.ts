import { expect, test } from 'vitest'
import { openPolicy, type Policy, type PolicyRule } from '../cnm/policy'
import type { KernelObject } from '../plan/object'
import { describePolicies, type PolicyPeers, type PolicySubject } from './policy'

const web = { device: 'br-1', port: 'vethweb', addresses: ['10.1.0.2', 'fd00::2', 'fe80::2'] }
const peers: PolicyPeers = {
  containerPlaces: (name) =>
    name === 'db'
      ? [{ device: 'br-1', port: 'vethdb', addresses: ['10.1.0.3', 'fd00::3'] }]
      : name === 'far'
        ? [{ addresses: ['192.0.2.7'] }]
        : [],
  networkPlace: (name) =>
    name === 'back'
      ? { device: 'br-2', subnets: ['10.2.0.0/16'] }
      : name === 'lan'
        ? { subnets: ['192.0.2.0/24'] }
        : undefined,
}
const allow: PolicyRule = { action: 'allow', direction: 'ingress', peer: { kind: 'any' }, protocol: 'any', ports: [] }
const subjectOf = (policy: Partial<Policy>, families: PolicySubject['families'] = ['ipv4']): PolicySubject => ({
  ...{ id: '0123456789abcdef', families, place: { joints: [web] } },
  policy: { ...openPolicy, ...policy },
})

/** Rules of one chain, their owner's mark left out. */
function rulesIn(objects: readonly KernelObject[], chain: string, family?: 'ipv6'): string[] {
  return objects.flatMap((object) =>
    object.kind === 'rule' && object.chain === chain && object.family === family
      ? [
          object.args
            .join(' ')
            .replace(/ ?-m comment --comment \S+/, '')
            .trim(),
        ]
      : [],
  )
}

test('without policies there is no rule and no chain', () => {
  expect(describePolicies([], peers)).toEqual([])
})

test('every packet that begins something passes the policies first, on all three ways through the host', () => {
  const objects = describePolicies([subjectOf({ ingress: 'deny' })], peers)
  for (const chain of ['PATCHBAY-FORWARD', 'INPUT', 'OUTPUT'])
    expect(rulesIn(objects, chain)).toEqual(['-j PATCHBAY-POLICY'])
  expect(rulesIn(objects, 'PATCHBAY-POLICY')).toEqual([
    '-m conntrack --ctdir REPLY -j RETURN',
    '-m conntrack --ctstate RELATED -j RETURN',
    '-m physdev --physdev-out vethweb --physdev-is-bridged -j PATCHBAY-IN-0123456789ab',
    '-d 10.1.0.2/32 -m physdev ! --physdev-is-bridged -j PATCHBAY-IN-0123456789ab',
  ])
  expect(rulesIn(objects, 'PATCHBAY-IN-0123456789ab')).toEqual(['-j DROP'])
})

test('a rule becomes one for each place of its peer and each range of ports, in the order of the policy', () => {
  const rules: PolicyRule[] = [
    {
      ...allow,
      peer: { kind: 'container', name: 'db' },
      protocol: 'tcp',
      ports: [
        { first: 80, last: 80 },
        { first: 90, last: 99 },
      ],
    },
    { ...allow, action: 'deny', peer: { kind: 'container', name: 'far' } },
    { ...allow, peer: { kind: 'container', name: 'gone' } },
    { ...allow, peer: { kind: 'network', name: 'back' }, protocol: 'icmp' },
    { ...allow, peer: { kind: 'network', name: 'lan' }, protocol: 'udp' },
    { ...allow, peer: { kind: 'subnet', subnet: '10.9.0.0/16' } },
    { ...allow, peer: { kind: 'subnet', subnet: 'fd09::/64' } },
    { ...allow, peer: { kind: 'subnet', subnet: '0.0.0.0/0' } },
    { ...allow, action: 'deny', peer: { kind: 'host' } },
  ]
  expect(rulesIn(describePolicies([subjectOf({ rules })], peers), 'PATCHBAY-IN-0123456789ab')).toEqual([
    '-p tcp -m tcp --dport 80 -m physdev --physdev-in vethdb -j RETURN',
    '-p tcp -m tcp --dport 90:99 -m physdev --physdev-in vethdb -j RETURN',
    '-s 192.0.2.7/32 -j DROP',
    '-i br-2 -p icmp -j RETURN',
    '-s 192.0.2.0/24 -p udp -j RETURN',
    '-s 10.9.0.0/16 -j RETURN',
    '-j RETURN',
    '-m addrtype --src-type LOCAL -j DROP',
  ])
})

test('what a container sends is known by its port, and where it goes by address or device', () => {
  const out: PolicyRule = { ...allow, direction: 'egress' }
  const rules: PolicyRule[] = [
    { ...out, peer: { kind: 'container', name: 'db' } },
    { ...out, peer: { kind: 'network', name: 'back' } },
    { ...out, peer: { kind: 'host' } },
    { ...out, peer: { kind: 'subnet', subnet: '10.9.0.0/16' } },
    { ...out, protocol: 'udp', peer: { kind: 'subnet', subnet: '10.1.0.200/32' } },
  ]
  const objects = describePolicies([subjectOf({ rules, egress: 'deny' })], peers)
  expect(rulesIn(objects, 'PATCHBAY-POLICY').slice(2)).toEqual([
    '-m physdev --physdev-in vethweb -j PATCHBAY-OUT-0123456789ab',
  ])
  expect(rulesIn(objects, 'PATCHBAY-OUT-0123456789ab')).toEqual([
    '-d 10.1.0.3/32 -j RETURN',
    '-o br-2 -j RETURN',
    '-m addrtype --dst-type LOCAL -j RETURN',
    '-d 10.9.0.0/16 -j RETURN',
    '-m conntrack --ctstate DNAT --ctorigdst 10.9.0.0/16 -j RETURN',
    '-d 10.1.0.200/32 -p udp -j RETURN',
    '-p udp -m conntrack --ctstate DNAT --ctorigdst 10.1.0.200 -j RETURN',
    '-j DROP',
  ])
})

test('IPv6 has the same rules of its own family, and neighbours find each other', () => {
  const rules: PolicyRule[] = [
    { ...allow, peer: { kind: 'subnet', subnet: 'fd09::/64' } },
    { ...allow, peer: { kind: 'subnet', subnet: '10.9.0.0/16' } },
    { ...allow, protocol: 'icmp' },
  ]
  const objects = describePolicies([subjectOf({ rules, ingress: 'deny' }, ['ipv4', 'ipv6'])], peers)
  expect(rulesIn(objects, 'PATCHBAY-POLICY', 'ipv6')).toEqual([
    '-m conntrack --ctdir REPLY -j RETURN',
    '-m conntrack --ctstate RELATED -j RETURN',
    '-p ipv6-icmp -m icmp6 --icmpv6-type 135 -j RETURN',
    '-p ipv6-icmp -m icmp6 --icmpv6-type 136 -j RETURN',
    '-m physdev --physdev-out vethweb --physdev-is-bridged -j PATCHBAY-IN-0123456789ab',
    '-d fd00::2/128 -m physdev ! --physdev-is-bridged -j PATCHBAY-IN-0123456789ab',
    '-d fe80::2/128 -o br-1 -m physdev ! --physdev-is-bridged -j PATCHBAY-IN-0123456789ab',
  ])
  expect(rulesIn(objects, 'PATCHBAY-IN-0123456789ab', 'ipv6')).toEqual([
    '-s fd09::/64 -j RETURN',
    '-p ipv6-icmp -j RETURN',
    '-j DROP',
  ])
})

test('a network has one way in and one way out', () => {
  const subject: PolicySubject = {
    ...subjectOf({ ingress: 'deny', egress: 'deny' }),
    place: { device: 'br-1', subnets: ['10.1.0.0/16'] },
  }
  expect(rulesIn(describePolicies([subject], peers), 'PATCHBAY-POLICY').slice(2)).toEqual([
    '-o br-1 -j PATCHBAY-IN-0123456789ab',
    '-d 10.1.0.0/16 -o lo -j PATCHBAY-IN-0123456789ab',
    '-i br-1 -j PATCHBAY-OUT-0123456789ab',
  ])
})
