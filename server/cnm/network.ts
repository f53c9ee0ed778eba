import { type Family, familyOf } from './address'
import type { NetworkId } from './ids'
import { type NetworkNames, plainNames } from './network-names'
import type { Policy } from './policy'

/** One address pool of a network, in CIDR notation ("172.18.0.0/16", "fd00:29::/64"). */
export interface AddressPool {
  readonly subnet: string
  readonly gateway: string
  /** The part that automatic addresses come from; the whole subnet where absent. */
  readonly ipRange?: string
  /** Addresses taken out of the pool on purpose: name to address. */
  readonly auxAddresses: Readonly<Record<string, string>>
}

/** A set of endpoints that reach each other. */
export interface Network {
  readonly id: NetworkId
  readonly name: string
  /** Name of a registered driver: bridge, host, null. */
  readonly driver: string
  readonly scope: 'local'
  readonly internal: boolean
  readonly attachable: boolean
  /** Endpoints get an IPv4 address. */
  readonly ipv4: boolean
  /** Endpoints get an IPv6 address. */
  readonly ipv6: boolean
  readonly ipamDriver: string
  /** As given; the pools of this host take none. */
  readonly ipamOptions: Readonly<Record<string, string>>
  /** It only keeps a configuration that other networks are made from: nothing of it is in the kernel. */
  readonly configOnly: boolean
  /** Name of the network whose configuration it was made from; empty: its own. */
  readonly configFrom: string
  /** Those of a family that the network does not have are kept, and unused. */
  readonly pools: readonly AddressPool[]
  /** Driver options as given, Docker's keys ("com.docker.network.bridge.name"). */
  readonly options: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
  /** Records and servers of its own for the resolver. */
  readonly names: NetworkNames
  /**
   * True: the host's link that it is on (a bridge by its name, a parent) was there before it, and is neither
   * changed nor removed.
   */
  readonly adopted?: boolean
  /** Keys of the objects that an adopted link had already (an address, that it is up): its owner's, and not described. */
  readonly given?: readonly string[]
  /** Absent: none. It holds for each of its endpoints. */
  readonly policy?: Policy | undefined
  /** Index into the ten network colours. */
  readonly colour: number
  readonly createdAt: Date
}

/** What a network is where nothing else was asked for. */
export const plainNetwork = {
  ipv4: true,
  ipv6: false,
  ipamDriver: 'default',
  ipamOptions: {},
  configOnly: false,
  configFrom: '',
  names: plainNames,
} as const satisfies Partial<Network>

/** Its containers get their addresses elsewhere: from a DHCP server, or they see to it themselves. */
export function isLoose({ ipamDriver }: Pick<Network, 'ipamDriver'>): boolean {
  return ipamDriver === 'dhcp' || ipamDriver === 'null'
}

export const predefinedNetworks = ['bridge', 'host', 'none'] as const

export function isPredefined(network: Pick<Network, 'name'>): boolean {
  return (predefinedNetworks as readonly string[]).includes(network.name)
}

/** The pools that endpoints get addresses of this family from. */
export function poolsOf(
  network: Pick<Network, 'pools' | 'ipv4' | 'ipv6' | 'configOnly'>,
  family: Family,
): AddressPool[] {
  if (network.configOnly || !network[family]) return []
  return network.pools.filter(({ subnet }) => familyOf(subnet) === family)
}
