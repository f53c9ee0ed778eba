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
    const tables = this.networksOf(netns).map((network) => this.table(network))
    const direct = tables.flatMap((table) => table.addresses.get(wanted) ?? [])
    if (direct.length > 0) return direct
    for (const { network, addresses } of tables) {
      const suffix = `.${network.name.toLowerCase()}`
      const found = wanted.endsWith(suffix) ? addresses.get(wanted.slice(0, -suffix.length)) : undefined
      if (found) return found
    }
    return undefined
  }

  reverse(netns: Netns, address: string): string | undefined {
    for (const network of this.networksOf(netns)) {
      const name = this.table(network).names.get(address)
      if (name !== undefined) return `${name}.${network.name}`
    }
    return undefined
  }

  upstreams(netns: Netns): readonly string[] {
    const container = this.containerAt(netns)
    if (!container) return []
    if (!this.networks(container).some((network) => !network.internal)) return []
    return container.dns.length > 0 ? container.dns : this.hostServers()
  }

  private networksOf(netns: Netns): Network[] {
    const container = this.containerAt(netns)
    return container ? this.networks(container).filter(hasNames) : []
  }

  private networks(container: Container): Network[] {
    return this.records
      .endpointsOf(container)
      .filter((endpoint) => endpoint.assigned)
      .flatMap((endpoint) => this.records.networks.get(endpoint.networkId) ?? [])
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
    const address = endpoint.assigned?.ipv4Address?.split('/')[0]
    if (!container || address === undefined) return
    table.names.set(address, container.name)
    for (const name of dnsNamesOf(container, endpoint, table.network)) {
      const key = name.toLowerCase()
      table.addresses.set(key, [...(table.addresses.get(key) ?? []), address])
    }
  }
}

interface NameTable {
  readonly network: Network
  /** Lower-case name to addresses. */
  readonly addresses: Map<string, string[]>
  readonly names: Map<string, string>
}
