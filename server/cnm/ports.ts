import { familyOf } from './address'
import type { PortProtocol, PortRequest } from './container'
import { PatchbayError } from './errors'
import { shown } from './names'
import { sentence } from './sentence'

/** "80/tcp", "53/udp"; "80" stands for "80/tcp". Throws for what is no port. */
export function parsePortKey(key: string): { containerPort: number; protocol: PortProtocol } {
  const [, digits, protocol = 'tcp'] = /^(\d{1,5})(?:\/(tcp|udp|sctp))?$/i.exec(key) ?? []
  const containerPort = Number(digits ?? 0)
  if (containerPort >= 1 && containerPort <= 65535) {
    return { containerPort, protocol: protocol.toLowerCase() as PortProtocol }
  }
  throw new PatchbayError(
    'invalid-parameter',
    sentence`invalid port specification: ${shown(key)}; it is to be like 80/tcp, with tcp, udp or sctp`,
    { field: 'ports' },
  )
}

export function portKey({ containerPort, protocol }: Pick<PortRequest, 'containerPort' | 'protocol'>): string {
  return `${containerPort}/${protocol}`
}

/** One port of the host's and no other. */
export function isFixed({ hostPort, hostPortEnd = hostPort }: PortRequest): boolean {
  return hostPort !== 0 && hostPort === hostPortEnd
}

/** Both cannot be had at once: same protocol, same port, and an address in common. */
export function clashes(one: HostPort, other: HostPort): boolean {
  return one.protocol === other.protocol && one.hostPort === other.hostPort && meets(one.hostIp, other.hostIp)
}

/** An empty address is every one of both families. */
function meets(one: string, other: string): boolean {
  if (one === '' || other === '' || one === other) return true
  return familyOf(one) === familyOf(other) && (isEvery(one) || isEvery(other))
}

type HostPort = Pick<PortRequest, 'protocol' | 'hostIp' | 'hostPort'>

export function isEvery(hostIp: string): boolean {
  return hostIp === '' || hostIp === '0.0.0.0' || hostIp === '::'
}
