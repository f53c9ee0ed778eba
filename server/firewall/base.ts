import type { Family } from '../cnm/address'
import type { Features } from '../plan/feature'
import { type KernelObject, markOf, type RuleObject, type Table } from '../plan/object'

/** Owner mark of what belongs to the host as a whole rather than to one network or endpoint. */
export const hostMark = markOf('host')

export const chains = {
  user: 'PATCHBAY-USER',
  forward: 'PATCHBAY-FORWARD',
  conntrack: 'PATCHBAY-CT',
  internal: 'PATCHBAY-INTERNAL',
  bridge: 'PATCHBAY-BRIDGE',
  main: 'PATCHBAY',
  policy: 'PATCHBAY-POLICY',
} as const

/** Group of the bridges at which two rules let pass what is established: however many networks there are, a packet meets no more. */
export const bridgeGroup = 20_546

const establishedOnly = ['-m', 'conntrack', '--ctstate', 'RELATED,ESTABLISHED']

/** Lets pass what goes to a bridge that is in no group, and belongs to connections that were let pass. */
export function establishedTowards(device: string, mark: string): RuleObject {
  return rule('filter', chains.conntrack, mark, ['-o', device, ...establishedOnly], ['ACCEPT'])
}

function establishedAtAll(chain: string, side: 'src' | 'dst'): RuleObject {
  const group = ['-m', 'devgroup', `--${side}-group`, `0x${bridgeGroup.toString(16)}`]
  return rule('filter', chain, hostMark, [...group, ...establishedOnly], ['ACCEPT'])
}

/** A rule of the daemon's own namespace with its owner's mark, spelt as iptables-save prints it. */
export function rule(
  table: Table,
  chain: string,
  mark: string,
  match: readonly string[],
  target: readonly string[],
): RuleObject {
  return { kind: 'rule', netns: 'host', table, chain, args: [...match, ...comment(mark), '-j', ...target] }
}

export function comment(mark: string): string[] {
  return ['-m', 'comment', '--comment', mark]
}

/** What the host was like before Patchbay first started on it. */
export interface HostBefore {
  readonly forwarding: boolean
  readonly forwardPolicy: 'ACCEPT' | 'DROP'
  /** Rules saw frames between two ports of a bridge. */
  readonly bridgedTraffic?: boolean
  /** The same for IPv6, from before the first network with it. */
  readonly ipv6?: Omit<HostBefore, 'ipv6'>
}

/** Lets rules see frames between two ports of a bridge, while some network needs it. */
export function describeBridgedTraffic(before: HostBefore, family: Family = 'ipv4'): KernelObject {
  const { bridgedTraffic } = family === 'ipv4' ? before : (before.ipv6 ?? {})
  return {
    kind: 'sysctl',
    netns: 'host',
    name: `net/bridge/bridge-nf-call-${family === 'ipv4' ? 'iptables' : 'ip6tables'}`,
    value: '1',
    before: bridgedTraffic ? '1' : '0',
  }
}

/** The same chains, rules and policies in ip6tables' tables. */
export function inIpv6(objects: readonly KernelObject[]): KernelObject[] {
  return objects.map((object) => {
    const isFirewall = object.kind === 'chain' || object.kind === 'rule' || object.kind === 'policy'
    return isFirewall ? { ...object, family: 'ipv6' } : object
  })
}

/**
 * The chains that all networks share and the jumps to them, in Docker 29's order. Where forwarding
 * was off, it is turned on and the forward policy becomes DROP, so that the host does not turn
 * into a router between its other interfaces.
 */
export function describeHost(before: HostBefore, features: Features): KernelObject[] {
  const forwarding: KernelObject = {
    kind: 'sysctl',
    netns: 'host',
    name: 'net/ipv4/ip_forward',
    value: '1',
    before: before.forwarding ? '1' : '0',
  }
  return [
    forwarding,
    ...filterChains(features),
    ...natChains(everywhere),
    ...rawChains(loopbackGuard),
    ...policies(before),
  ]
}

/** As `describeHost`, for IPv6; from the first network that has it. */
export function describeIpv6Host(before: HostBefore, features: Features): KernelObject[] {
  if (!before.ipv6) return []
  const forwarding: KernelObject = {
    kind: 'sysctl',
    netns: 'host',
    name: 'net/ipv6/conf/all/forwarding',
    value: '1',
    before: before.ipv6.forwarding ? '1' : '0',
  }
  // What comes from ::1 cannot be sent to a container: no setting makes the kernel route it.
  const notLoopback = ['!', '-d', '::1/128']
  return [
    forwarding,
    ...inIpv6([...filterChains(features), ...natChains(notLoopback), ...rawChains([]), ...policies(before.ipv6)]),
  ]
}

function policies({ forwarding, forwardPolicy }: HostBefore): KernelObject[] {
  if (forwarding) return []
  const place = { kind: 'policy', netns: 'host', table: 'filter', chain: 'FORWARD' } as const
  return [{ ...place, policy: 'DROP', before: forwardPolicy }]
}

function filterChains(features: Features): KernelObject[] {
  const isGrouped = features.has('devgroup')
  const own = [chains.forward, chains.conntrack, chains.internal, chains.bridge, chains.main]
  return [
    { kind: 'chain', netns: 'host', table: 'filter', name: chains.user, foreignRules: true },
    ...own.map((name): KernelObject => ({ kind: 'chain', netns: 'host', table: 'filter', name })),
    ...(isGrouped ? [establishedAtAll(chains.conntrack, 'dst')] : []),
    rule('filter', chains.forward, hostMark, [], [chains.conntrack]),
    rule('filter', chains.forward, hostMark, [], [chains.internal]),
    // Only here: internal networks drop what others send them, however long they have been doing so.
    ...(isGrouped ? [establishedAtAll(chains.forward, 'src')] : []),
    rule('filter', chains.forward, hostMark, [], [chains.bridge]),
    { ...rule('filter', 'FORWARD', hostMark, [], [chains.user]), position: 1 },
    { ...rule('filter', 'FORWARD', hostMark, [], [chains.forward]), position: 2 },
  ]
}

const everywhere: readonly string[] = []

/** Bridges route loopback addresses for published ports; nobody but the host itself may use that. */
const loopbackGuard = [rule('raw', chains.main, hostMark, ['-d', '127.0.0.0/8', '!', '-i', 'lo'], ['DROP'])]

function natChains(fromHost: readonly string[]): KernelObject[] {
  const local = ['-m', 'addrtype', '--dst-type', 'LOCAL']
  return [
    { kind: 'chain', netns: 'host', table: 'nat', name: chains.main },
    rule('nat', 'PREROUTING', hostMark, local, [chains.main]),
    rule('nat', 'OUTPUT', hostMark, [...fromHost, ...local], [chains.main]),
  ]
}

function rawChains(guards: readonly KernelObject[]): KernelObject[] {
  return [
    { kind: 'chain', netns: 'host', table: 'raw', name: chains.main },
    ...guards,
    rule('raw', 'PREROUTING', hostMark, [], [chains.main]),
  ]
}
