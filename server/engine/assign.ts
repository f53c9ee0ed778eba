import { type Family, formatAddress, parseAddress } from '../cnm/address'
import { contains, getCidr } from '../cnm/cidr'
import type { Container } from '../cnm/container'
import { addressesOf, type Endpoint, type EndpointAssignment } from '../cnm/endpoint'
import { parseEndpointOptions } from '../cnm/endpoint-options'
import { PatchbayError } from '../cnm/errors'
import { isLoose, type Network, poolsOf } from '../cnm/network'
import { type Sentence, sentence } from '../cnm/sentence'
import type { Service } from '../cnm/service'
import { allocateAddress, type Holders, macFrom, macOf } from '../ipam/addresses'
import type { EngineContext } from './context'

/**
 * Gives every endpoint of a running container what it has in the kernel: those that have an
 * assignment keep it, the others get interface name, address and MAC; then the default route is
 * chosen anew. Endpoints on networks without interfaces (host, none) stay without.
 */
export function assignEndpoints(ctx: EngineContext, endpoints: readonly Endpoint[]): Endpoint[] {
  const assigned: Endpoint[] = []
  const names = new Set(endpoints.flatMap((endpoint) => endpoint.assigned?.ifname ?? wantedName(endpoint) ?? []))
  for (const endpoint of endpoints) {
    const network = networkOf(ctx, endpoint)
    if (endpoint.assigned || !ctx.drivers.get(network.driver).hasInterfaces) {
      assigned.push(endpoint)
      continue
    }
    const ifname =
      wantedName(endpoint) ??
      nextInterface(names, network.options['com.docker.network.container_iface_prefix'] ?? 'eth')
    names.add(ifname)
    assigned.push({ ...endpoint, assigned: assignment(ctx, network, endpoint, ifname) })
  }
  return chooseGateway(ctx, assigned)
}

/**
 * What an endpoint has once records are others: its interface, and each address that nobody asked otherwise of and that
 * still lies in a subnet of its network, are kept. One that has nothing assigned stays so.
 */
export function reassign(ctx: EngineContext, endpoint: Endpoint): Endpoint {
  if (!endpoint.assigned) return endpoint
  const ifname = wantedName(endpoint) ?? endpoint.assigned.ifname
  return { ...endpoint, assigned: assignment(ctx, networkOf(ctx, endpoint), endpoint, ifname) }
}

/**
 * Who holds which address of a network now; `except` is not counted. Hundreds may, and nobody asks for more than a few of
 * them: names are looked up when asked for.
 */
export function holdersOf(ctx: EngineContext, network: Network, except?: Endpoint['id'] | Service['id']): Holders {
  const others = new Map([...reserved(ctx, network), ...serviceAddresses(ctx, network, except)])
  const endpoints = ctx.records.endpointsByAddress(network)
  const own = addressesOf(ctx.records.endpoints.get(except as Endpoint['id']) ?? { assigned: null })
  const endpointAt = (address: string): Endpoint | undefined => {
    const endpoint = endpoints.get(address)
    return endpoint?.id === except ? undefined : endpoint
  }
  return {
    get: (address) => {
      const endpoint = endpointAt(address)
      if (!endpoint) return others.get(address)
      return sentence`container ${ctx.records.containers.get(endpoint.containerId)?.name ?? endpoint.containerId}`
    },
    has: (address) => endpointAt(address) !== undefined || others.has(address),
    keys: () => new Set([...endpoints.keys()].filter(endpointAt).concat(...others.keys())),
    // One that does not count may be in a block that is held whole.
    isBlockHeld: (family, first) => own.length === 0 && endpoints.isBlockHeld(family, first),
  }
}

/** The addresses of a network that services have; `except` is not counted. */
export function serviceAddresses(ctx: EngineContext, network: Network, except?: string): [string, Sentence][] {
  return ctx.records
    .servicesOn(network)
    .filter(({ id }) => id !== except)
    .flatMap(({ name, ipv4Address, ipv6Address }) =>
      [ipv4Address, ipv6Address].flatMap((address): [string, Sentence][] =>
        address ? [[address, sentence`service ${name}`]] : [],
      ),
    )
}

/** What the driver keeps for itself, and on a wire that the host is on, too, the host's own addresses. */
function reserved(ctx: EngineContext, network: Network): [string, Sentence][] {
  const driver = ctx.drivers.get(network.driver)
  const own = driver.sharesWire ? ctx.host.addresses() : []
  return [
    ...own.map((address): [string, Sentence] => [address, sentence`this host`]),
    ...(driver.reservedAddresses?.(network) ?? []),
  ]
}

/**
 * The endpoints by which a container's default routes leave, IPv4 and IPv6 each for itself: as Docker, the one with
 * the highest priority, among equals the first network by name; never an internal one.
 */
export function chooseGateway(ctx: EngineContext, endpoints: readonly Endpoint[]): Endpoint[] {
  const ranked = endpoints.toSorted(
    (one, other) =>
      other.requested.gwPriority - one.requested.gwPriority ||
      (networkOf(ctx, one).name < networkOf(ctx, other).name ? -1 : 1),
  )
  const ipv4 = ranked.find(({ assigned }) => assigned?.gateway !== undefined)?.id
  const ipv6 = ranked.find(({ assigned }) => assigned?.ipv6Gateway !== undefined)?.id
  return endpoints.map((endpoint) => {
    if (!endpoint.assigned) return endpoint
    const chosen = { isDefaultGateway: endpoint.id === ipv4, isIpv6DefaultGateway: endpoint.id === ipv6 }
    return { ...endpoint, assigned: { ...endpoint.assigned, ...chosen } }
  })
}

/** Endpoints of a container that has stopped: nothing assigned. */
export function releaseEndpoints(endpoints: readonly Endpoint[]): Endpoint[] {
  return endpoints.map((endpoint) => ({ ...endpoint, assigned: null }))
}

/** Endpoints with the default routes that they would have if all were up; those that are not have nothing else assigned. */
export function foreseeGateways(ctx: EngineContext, endpoints: readonly Endpoint[]): Endpoint[] {
  const prospect = (network: Network): EndpointAssignment => {
    const leads = (family: Family) => network[family] && !network.internal && poolsOf(network, family).length > 0
    return {
      ...{ ifname: '', isDefaultGateway: false, isIpv6DefaultGateway: false },
      ...(leads('ipv4') ? { gateway: '' } : {}),
      ...(leads('ipv6') ? { ipv6Gateway: '' } : {}),
    }
  }
  return chooseGateway(
    ctx,
    endpoints.map((endpoint) =>
      endpoint.assigned ? endpoint : { ...endpoint, assigned: prospect(networkOf(ctx, endpoint)) },
    ),
  )
}

/** Networks of a container, in the order in which its interfaces are numbered. */
export function orderedEndpoints(ctx: EngineContext, container: Container): Endpoint[] {
  return ctx.records
    .endpointsOf(container)
    .toSorted((one, other) => one.createdAt.getTime() - other.createdAt.getTime())
}

function assignment(ctx: EngineContext, network: Network, endpoint: Endpoint, ifname: string): EndpointAssignment {
  const lease = network.ipamDriver === 'dhcp' ? ctx.kernel.leases.get(endpoint.id) : undefined
  const ipv4 = allocate(ctx, network, endpoint, 'ipv4')
  const ipv6 = allocate(ctx, network, endpoint, 'ipv6')
  if (!ipv4 && !ipv6 && !isLoose(network)) {
    throw new PatchbayError('system', sentence`network ${network.name} has no address pool`)
  }
  const driver = ctx.drivers.get(network.driver)
  const others = () => ctx.records.endpointsOn(network).filter(({ id, assigned }) => assigned && id !== endpoint.id)
  driver.checkJoin?.(network, others().length)
  checkOwnMac(ctx, network, endpoint, others)
  const macAddress = endpoint.requested.macAddress ?? (ipv4 ? macOf(ipv4.address) : macFrom(endpoint.id))
  return {
    ifname,
    ...(driver.hasHostEnds ? { hostIfname: `veth${endpoint.id.slice(0, 7)}` } : {}),
    ...(ipv4 ? { ipv4Address: ipv4.address } : {}),
    ...(lease ? { ipv4Address: lease.address } : {}),
    ...(ipv6 ? { ipv6Address: ipv6.address } : {}),
    ...(driver.sharesMac ? {} : { macAddress }),
    ...(ipv4 && !network.internal ? { gateway: ipv4.pool.gateway } : {}),
    ...(lease?.gateway !== undefined && !network.internal ? { gateway: lease.gateway } : {}),
    ...(ipv6 && !network.internal ? { ipv6Gateway: ipv6.pool.gateway } : {}),
    isDefaultGateway: false,
    isIpv6DefaultGateway: false,
  }
}

/** Two that were made with one MAC while neither ran cannot run together. */
function checkOwnMac(
  ctx: EngineContext,
  network: Network,
  endpoint: Endpoint,
  others: () => readonly Endpoint[],
): void {
  const mac = endpoint.requested.macAddress
  const holder = mac === undefined ? undefined : others().find(({ assigned }) => assigned?.macAddress === mac)
  if (!holder) return
  const name = ctx.records.containers.get(holder.containerId)?.name ?? holder.containerId
  throw new PatchbayError(
    'conflict',
    sentence`MAC address ${mac} is already in use on network ${network.name} by container ${name}; stop it, or choose another`,
    { field: 'macAddress' },
  )
}

function allocate(ctx: EngineContext, network: Network, { id, requested, assigned }: Endpoint, family: Family) {
  const pools = poolsOf(network, family)
  if (pools.length === 0) return undefined
  const held = parseAddress(assigned?.[`${family}Address`]?.split('/')[0] ?? '')
  const isKept = held && pools.some(({ subnet }) => contains(getCidr(subnet), held))
  const wanted = requested[`${family}Address`] ?? (isKept ? formatAddress(held) : undefined)
  return allocateAddress(pools, holdersOf(ctx, network, id), wanted, network.name, ctx.addressTurns.of(network))
}

function networkOf(ctx: EngineContext, endpoint: Endpoint): Network {
  const network = ctx.records.networks.get(endpoint.networkId)
  if (network) return network
  throw new PatchbayError('not-found', sentence`network ${endpoint.networkId} does not exist any more; disconnect it`)
}

function wantedName({ requested }: Endpoint): string | undefined {
  return parseEndpointOptions(requested.driverOpts).ifname
}

function nextInterface(names: ReadonlySet<string>, prefix: string): string {
  let number = 0
  while (names.has(`${prefix}${number}`)) number++
  return `${prefix}${number}`
}
