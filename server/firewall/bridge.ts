import { familyOf } from '../cnm/address'
import type { KernelObject } from '../plan/object'
import { chains, establishedTowards, rule } from './base'

/** What the firewall has to know of a bridge network. */
export interface BridgePolicy {
  readonly device: string
  /** Of one family, at least one. */
  readonly subnets: readonly string[]
  /** Owner mark of the network. */
  readonly mark: string
  readonly internal: boolean
  /** Containers on the bridge may talk to each other. */
  readonly icc: boolean
  readonly masquerade: boolean
  /** The host's address that what leaves the host gets; absent: that of the link by which it leaves. */
  readonly source?: string
  readonly gateway: GatewayMode
  /** The bridge is in the group whose established connections a rule of the host's lets pass. */
  readonly grouped: boolean
}

/** How the outside reaches containers, and they it; isolated: not at all. */
export type GatewayMode = 'nat' | 'nat-unprotected' | 'routed' | 'isolated'

/** The rules of one bridge network, laid out as Docker 29 does with its userland proxy off. */
export function describeBridgeRules(policy: BridgePolicy): KernelObject[] {
  return policy.internal ? internalRules(policy) : [...filterRules(policy), ...natRules(policy)]
}

/** A bridge whose containers see to their addresses themselves: nobody knows which lie behind it, so that it ends at the host. */
export function describeLooseBridgeRules({
  device,
  mark,
  icc,
}: Pick<BridgePolicy, 'device' | 'mark' | 'icc'>): KernelObject[] {
  return [rule('filter', chains.forward, mark, ['-i', device, '-o', device], [icc ? 'ACCEPT' : 'DROP'])]
}

function filterRules({ device, mark, icc, gateway, subnets, grouped }: BridgePolicy): KernelObject[] {
  const within = ['-i', device, '-o', device]
  return [
    ...(grouped ? [] : [establishedTowards(device, mark)]),
    rule('filter', chains.bridge, mark, ['-o', device], [chains.main]),
    ...(gateway === 'routed'
      ? [rule('filter', chains.main, mark, ['-o', device, '-p', pingsOf(subnets)], ['ACCEPT'])]
      : []),
    rule(
      'filter',
      chains.main,
      mark,
      ['!', '-i', device, '-o', device],
      [gateway === 'nat-unprotected' ? 'ACCEPT' : 'DROP'],
    ),
    ...(icc ? [] : [rule('filter', chains.forward, mark, within, ['DROP'])]),
    rule('filter', chains.forward, mark, ['-i', device], ['ACCEPT']),
  ]
}

function pingsOf([subnet = '']: readonly string[]): string {
  return familyOf(subnet) === 'ipv4' ? 'icmp' : 'ipv6-icmp'
}

function natRules({ device, subnets, mark, masquerade, source, gateway }: BridgePolicy): KernelObject[] {
  const leaves = (subnet: string) => ['-s', subnet, '!', '-o', device]
  const hairpins = subnets.flatMap((from) => subnets.map((to) => ['-s', from, '-d', to]))
  const isPublished = ['-o', device, '-m', 'conntrack', '--ctstate', 'DNAT']
  const fromHost = ['-o', device, '-m', 'addrtype', '--src-type', 'LOCAL']
  const asHost = source === undefined ? ['MASQUERADE'] : ['SNAT', '--to-source', source]
  if (gateway === 'routed') return [rule('nat', 'POSTROUTING', mark, fromHost, asHost)]
  return [
    ...(masquerade ? subnets : []).map((subnet) => rule('nat', 'POSTROUTING', mark, leaves(subnet), asHost)),
    ...hairpins.map((match) => rule('nat', 'POSTROUTING', mark, [...match, ...isPublished], ['MASQUERADE'])),
    rule('nat', 'POSTROUTING', mark, fromHost, asHost),
  ]
}

function internalRules({ device, subnets, mark, icc }: BridgePolicy): KernelObject[] {
  const within = ['-i', device, '-o', device]
  return [
    ...outsiders(device, subnets).map((match) => rule('filter', chains.internal, mark, match, ['DROP'])),
    rule('filter', chains.forward, mark, within, [icc ? 'ACCEPT' : 'DROP']),
  ]
}

/**
 * What comes from outside, and what goes there. A rule names one subnet: of several, the device tells. For IPv6 it always
 * does: neighbours ask for each other at addresses that are in no subnet.
 */
function outsiders(device: string, [subnet = '', ...others]: readonly string[]): string[][] {
  if (others.length === 0 && familyOf(subnet) === 'ipv4') {
    return [
      ['!', '-s', subnet, '-o', device],
      ['!', '-d', subnet, '-i', device],
    ]
  }
  return [
    ['!', '-i', device, '-o', device],
    ['-i', device, '!', '-o', device],
  ]
}
