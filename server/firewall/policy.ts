import { bitsOf, type Family, familyOf } from '../cnm/address'
import { type Policy, type PolicyDirection, type PolicyPeer, type PolicyRule, portsText } from '../cnm/policy'
import { type KernelObject, markOf } from '../plan/object'
import { chains, hostMark, inIpv6, rule } from './base'

/** Where packets of a container come out of its cable and go into it. */
export interface ContainerPlace {
  /** The network's bridge; absent where its packets pass no bridge of this host's. */
  readonly device?: string
  /** The bridge's port. */
  readonly port?: string
  /** Of either family, without prefix length. */
  readonly addresses: readonly string[]
}

/** Where packets of a network's containers come from and go to. */
export interface NetworkPlace {
  readonly device?: string
  /** Of either family. */
  readonly subnets: readonly string[]
}

/** Who has a policy, and where the host's rules see its packets. */
export interface PolicySubject {
  /** The network's id, or the container's. */
  readonly id: string
  readonly policy: Policy
  readonly families: readonly Family[]
  readonly place: { readonly joints: readonly ContainerPlace[] } | (NetworkPlace & { readonly device: string })
}

/** Where the peers of rules are now; nowhere: their rules match nothing. */
export interface PolicyPeers {
  containerPlaces(name: string): readonly ContainerPlace[]
  networkPlace(name: string): NetworkPlace | undefined
}

const chainPrefixes = { ingress: 'PATCHBAY-IN-', egress: 'PATCHBAY-OUT-' } as const
const directions = ['ingress', 'egress'] as const

/**
 * The rules of all policies. Every packet that begins something, or goes on with what it began, passes PATCHBAY-POLICY on
 * its way through FORWARD, INPUT and OUTPUT; from there the chains of those whose packet it is. A chain's RETURN is its
 * consent, so that all have to consent, and what comes after still decides.
 */
export function describePolicies(subjects: readonly PolicySubject[], peers: PolicyPeers): KernelObject[] {
  return (['ipv4', 'ipv6'] as const).flatMap((family) => {
    const own = subjects.filter(({ families }) => families.includes(family))
    if (own.length === 0) return []
    const objects = [...entrance(family), ...own.flatMap((subject) => subjectRules(subject, peers, family))]
    return family === 'ipv4' ? objects : inIpv6(objects)
  })
}

/** First in all three ways through the host; what only answers is let go at once. */
function entrance(family: Family): KernelObject[] {
  const passes = [
    ['-m', 'conntrack', '--ctdir', 'REPLY'],
    ['-m', 'conntrack', '--ctstate', 'RELATED'],
    // Without neighbour solicitation and advertisement there is no IPv6 at all.
    ...(family === 'ipv6' ? [neighbours(135), neighbours(136)] : []),
  ]
  const first = (chain: string): KernelObject => ({
    ...rule('filter', chain, hostMark, [], [chains.policy]),
    position: 1,
  })
  return [
    chain(chains.policy),
    ...passes.map((match, at) => ({ ...rule('filter', chains.policy, hostMark, match, ['RETURN']), position: at + 1 })),
    ...[chains.forward, 'INPUT', 'OUTPUT'].map(first),
  ]
}

function neighbours(type: number): string[] {
  return ['-p', 'ipv6-icmp', '-m', 'icmp6', '--icmpv6-type', String(type)]
}

function subjectRules(subject: PolicySubject, peers: PolicyPeers, family: Family): KernelObject[] {
  return directions
    .filter((direction) => decides(subject.policy, direction))
    .flatMap((direction) => {
      const name = policyChain(subject.id, direction)
      const mark = markOf(subject.id)
      return [
        chain(name),
        ...placesOf(subject, direction, family).map((match) => rule('filter', chains.policy, mark, match, [name])),
        ...verdictRules(subject, direction, peers, family),
      ]
    })
}

function decides(policy: Policy, direction: PolicyDirection): boolean {
  return policy[direction] === 'deny' || policy.rules.some((one) => one.direction === direction)
}

/** "PATCHBAY-IN-0123456789ab": what comes to the container or network of this id. */
export function policyChain(id: string, direction: PolicyDirection): string {
  return `${chainPrefixes[direction]}${id.slice(0, 12)}`
}

function chain(name: string): KernelObject {
  return { kind: 'chain', netns: 'host', table: 'filter', name }
}

/**
 * Which packets are a subject's. What a container sends is known by the port that it comes in by, whatever address it
 * bears; what goes to it through the bridge by the port that it goes out by, and by its address from elsewhere. What the
 * host sends to a port that it publishes at its loopback still counts as leaving by lo when rules see it.
 */
function placesOf({ place }: PolicySubject, direction: PolicyDirection, family: Family): string[][] {
  if ('device' in place) {
    if (direction === 'egress') return [['-i', place.device]]
    return [['-o', place.device], ...ofFamily(place.subnets, family).map((subnet) => ['-d', subnet, '-o', 'lo'])]
  }
  return place.joints.flatMap(({ device, port, addresses }) => {
    if (device === undefined || port === undefined) return []
    if (direction === 'egress') return [fromPort(port)]
    return [
      ['-m', 'physdev', '--physdev-out', port, '--physdev-is-bridged'],
      ...ofFamily(addresses, family).map((address) => [
        ...['-d', whole(address), ...(address.startsWith('fe80:') ? ['-o', device] : [])],
        ...['-m', 'physdev', '!', '--physdev-is-bridged'],
      ]),
    ]
  })
}

/** Addresses and devices stand before the protocol, modules behind it: as iptables-save prints them. */
interface Match {
  readonly place?: readonly string[]
  readonly modules?: readonly string[]
}

/** Of rules that match the same, only the first is ever reached. */
function verdictRules(
  { id, policy }: PolicySubject,
  direction: PolicyDirection,
  peers: PolicyPeers,
  family: Family,
): KernelObject[] {
  const verdict = (match: readonly string[], action: PolicyRule['action']) =>
    rule('filter', policyChain(id, direction), markOf(id), match, [action === 'allow' ? 'RETURN' : 'DROP'])
  const rules = policy.rules
    .filter((one) => one.direction === direction)
    .flatMap((one) =>
      peerMatches(one.peer, direction, peers, family).flatMap(({ place = [], modules = [] }) =>
        protocolMatches(one, family).map((protocol) => verdict([...place, ...protocol, ...modules], one.action)),
      ),
    )
  return policy[direction] === 'deny' ? [...rules, verdict([], 'deny')] : rules
}

function peerMatches(peer: PolicyPeer, direction: PolicyDirection, peers: PolicyPeers, family: Family): Match[] {
  const comes = direction === 'ingress'
  const at = (address: string): Match => ({ place: [comes ? '-s' : '-d', address] })
  const by = (device: string): Match => ({ place: [comes ? '-i' : '-o', device] })
  switch (peer.kind) {
    case 'any':
      return [{}]
    case 'host':
      return [{ modules: ['-m', 'addrtype', comes ? '--src-type' : '--dst-type', 'LOCAL'] }]
    case 'subnet':
      // iptables prints no match for a subnet of all addresses.
      return ofFamily([peer.subnet], family).flatMap((subnet) =>
        subnet.endsWith('/0') ? [{}] : comes ? [at(subnet)] : [at(subnet), sentTo(subnet)],
      )
    case 'container':
      return peers
        .containerPlaces(peer.name)
        .flatMap(({ port, addresses }): Match[] =>
          comes && port !== undefined ? [{ modules: fromPort(port) }] : ofFamily(addresses, family).map(whole).map(at),
        )
    case 'network': {
      const network = peers.networkPlace(peer.name)
      if (!network) return []
      const subnets = ofFamily(network.subnets, family)
      return network.device === undefined || subnets.length === 0 ? subnets.map(at) : [by(network.device)]
    }
  }
}

/** What was sent to a service or a published port is meant by the address that it was sent to, too. */
function sentTo(subnet: string): Match {
  const shown = subnet === whole(subnet.split('/')[0] ?? '') ? subnet.split('/')[0] : subnet
  return { modules: ['-m', 'conntrack', '--ctstate', 'DNAT', '--ctorigdst', shown ?? ''] }
}

function fromPort(port: string): string[] {
  return ['-m', 'physdev', '--physdev-in', port]
}

function protocolMatches({ protocol, ports }: PolicyRule, family: Family): string[][] {
  if (protocol === 'any') return [[]]
  if (protocol === 'icmp') return [['-p', family === 'ipv4' ? 'icmp' : 'ipv6-icmp']]
  const match = ['-p', protocol]
  return ports.length === 0
    ? [match]
    : ports.map((range) => [...match, '-m', protocol, '--dport', portsText(range, ':')])
}

function ofFamily(addresses: readonly string[], family: Family): string[] {
  return addresses.filter((address) => familyOf(address) === family)
}

function whole(address: string): string {
  return `${address}/${bitsOf[familyOf(address)]}`
}
