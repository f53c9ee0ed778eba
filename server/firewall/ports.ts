import { bitsOf, familyOf } from '../cnm/address'
import type { PortBinding } from '../cnm/container'
import type { KernelObject, Netns } from '../plan/object'
import { chains, rule } from './base'
import type { GatewayMode } from './bridge'

export interface PublishedEndpoint {
  readonly device: string
  /** The host's end of its cable. */
  readonly link: string
  /** The container's namespace. */
  readonly sandbox: Netns
  /** The endpoint's address without prefix length. */
  readonly address: string
  /** Owner mark of the endpoint. */
  readonly mark: string
  /** Of the address's family. */
  readonly ports: readonly PortBinding[]
  readonly gateway: GatewayMode
  /** Links of the host from which the container's own address may be used. */
  readonly trusted: readonly string[]
  /** A socket of the host's takes them in, so that the rules of its own INPUT hold. */
  readonly obeysHost: boolean
}

/**
 * Published ports by DNAT, no process a port. The accept rule comes before the network's
 * drop; the raw rules keep others from using the container's own address in place of the host's, where that is not
 * what is wanted: a routed network has nothing but the containers' own addresses.
 */
export function describePublishedPorts(endpoint: PublishedEndpoint): KernelObject[] {
  if (endpoint.ports.length === 0) return []
  const { gateway, obeysHost } = endpoint
  if (obeysHost) return [...directRules(endpoint), ...endpoint.ports.map((port) => hostSocket(endpoint.address, port))]
  return [
    ...(gateway === 'nat' ? directRules(endpoint) : []),
    ...(gateway === 'nat-unprotected' ? [] : unique(endpoint.ports.map((port) => acceptRule(endpoint, port)))),
    ...(gateway === 'routed' ? [] : endpoint.ports.map((port) => dnatRule(endpoint, port))),
    ...(gateway === 'routed' ? [] : describeRelayedPorts(endpoint.ports.flatMap(atLoopback), endpoint.address)),
    ...unique(endpoint.ports.map((port) => flowsBy(endpoint, port))),
  ]
}

/**
 * Ports that no rule can lead to a container: its address is of the other family, or they are the host's own ::1, from
 * which the kernel routes nothing. Sockets of the host's take them in; sctp has none.
 */
export function describeRelayedPorts(ports: readonly PortBinding[], address: string): KernelObject[] {
  return ports.filter(({ protocol }) => protocol !== 'sctp').map((port) => hostSocket(address, port))
}

/** The host's ::1, where a port is published there. */
export function atLoopback(port: PortBinding): PortBinding[] {
  return port.hostIp === '::' || port.hostIp === '::1' ? [{ ...port, hostIp: '::1' }] : []
}

function directRules({ device, address, mark, trusted }: PublishedEndpoint): KernelObject[] {
  const to = ['-d', host(address)]
  return [
    ...trusted.map((link) => rule('raw', chains.main, mark, [...to, '-i', link], ['ACCEPT'])),
    rule('raw', chains.main, mark, [...to, '!', '-i', device], ['DROP']),
  ]
}

function hostSocket(address: string, port: PortBinding): KernelObject {
  const { protocol, containerPort, hostIp, hostPort } = port
  // Sockets of other protocols than these are refused where ports are chosen.
  const own = protocol === 'udp' ? protocol : 'tcp'
  const to = { address, port: containerPort }
  return { kind: 'socket', netns: 'host', protocol: own, address: hostIp, port: hostPort, service: 'port', to }
}

function dnatRule({ address, mark }: PublishedEndpoint, port: PortBinding): KernelObject {
  const isEvery = port.hostIp === '0.0.0.0' || port.hostIp === '::'
  const place = isEvery ? [] : ['-d', host(port.hostIp)]
  const match = [...place, '-p', port.protocol, '-m', port.protocol, '--dport', String(port.hostPort)]
  const target = familyOf(address) === 'ipv4' ? address : `[${address}]`
  return rule('nat', chains.main, mark, match, ['DNAT', '--to-destination', `${target}:${port.containerPort}`])
}

function flowsBy({ link, sandbox, address, gateway }: PublishedEndpoint, port: PortBinding): KernelObject {
  const { protocol, containerPort, hostPort } = port
  const place = { kind: 'flows', netns: 'host', link, sandbox, protocol, address, port: containerPort } as const
  return gateway === 'routed' ? place : { ...place, hostPort }
}

function host(address: string): string {
  return `${address}/${bitsOf[familyOf(address)]}`
}

function acceptRule({ device, address, mark }: PublishedEndpoint, port: PortBinding): KernelObject {
  const match = ['-d', host(address), '!', '-i', device, '-o', device]
  const protocol = ['-p', port.protocol, '-m', port.protocol, '--dport', String(port.containerPort)]
  return { ...rule('filter', chains.main, mark, [...match, ...protocol], ['ACCEPT']), position: 1 }
}

/** One container port may be published on several host ports. */
function unique(objects: KernelObject[]): KernelObject[] {
  const seen = new Set<string>()
  return objects.filter((object) => {
    const text = JSON.stringify(object)
    return seen.has(text) ? false : seen.add(text)
  })
}
