import type { Container } from '../cnm/container'
import { addressesOf, type Endpoint } from '../cnm/endpoint'
import { PatchbayError } from '../cnm/errors'
import type { ContainerId, EndpointId, NetworkId, ServiceId } from '../cnm/ids'
import type { Network } from '../cnm/network'
import { sentence } from '../cnm/sentence'
import type { Service } from '../cnm/service'
import { HeldAddresses } from '../ipam/held-addresses'
import type { RecordChange } from '../store/contract'
import { NamedMap } from './named-map'
import { TakenSubnets } from './taken-subnets'

/** What should be, in memory: the store's rows, looked up by id, name and prefix. */
export class Records {
  readonly networks = new NamedMap<NetworkId, Network>()
  readonly containers = new NamedMap<ContainerId, Container>()
  readonly endpoints = new Map<EndpointId, Endpoint>()
  readonly services = new NamedMap<ServiceId, Service>()
  /** Of the networks. */
  readonly subnets = new TakenSubnets()
  /** The same endpoints by network and by container, which they never change. */
  private readonly endpointsBy = new Map<NetworkId | ContainerId, Map<EndpointId, Endpoint>>()
  /** Those of a network that have addresses on it, by each of these. */
  private readonly addresses = new Map<NetworkId, HeldAddresses<Endpoint>>()

  /** The same records, to try a change on. */
  static copyOf({ networks, containers, endpoints, services }: Records): Records {
    const copy = new Records()
    copy.apply({
      putNetworks: [...networks.values()],
      putContainers: [...containers.values()],
      putEndpoints: [...endpoints.values()],
      putServices: [...services.values()],
    })
    return copy
  }

  /** Mirrors what the store was told. */
  apply(change: RecordChange): void {
    for (const id of change.removeServices ?? []) this.services.delete(id)
    for (const id of change.removeEndpoints ?? []) this.removeEndpoint(id)
    for (const id of change.removeContainers ?? []) this.containers.delete(id)
    for (const id of change.removeNetworks ?? []) this.removeNetwork(id)
    for (const network of [...(change.addNetworks ?? []), ...(change.putNetworks ?? [])]) this.putNetwork(network)
    for (const container of change.putContainers ?? []) this.containers.set(container.id, container)
    for (const endpoint of change.putEndpoints ?? []) this.putEndpoint(endpoint)
    for (const service of change.putServices ?? []) this.services.set(service.id, service)
  }

  findNetwork(reference: string): Network | undefined {
    return findByReference(this.networks, reference, 'network')
  }

  getNetwork(reference: string): Network {
    const network = this.findNetwork(reference)
    if (network) return network
    throw notFound('network', reference)
  }

  findContainer(reference: string): Container | undefined {
    return findByReference(this.containers, reference.replace(/^\//, ''), 'container')
  }

  getContainer(reference: string): Container {
    const container = this.findContainer(reference)
    if (container) return container
    throw notFound('container', reference)
  }

  getService(reference: string): Service {
    const service = findByReference(this.services, reference, 'service')
    if (service) return service
    throw notFound('service', reference)
  }

  servicesOn(network: Pick<Network, 'id'>): Service[] {
    return [...this.services.values()].filter(({ networkId }) => networkId === network.id)
  }

  endpointsOf(container: Pick<Container, 'id'>): Endpoint[] {
    return [...(this.endpointsBy.get(container.id)?.values() ?? [])]
  }

  endpointsOn(network: Pick<Network, 'id'>): Endpoint[] {
    return [...(this.endpointsBy.get(network.id)?.values() ?? [])]
  }

  /** Who has which address of a network, without prefix lengths. */
  endpointsByAddress(network: Pick<Network, 'id'>): Pick<HeldAddresses<Endpoint>, 'get' | 'keys' | 'isBlockHeld'> {
    return this.addresses.get(network.id) ?? new HeldAddresses()
  }

  findEndpoint(network: Pick<Network, 'id'>, container: Pick<Container, 'id'>): Endpoint | undefined {
    return this.endpointsOf(container).find((endpoint) => endpoint.networkId === network.id)
  }

  private putNetwork(network: Network): void {
    this.networks.set(network.id, network)
    this.subnets.put(network)
  }

  private removeNetwork(id: NetworkId): void {
    this.networks.delete(id)
    this.subnets.delete(id)
  }

  private putEndpoint(endpoint: Endpoint): void {
    const before = this.endpoints.get(endpoint.id)
    if (before) this.freeAddresses(before)
    this.endpoints.set(endpoint.id, endpoint)
    const addresses = this.addresses.get(endpoint.networkId) ?? new HeldAddresses<Endpoint>()
    for (const address of addressesOf(endpoint)) addresses.set(address, endpoint)
    if (addresses.size > 0) this.addresses.set(endpoint.networkId, addresses)
    for (const end of [endpoint.networkId, endpoint.containerId]) {
      const there = this.endpointsBy.get(end) ?? new Map<EndpointId, Endpoint>()
      this.endpointsBy.set(end, there.set(endpoint.id, endpoint))
    }
  }

  private removeEndpoint(id: EndpointId): void {
    const endpoint = this.endpoints.get(id)
    if (!endpoint) return
    this.endpoints.delete(id)
    this.freeAddresses(endpoint)
    for (const end of [endpoint.networkId, endpoint.containerId]) {
      const there = this.endpointsBy.get(end)
      there?.delete(id)
      if (there?.size === 0) this.endpointsBy.delete(end)
    }
  }

  private freeAddresses(endpoint: Endpoint): void {
    const addresses = this.addresses.get(endpoint.networkId)
    for (const address of addressesOf(endpoint)) {
      if (addresses?.get(address)?.id === endpoint.id) addresses.delete(address)
    }
    if (addresses?.size === 0) this.addresses.delete(endpoint.networkId)
  }
}

/** Docker's order: the whole id, then the name, then a prefix of an id that only one has. */
function findByReference<Item extends { id: string; name: string }>(
  items: ReadonlyMap<string, Item> & { named(name: string): Item | undefined },
  reference: string,
  field: keyof typeof words,
): Item | undefined {
  const whole = items.get(reference) ?? items.named(reference)
  if (whole) return whole
  if (!/^[0-9a-f]{1,63}$/.test(reference)) return undefined
  const prefixed = [...items.values()].filter((item) => item.id.startsWith(reference))
  if (prefixed.length > 1) {
    const names = prefixed.map((item) => item.name)
    throw new PatchbayError(
      'conflict',
      sentence`${words[field]} ${reference} is ambiguous: it begins the ids of ${names}`,
      {
        field,
      },
    )
  }
  return prefixed[0]
}

const words = { network: sentence`network`, container: sentence`container`, service: sentence`service` }

function notFound(field: keyof typeof words, reference: string): PatchbayError {
  const shown = reference.length > 60 ? `${reference.slice(0, 60)}…` : reference
  return new PatchbayError('not-found', sentence`${words[field]} ${shown === '' ? '""' : shown} does not exist`, {
    ...{ field, data: { reference }, ...(field === 'service' ? {} : { reason: `${field}-not-found` as const }) },
  })
}
