import type { NetworkId } from './ids'

/** One address pool of a network, IPv4 in CIDR notation ("172.18.0.0/16"). */
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
  readonly ipamDriver: string
  readonly pools: readonly AddressPool[]
  /** Driver options as given, Docker's keys ("com.docker.network.bridge.name"). */
  readonly options: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
  /**
   * True: the host's link that it is on (a bridge by its name, a parent) was there before it, and is neither
   * changed nor removed.
   */
  readonly adopted?: boolean
  /** Index into the ten network colours. */
  readonly colour: number
  readonly createdAt: Date
}

export const predefinedNetworks = ['bridge', 'host', 'none'] as const

export function isPredefined(network: Pick<Network, 'name'>): boolean {
  return (predefinedNetworks as readonly string[]).includes(network.name)
}
