import { isIP } from 'node:net'
import type { Container } from '../cnm/container'
import { addressesOf, type Endpoint } from '../cnm/endpoint'
import { shortId } from '../cnm/ids'
import type { Network } from '../cnm/network'
import { type NameRecord, parseUpstream, type Upstream } from '../cnm/network-names'
import type { Service } from '../cnm/service'
import { networkOwnerOf } from '../cnm/shared-network'
import type { Forwarding, NameKind, NameSource, Readiness, ResolvableName, SandboxNames } from '../dns/contract'
import { setsNdots, upstreamServers } from '../dns/files'
import { linkEntry, listNames, lookUp, type View } from '../dns/lookup'
import { buildTable, type Holder, type NameTable } from '../dns/table'
import type { Netns } from '../plan/object'
import type { Records } from './records'

/** Containers on this network find each other by name: every network but the predefined ones, as Docker's. */
export function hasNames(network: Pick<Network, 'name'>): boolean {
  return network.name !== 'bridge' && network.name !== 'host' && network.name !== 'none'
}

/** Names by which the containers on its network reach an endpoint; the first is the one that a reverse look-up gives. */
export function dnsNamesOf(container: Container, endpoint: Endpoint, network: Network): string[] {
  return namesOf(container, endpoint, network).map(({ name }) => name)
}

function namesOf(container: Container, endpoint: Endpoint, network: Network): { name: string; kind: NameKind }[] {
  if (!hasNames(network)) return []
  const names: { name: string; kind: NameKind }[] = [
    { name: container.name, kind: 'name' },
    ...endpoint.requested.aliases.map((name) => ({ name, kind: 'alias' as const })),
    { name: shortId(container.id), kind: 'id' },
    { name: container.hostname, kind: 'hostname' },
  ]
  return names.filter(({ name }, at) => names.findIndex((other) => other.name === name) === at)
}

/** What the tables are made from. */
export interface NameFacts {
  readonly records: Records
  readonly health: (container: Container) => Readiness
  /** Name servers that a DHCP server named with an endpoint's address. */
  readonly lent: (endpoint: Endpoint) => readonly string[]
  /** The host's /etc/resolv.conf. */
  readonly resolvConf: () => string
}

/** Who is who, for the resolver. Tables are made when asked for and forgotten at every change. */
export class NameTables implements NameSource {
  private readonly facts: NameFacts
  private tables = new Map<string, NameTable>()
  private sandboxes: Map<string, Container> | undefined
  private changes = 0

  constructor(facts: NameFacts) {
    this.facts = facts
  }

  get generation(): number {
    return this.changes
  }

  forget(): void {
    this.changes++
    if (this.tables.size > 0) this.tables = new Map()
    this.sandboxes = undefined
  }

  of(netns: Netns): SandboxNames | undefined {
    const container = this.containerAt(netns)
    if (!container) return undefined
    const joints = this.joints(container)
    const views = this.views(joints)
    return {
      asker: { id: container.id, name: container.name, networks: joints.map(({ network }) => network.name) },
      find: (name, type) => lookUp(views, name, type),
      upstreams: () => this.forwarding(container, joints),
    }
  }

  /** What a container can look up now, by network. */
  list(container: Container): ResolvableName[] {
    const owner = ownerOf(this.facts.records, container)
    return owner?.sandbox ? listNames(this.views(this.joints(owner))) : []
  }

  /** The container's own servers, else those of its networks, else those that came with its address, else the host's. */
  private forwarding({ dns, options }: Container, joints: readonly Joint[]): Forwarding {
    const conf = this.facts.resolvConf()
    const keepsShortNames = setsNdots(conf, options.dnsOptions)
    const open = joints.filter(({ network }) => !network.internal)
    if (open.length === 0) return { servers: [], refusal: 'internal', keepsShortNames }
    const ofNetworks = [...new Set(open.flatMap(({ network }) => network.names.upstreams))]
    const lent = [...new Set(open.flatMap(({ endpoint }) => this.facts.lent(endpoint)))]
    const given = [dns, ofNetworks, lent, upstreamServers(conf)].find((list) => list.length > 0) ?? []
    const own = new Set(joints.flatMap(({ endpoint }) => addressesOf(endpoint)))
    // A container that is its own server would be asked what it asks.
    const servers = given.map(toUpstream).filter(({ address }) => !own.has(address))
    return { servers, refusal: servers.length === 0 ? 'no-server' : null, keepsShortNames }
  }

  /** The networks of a sandbox on which containers have names. */
  private views(joints: readonly Joint[]): View[] {
    return joints
      .filter(({ network }) => hasNames(network))
      .map(({ endpoint, network }) => {
        const table = this.table(network)
        return { table, links: this.links(endpoint, table) }
      })
  }

  /** What this endpoint alone knows a container by. */
  private links({ requested }: Endpoint, table: NameTable): View['links'] {
    return new Map(
      requested.links.flatMap(({ alias, container }) => {
        const found = this.findLinked(container)
        const entry = linkEntry(alias, table, found?.id, found?.name ?? container)
        return entry ? [[alias.toLowerCase(), entry] as const] : []
      }),
    )
  }

  /** A short id that more than one container has by now means none of them. */
  private findLinked(reference: string): Container | undefined {
    try {
      return this.facts.records.findContainer(reference)
    } catch {
      return undefined
    }
  }

  /** In the order in which it joined them: the first network that has a name answers. */
  private joints(container: Container): Joint[] {
    const { records } = this.facts
    return records
      .endpointsOf(container)
      .filter((endpoint) => endpoint.assigned)
      .toSorted((one, other) => one.createdAt.getTime() - other.createdAt.getTime())
      .flatMap((endpoint) => {
        const network = records.networks.get(endpoint.networkId)
        return network ? [{ endpoint, network }] : []
      })
  }

  private containerAt(netns: Netns): Container | undefined {
    this.sandboxes ??= new Map(
      [...this.facts.records.containers.values()].flatMap((container) =>
        container.sandbox && networkOwnerOf(container) === undefined ? [[container.sandbox.key, container]] : [],
      ),
    )
    return this.sandboxes.get(netns)
  }

  private table(network: Network): NameTable {
    const known = this.tables.get(network.id)
    if (known) return known
    const services = this.facts.records.servicesOn(network)
    const holders = this.facts.records.endpointsOn(network).flatMap((endpoint) => this.holder(endpoint, network))
    const records = [...services.flatMap(recordsOf), ...network.names.records]
    const table = buildTable(network, services.length > 0 ? holders.map(without(services)) : holders, records)
    this.tables.set(network.id, table)
    return table
  }

  private holder(endpoint: Endpoint, network: Network): Holder[] {
    const container = this.facts.records.containers.get(endpoint.containerId)
    const addresses = addressesOf(endpoint)
    if (!container || addresses.length === 0) return []
    const { id, name } = container
    return [
      { id, name, addresses, readiness: this.facts.health(container), names: namesOf(container, endpoint, network) },
    ]
  }
}

/** What a service is found by. */
function recordsOf({ name, ipv4Address, ipv6Address }: Service): NameRecord[] {
  return [
    ...(ipv4Address === undefined ? [] : [{ name, type: 'A', value: ipv4Address } as const]),
    ...(ipv6Address === undefined ? [] : [{ name, type: 'AAAA', value: ipv6Address } as const]),
  ]
}

/** Where a service has the name of a container, or its alias, it stands for it: who asks gets the service's address. */
function without(services: readonly Service[]) {
  const taken = new Set(services.map(({ name }) => name.toLowerCase()))
  return (holder: Holder): Holder => ({
    ...holder,
    names: holder.names.filter(({ name }) => !taken.has(name.toLowerCase())),
  })
}

/** Servers are written with their port where it is not 53; what a person wrote for a container is an address alone. */
function toUpstream(text: string): Upstream {
  return isIP(text) ? { address: text, port: 53 } : parseUpstream(text)
}

/** Whose network stack a container uses. */
function ownerOf(records: Records, container: Container): Container | undefined {
  const owner = networkOwnerOf(container)
  return owner === undefined ? container : records.findContainer(owner)
}

interface Joint {
  readonly endpoint: Endpoint
  readonly network: Network
}
