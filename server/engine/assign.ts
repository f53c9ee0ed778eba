import type { Container } from '../cnm/container'
import type { Endpoint, EndpointAssignment } from '../cnm/endpoint'
import { PatchbayError } from '../cnm/errors'
import type { Network } from '../cnm/network'
import { allocateAddress, macOf } from '../ipam/addresses'
import type { EngineContext } from './context'

/**
 * Gives every endpoint of a running container what it has in the kernel: those that have an
 * assignment keep it, the others get interface name, address and MAC; then the default route is
 * chosen anew. Endpoints on networks without interfaces (host, none) stay without.
 */
export function assignEndpoints(ctx: EngineContext, endpoints: readonly Endpoint[]): Endpoint[] {
  const assigned: Endpoint[] = []
  const names = new Set(endpoints.flatMap((endpoint) => endpoint.assigned?.ifname ?? []))
  for (const endpoint of endpoints) {
    const network = networkOf(ctx, endpoint)
    if (endpoint.assigned || !ctx.drivers.get(network.driver).hasInterfaces) {
      assigned.push(endpoint)
      continue
    }
    const ifname = nextInterface(names)
    names.add(ifname)
    assigned.push({ ...endpoint, assigned: assignment(ctx, network, endpoint, ifname) })
  }
  return chooseGateway(ctx, assigned)
}

/** Who holds which address of a network now. */
export function holdersOf(ctx: EngineContext, network: Network): Map<string, string> {
  return new Map([
    ...reserved(ctx, network),
    ...ctx.records.endpointsOn(network).flatMap((endpoint): [string, string][] => {
      const address = endpoint.assigned?.ipv4Address?.split('/')[0]
      const name = ctx.records.containers.get(endpoint.containerId)?.name ?? endpoint.containerId
      return address === undefined ? [] : [[address, `container ${name}`]]
    }),
  ])
}

/** What the driver keeps for itself, and on a wire that the host is on, too, the host's own addresses. */
function reserved(ctx: EngineContext, network: Network): [string, string][] {
  const driver = ctx.drivers.get(network.driver)
  const own = driver.sharesWire ? ctx.host.addresses() : []
  return [
    ...own.map((address): [string, string] => [address, 'this host']),
    ...(driver.reservedAddresses?.(network) ?? []),
  ]
}

/** The endpoint by which a container's default route leaves: as Docker, the first network by name that is not internal. */
export function chooseGateway(ctx: EngineContext, endpoints: readonly Endpoint[]): Endpoint[] {
  const [first] = endpoints
    .filter((endpoint) => endpoint.assigned?.gateway !== undefined)
    .toSorted((one, other) => (networkOf(ctx, one).name < networkOf(ctx, other).name ? -1 : 1))
  return endpoints.map((endpoint) =>
    endpoint.assigned
      ? { ...endpoint, assigned: { ...endpoint.assigned, isDefaultGateway: endpoint.id === first?.id } }
      : endpoint,
  )
}

/** Endpoints of a container that has stopped: nothing assigned. */
export function releaseEndpoints(endpoints: readonly Endpoint[]): Endpoint[] {
  return endpoints.map((endpoint) => ({ ...endpoint, assigned: null }))
}

/** Networks of a container, in the order in which its interfaces are numbered. */
export function orderedEndpoints(ctx: EngineContext, container: Container): Endpoint[] {
  return ctx.records
    .endpointsOf(container)
    .toSorted((one, other) => one.createdAt.getTime() - other.createdAt.getTime())
}

function assignment(ctx: EngineContext, network: Network, endpoint: Endpoint, ifname: string): EndpointAssignment {
  const pool = network.pools[0]
  if (!pool) throw new PatchbayError('system', `network ${network.name} has no address pool`)
  const ipv4Address = allocateAddress(pool, holdersOf(ctx, network), endpoint.requested.ipv4Address, network.name)
  const driver = ctx.drivers.get(network.driver)
  const others = ctx.records.endpointsOn(network).filter(({ id, assigned }) => assigned && id !== endpoint.id)
  driver.checkJoin?.(network, others.length)
  return {
    ifname,
    ...(driver.hasHostEnds ? { hostIfname: `veth${endpoint.id.slice(0, 7)}` } : {}),
    ipv4Address,
    ...(driver.sharesMac ? {} : { macAddress: endpoint.requested.macAddress ?? macOf(ipv4Address) }),
    ...(network.internal ? {} : { gateway: pool.gateway }),
    isDefaultGateway: false,
  }
}

function networkOf(ctx: EngineContext, endpoint: Endpoint): Network {
  const network = ctx.records.networks.get(endpoint.networkId)
  if (network) return network
  throw new PatchbayError('not-found', `network ${endpoint.networkId} does not exist any more; disconnect it`)
}

function nextInterface(names: ReadonlySet<string>): string {
  let number = 0
  while (names.has(`eth${number}`)) number++
  return `eth${number}`
}
