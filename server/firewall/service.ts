import { bitsOf, familyOf } from '../cnm/address'
import type { PortBinding } from '../cnm/container'
import type { EndpointId } from '../cnm/ids'
import { reducedWeights, type Service, type ServicePort } from '../cnm/service'
import { type KernelObject, markOf, type RuleObject } from '../plan/object'
import { chains, rule } from './base'
import type { BridgePolicy } from './bridge'
import { atLoopback, describeRelayedPorts } from './ports'

/** What the firewall has to know of a service, in one family. */
export interface ServicePolicy extends Pick<BridgePolicy, 'device' | 'subnets' | 'internal' | 'icc' | 'gateway'> {
  readonly service: Pick<Service, 'id' | 'affinity'>
  /** Without prefix length. */
  readonly address: string
  /** Published ones with host addresses of this family alone. */
  readonly ports: readonly ServicePort[]
  readonly members: readonly ServiceTarget[]
}

export interface ServiceTarget {
  /** The endpoint's. */
  readonly id: EndpointId
  /** Without prefix length. */
  readonly address: string
  readonly weight: number
  /** What it answers to strangers goes out by this network. */
  readonly isWayOut: boolean
}

/**
 * The address on the bridge, which answers for it; a chain that tells its ports apart, one a port that chooses a member
 * for each new connection, and one a member. What the kernel knows of a connection keeps it there. What is no port of the service's, and
 * what finds no member, is refused, so that nothing of the host's own is reached by the address.
 */
export function describeService(policy: ServicePolicy): KernelObject[] {
  const { service, address, ports, device } = policy
  const mark = markOf(service.id)
  const to = ['-d', host(address)]
  const own = chainOf(service)
  const nat = (name: string): KernelObject => ({ kind: 'chain', netns: 'host', table: 'nat', name })
  const isIpv6 = familyOf(address) === 'ipv6'
  return [
    { kind: 'address', netns: 'host', link: device, address: host(address), ...(isIpv6 ? { deprecated: true } : {}) },
    nat(own),
    ...ports.map((port) => nat(portChain(service, port))),
    ...ports.flatMap((port) => policy.members.map((member) => nat(memberChain(service, member, port)))),
    ...ports.map((port) => rule('nat', own, mark, portMatch(port, port.port), [portChain(service, port)])),
    rule('nat', own, mark, [], ['ACCEPT']),
    ...ports.flatMap((port) => spread(policy, port, mark)),
    // Before all published ports, one of which may be this one on every address of the host's.
    { ...rule('nat', chains.main, mark, to, [own]), position: 1 },
    {
      ...rule('filter', 'INPUT', mark, [...to, ...newBut(isIpv6 ? 'ipv6-icmp' : 'icmp')], refusal(isIpv6)),
      position: 1,
    },
    ...openInside(policy, mark),
    ...describeWaysIn(policy, mark),
    ...(isIpv6 ? describeRelayedPorts(ports.flatMap(toLoopback), address) : []),
    ...returnWays(policy, mark),
  ]
}

function newBut(protocol: string): string[] {
  return ['!', '-p', protocol, '-m', 'conntrack', '--ctstate', 'NEW']
}

function refusal(isIpv6: boolean): string[] {
  return ['REJECT', '--reject-with', isIpv6 ? 'icmp6-port-unreachable' : 'icmp-port-unreachable']
}

/** At most 28 characters. */
function chainOf({ id }: Pick<Service, 'id'>): string {
  return `${chains.main}-${id.slice(0, 12)}`
}

function portChain(service: Pick<Service, 'id'>, { port, protocol }: ServicePort): string {
  return `${chainOf(service)}-${port}${protocol.slice(0, 1)}`
}

/** Of a member's own, at most 28 characters; a member may be one of several services. */
function memberChain({ id }: Pick<Service, 'id'>, member: ServiceTarget, { port, protocol }: ServicePort): string {
  const mixed = BigInt(`0x${id.slice(0, 12)}`) ^ BigInt(`0x${member.id.slice(0, 12)}`)
  return `${chains.main}-${mixed.toString(16).padStart(12, '0')}-${port}${protocol.slice(0, 1)}`
}

function portMatch({ protocol }: ServicePort, number: number): string[] {
  return ['-p', protocol, '-m', protocol, '--dport', String(number)]
}

/**
 * The rules that choose a member of a port: what one leaves over goes on to the next. A member's own rule stays as it is
 * when others come and go, and so does what it has counted.
 */
function spread({ service, members }: ServicePolicy, port: ServicePort, mark: string): RuleObject[] {
  const chain = portChain(service, port)
  if (members.length === 0) return [rule('nat', chain, mark, [], ['ACCEPT'])]
  const weights = reducedWeights(members.map(({ weight }) => weight))
  const match = service.affinity === 'client' ? byClient(weights) : inTurn(weights)
  const own = ['-p', port.protocol]
  return members.flatMap((member, at) => {
    const { address } = member
    const target = familyOf(address) === 'ipv4' ? address : `[${address}]`
    const gives = memberChain(service, member, port)
    return [
      rule('nat', chain, mark, [...own, ...(match[at] ?? [])], [gives]),
      rule('nat', gives, mark, own, ['DNAT', '--to-destination', `${target}:${port.targetPort}`]),
    ]
  })
}

/** Of equal ones each in its turn; of others by chance, in proportion. The last takes all that is left. */
function inTurn(weights: readonly number[]): string[][] {
  const areEqual = weights.every((weight) => weight === weights[0])
  return weights.map((weight, at) => {
    const left = weights.slice(at).reduce((sum, one) => sum + one, 0)
    if (at === weights.length - 1) return []
    if (areEqual) return ['-m', 'statistic', '--mode', 'nth', '--every', String(weights.length - at), '--packet', '0']
    return ['-m', 'statistic', '--mode', 'random', '--probability', shownProbability(weight / left)]
  })
}

/** As iptables-save prints it: the kernel keeps 31 bits of it. */
function shownProbability(probability: number): string {
  return (Math.round(probability * 2 ** 31) / 2 ** 31).toFixed(11)
}

/** A client's address says which of the places it belongs to; a member has as many as its weight. */
function byClient(weights: readonly number[]): string[][] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (total === 1) return [[]]
  let taken = 0
  return weights.map((weight) => {
    const mask = ((2 ** weight - 1) * 2 ** taken).toString(16).padStart(8, '0')
    taken += weight
    const places = ['--cluster-local-nodemask', `0x${mask}`, '--cluster-total-nodes', String(total)]
    return ['-m', 'cluster', ...places, '--cluster-hash-seed', '0x70617463']
  })
}

/** Where containers are kept apart, what is given to a service passes all the same: it was opened on purpose. */
function openInside({ device, address, icc, internal }: ServicePolicy, mark: string): KernelObject[] {
  if (icc || internal) return []
  const match = ['-i', device, '-o', device, '-m', 'conntrack', '--ctstate', 'DNAT', '--ctorigdst', address]
  return [{ ...rule('filter', chains.main, mark, match, ['ACCEPT']), position: 1 }]
}

/** Ports of the host's that lead to the service. */
function describeWaysIn({ service, device, ports }: ServicePolicy, mark: string): KernelObject[] {
  return ports.flatMap((port): KernelObject[] => {
    const { hostPort, hostIp, protocol } = port
    if (hostPort === null) return []
    const place = hostIp === '' ? [] : ['-d', host(hostIp)]
    const passes = ['!', '-i', device, '-o', device, '-p', protocol]
    const wasPublished = ['-m', 'conntrack', '--ctstate', 'DNAT', '--ctorigdstport', String(hostPort)]
    return [
      rule('nat', chains.main, mark, [...place, ...portMatch(port, hostPort)], [portChain(service, port)]),
      { ...rule('filter', chains.main, mark, [...passes, ...wasPublished], ['ACCEPT']), position: 1 },
    ]
  })
}

/** The host's own ::1, from which the kernel routes nothing. */
function toLoopback({ protocol, port, hostPort, hostIp }: ServicePort): PortBinding[] {
  if (hostPort === null) return []
  return atLoopback({ protocol, containerPort: port, hostIp: hostIp || '::', hostPort })
}

/**
 * A member would answer one on its own network directly, and one that it has another way to by that one: both would not
 * know the answer. They see the bridge's address as the client's.
 */
function returnWays(
  { device, subnets, internal, gateway, members, ports }: ServicePolicy,
  mark: string,
): KernelObject[] {
  const given = ['-o', device, '-m', 'conntrack', '--ctstate', 'DNAT']
  const masquerade = (match: readonly string[]) =>
    rule('nat', 'POSTROUTING', mark, [...match, ...given], ['MASQUERADE'])
  const pairs = subnets.flatMap((from) => subnets.map((to) => ['-s', from, '-d', to]))
  const isPublished = ports.some(({ hostPort }) => hostPort !== null)
  return [
    ...(internal || gateway === 'routed' ? pairs.map(masquerade) : []),
    ...(isPublished ? members : [])
      .filter(({ isWayOut }) => !isWayOut)
      .map(({ address }) => masquerade(['-d', host(address)])),
  ]
}

function host(address: string): string {
  return `${address}/${bitsOf[familyOf(address)]}`
}
