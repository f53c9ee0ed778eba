import type { Container } from '../cnm/container'
import type { Endpoint } from '../cnm/endpoint'
import { shortId } from '../cnm/ids'
import type { Network } from '../cnm/network'
import { networkOwnerOf } from '../cnm/shared-network'
import type { NameSource } from '../dns/contract'
import type { Netns } from '../plan/object'
import type { Records } from './records'

/** Containers on this network find each other by name: every network but the predefined ones, as Docker's. */
export function hasNames(network: Pick<Network, 'name'>): boolean {
  return network.name !== 'bridge' && network.name !== 'host' && network.name !== 'none'
}

/** Names by which the containers on its network reach an endpoint; the first is the one that a reverse look-up gives. */
export function dnsNamesOf(container: Container, endpoint: Endpoint, network: Network): string[] {
  if (!hasNames(network)) return []
  return [...new Set([container.name, ...endpoint.requested.aliases, shortId(container.id), container.hostname])]
}

/** Who is who, for the resolver. Tables are made when asked for and forgotten at every change. */
export class NameTables implements NameSource {
  private readonly records: Records
  private readonly hostServers: () => readonly string[]
  private tables = new Map<string, NameTable>()
  private sandboxes: Map<string, Container> | undefined

  constructor(records: Records, hostServers: () => readonly string[]) {
    this.records = records
    this.hostServers = hostServers
  }

  forget(): void {
    this.tables = new Map()
    this.sandboxes = undefined
  }

  resolve(netns: Netns, name: string): readonly string[] | undefined {
    const wanted = name.toLowerCase().replace(/\.$/, '')
    const tables = this.jointsOf(netns).map(({ endpoint, network }) => ({ endpoint, table: this.table(network) }))
    const linked = tables.flatMap(({ endpoint, table }) => this.linked(endpoint, table, wanted))
    if (linked.length > 0) return linked
    const direct = tables.flatMap(({ table }) => table.addresses.get(wanted) ?? [])
    if (direct.length > 0) return direct
    for (const { endpoint, table } of tables) {
      const suffix = `.${table.network.name.toLowerCase()}`
      if (!wanted.endsWith(suffix)) continue
      const short = wanted.slice(0, -suffix.length)
      const aliased = this.linked(endpoint, table, short)
      const found = aliased.length > 0 ? aliased : table.addresses.get(short)
      if (found) return found
    }
    return undefined
  }

  /** Addresses of the container that this endpoint alone knows by the name. */
  private linked({ requested }: Endpoint, table: NameTable, alias: string): readonly string[] {
    const link = requested.links.find((candidate) => candidate.alias.toLowerCase() === alias)
    if (!link) return []
    const container = this.records.findContainer(link.container)
    return table.addresses.get((container?.name ?? link.container).toLowerCase()) ?? []
  }

  reverse(netns: Netns, address: string): string | undefined {
    for (const { network } of this.jointsOf(netns)) {
      const name = this.table(network).names.get(address)
      if (name !== undefined) return `${name}.${network.name}`
    }
    return undefined
  }

  upstreams(netns: Netns): readonly string[] {
    const container = this.containerAt(netns)
    if (!container) return []
    if (!this.joints(container).some(({ network }) => !network.internal)) return []
    return container.dns.length > 0 ? container.dns : this.hostServers()
  }

  /** The endpoints of a sandbox on networks where containers have names. */
  private jointsOf(netns: Netns): Joint[] {
    const container = this.containerAt(netns)
    return container ? this.joints(container).filter(({ network }) => hasNames(network)) : []
  }

  private joints(container: Container): Joint[] {
    return this.records
      .endpointsOf(container)
      .filter((endpoint) => endpoint.assigned)
      .flatMap((endpoint) => {
        const network = this.records.networks.get(endpoint.networkId)
        return network ? [{ endpoint, network }] : []
      })
  }

  private containerAt(netns: Netns): Container | undefined {
    this.sandboxes ??= new Map(
      [...this.records.containers.values()].flatMap((container) =>
        container.sandbox && networkOwnerOf(container) === undefined ? [[container.sandbox.key, container]] : [],
      ),
    )
    return this.sandboxes.get(netns)
  }

  private table(network: Network): NameTable {
    const known = this.tables.get(network.id)
    if (known) return known
    const table: NameTable = { network, addresses: new Map(), names: new Map() }
    for (const endpoint of this.records.endpointsOn(network)) this.addTo(table, endpoint)
    this.tables.set(network.id, table)
    return table
  }

  private addTo(table: NameTable, endpoint: Endpoint): void {
    const container = this.records.containers.get(endpoint.containerId)
    const addresses = addressesOf(endpoint)
    if (!container || addresses.length === 0) return
    for (const address of addresses) table.names.set(address, container.name)
    for (const name of dnsNamesOf(container, endpoint, table.network)) {
      const key = name.toLowerCase()
      table.addresses.set(key, [...(table.addresses.get(key) ?? []), ...addresses])
    }
  }
}

/** What an endpoint is reached at, IPv4 first, without prefix lengths. */
export function addressesOf({ assigned }: Pick<Endpoint, 'assigned'>): string[] {
  return [assigned?.ipv4Address, assigned?.ipv6Address].flatMap((address) => address?.split('/')[0] ?? [])
}

interface Joint {
  readonly endpoint: Endpoint
  readonly network: Network
}

interface NameTable {
  readonly network: Network
  /** Lower-case name to addresses. */
  readonly addresses: Map<string, string[]>
  readonly names: Map<string, string>
}
