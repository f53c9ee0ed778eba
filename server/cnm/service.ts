import { type Family, familyOf } from './address'
import type { Container, PortBinding, PortProtocol } from './container'
import type { Endpoint } from './endpoint'
import type { ContainerId, EndpointId, NetworkId, ServiceId } from './ids'
import { isEvery } from './ports'

/** An address on a network behind which several containers answer: each connection goes to one of them. */
export interface Service {
  readonly id: ServiceId
  /** By it containers on the network find the address. */
  readonly name: string
  readonly networkId: NetworkId
  /** One of each family that the network has, without prefix length. */
  readonly ipv4Address?: string
  readonly ipv6Address?: string
  readonly ports: readonly ServicePort[]
  readonly members: MemberSelection
  /** `client`: connections of one client go to the same member while the members stay. */
  readonly affinity: 'none' | 'client'
  readonly createdAt: Date
}

export interface ServicePort {
  readonly protocol: ServiceProtocol
  readonly port: number
  /** The members' own. */
  readonly targetPort: number
  /** Port of the host's that leads here; null: none. */
  readonly hostPort: number | null
  /** Host address of that; empty: every one. */
  readonly hostIp: string
}

export type ServiceProtocol = Exclude<PortProtocol, 'sctp'>

/** Who answers: all that any part names, as far as they are on the network. */
export interface MemberSelection {
  readonly containers: readonly ContainerId[]
  /** Containers that have all of these; none where empty. */
  readonly labels: Readonly<Record<string, string>>
  /** Containers with this alias on the network; none where empty. */
  readonly alias: string
  /** Shares of connections by container; 1 where not named. */
  readonly weights: Readonly<Record<ContainerId, number>>
}

/** One container behind a service, and whether connections go to it now. */
export interface ServiceMember {
  readonly containerId: ContainerId
  readonly endpointId: EndpointId
  readonly weight: number
  /** Why none do; null: they do. `starting`: its health check has not answered yet. */
  readonly out: 'stopped' | 'paused' | 'starting' | 'unhealthy' | 'leaving' | null
}

/** Whether a container that is on the service's network by this endpoint answers for it. */
export function isSelected(
  { members }: Pick<Service, 'members'>,
  container: Pick<Container, 'id' | 'labels'>,
  { requested }: Pick<Endpoint, 'requested'>,
): boolean {
  const wanted = Object.entries(members.labels)
  const hasLabels = wanted.length > 0 && wanted.every(([name, value]) => container.labels[name] === value)
  const hasAlias = members.alias !== '' && requested.aliases.includes(members.alias)
  return members.containers.includes(container.id) || hasLabels || hasAlias
}

/** What a member may count for against the others. */
export const weightBounds = { least: 1, most: 100 } as const

/** Clients are told apart by the kernel's `cluster` match, which knows so many places. */
export const mostAffinityPlaces = 32

/** Weights without what they have in common: 10 and 20 are 1 and 2. */
export function reducedWeights(weights: readonly number[]): number[] {
  const divisor = weights.reduce(gcd, 0) || 1
  return weights.map((weight) => weight / divisor)
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b)
}

/** Families in which a port of the host's leads to a service; where it has no address of one, sockets hand on. */
function familiesOf({ hostIp }: Pick<ServicePort, 'hostIp'>, service: Pick<Service, 'ipv6Address'>): Family[] {
  if (hostIp !== '') return [familyOf(hostIp)]
  return service.ipv6Address === undefined ? ['ipv4'] : ['ipv4', 'ipv6']
}

/** The ports of the host's that lead to a service, written as those of containers. */
export function bindingsOf(service: Service): PortBinding[] {
  return service.ports.flatMap(({ protocol, targetPort: containerPort, hostPort, hostIp }) => {
    if (hostPort === null) return []
    return familiesOf({ hostIp }, service).map((family): PortBinding => {
      const every = family === 'ipv4' ? '0.0.0.0' : '::'
      return { protocol, containerPort, hostIp: isEvery(hostIp) ? every : hostIp, hostPort }
    })
  })
}
