import { bitsOf, familyOf } from '../cnm/address'
import type { PortBinding } from '../cnm/container'
import type { KernelObject } from '../plan/object'
import { chains, rule } from './base'

export interface PublishedEndpoint {
  readonly device: string
  /** The endpoint's address without prefix length. */
  readonly address: string
  /** Owner mark of the endpoint. */
  readonly mark: string
  /** Of the address's family. */
  readonly ports: readonly PortBinding[]
}

/**
 * Published ports by DNAT alone, no process a port. The accept rule comes before the network's
 * drop; the raw rule keeps others from using the container's own address in place of the host's.
 */
export function describePublishedPorts(endpoint: PublishedEndpoint): KernelObject[] {
  if (endpoint.ports.length === 0) return []
  const { device, address, mark } = endpoint
  return [
    rule('raw', chains.main, mark, ['-d', host(address), '!', '-i', device], ['DROP']),
    ...unique(endpoint.ports.map((port) => acceptRule(endpoint, port))),
    ...endpoint.ports.map((port) => dnatRule(endpoint, port)),
  ]
}

function dnatRule({ address, mark }: PublishedEndpoint, port: PortBinding): KernelObject {
  const isEvery = port.hostIp === '0.0.0.0' || port.hostIp === '::'
  const place = isEvery ? [] : ['-d', host(port.hostIp)]
  const match = [...place, '-p', port.protocol, '-m', port.protocol, '--dport', String(port.hostPort)]
  const target = familyOf(address) === 'ipv4' ? address : `[${address}]`
  return rule('nat', chains.main, mark, match, ['DNAT', '--to-destination', `${target}:${port.containerPort}`])
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
