import type { ContainerId, EndpointId, NetworkId } from './ids'
import type { Shaping } from './shaping'

/** Joins one container's sandbox to one network. */
export interface Endpoint {
  readonly id: EndpointId
  readonly networkId: NetworkId
  readonly containerId: ContainerId
  /** What the user asked for by name; kept over restarts. */
  readonly requested: {
    readonly ipv4Address?: string
    readonly ipv6Address?: string
    /** Further addresses of its interface, with prefix length, of link scope. */
    readonly linkLocalIps: readonly string[]
    readonly macAddress?: string
    readonly aliases: readonly string[]
    /** Names that only this container knows another one of the network by. */
    readonly links: readonly ContainerLink[]
    /** The endpoint with the highest one has the default route. */
    readonly gwPriority: number
    /** Options of the endpoint as given, Docker's keys ("com.docker.network.endpoint.ifname"). */
    readonly driverOpts: Readonly<Record<string, string>>
  }
  /** What its cable is made to be like; absent: nothing was asked for. */
  readonly shaping?: Shaping
  /** What it has while its sandbox exists; null while the container is stopped. */
  readonly assigned: EndpointAssignment | null
  readonly createdAt: Date
}

/** Nothing asked for. */
export const plainRequest: Endpoint['requested'] = {
  linkLocalIps: [],
  aliases: [],
  links: [],
  gwPriority: 0,
  driverOpts: {},
}

export interface ContainerLink {
  /** Name or id of the container, as given. */
  readonly container: string
  readonly alias: string
}

export interface EndpointAssignment {
  /** Name inside the sandbox: eth0, eth1 … */
  readonly ifname: string
  /** Name of the host's side: "veth" and seven digits of the endpoint's id. Absent for drivers without one. */
  readonly hostIfname?: string
  /** Address with prefix length, "172.18.0.2/16". */
  readonly ipv4Address?: string
  /** Address with prefix length, "fd00:29::2/64". */
  readonly ipv6Address?: string
  readonly macAddress?: string
  readonly gateway?: string
  readonly ipv6Gateway?: string
  /** The sandbox's default IPv4 route leaves by this endpoint. */
  readonly isDefaultGateway: boolean
  /** The sandbox's default IPv6 route leaves by this endpoint. */
  readonly isIpv6DefaultGateway: boolean
}

const addresses = new WeakMap<EndpointAssignment, readonly string[]>()

/** What an endpoint is reached at, IPv4 first, without prefix lengths. */
export function addressesOf({ assigned }: Pick<Endpoint, 'assigned'>): readonly string[] {
  if (!assigned) return []
  const { ipv4Address, ipv6Address } = assigned
  const known = addresses.get(assigned) ?? [ipv4Address, ipv6Address].flatMap((address) => address?.split('/')[0] ?? [])
  addresses.set(assigned, known)
  return known
}
