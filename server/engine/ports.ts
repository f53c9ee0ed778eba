import { isDeepStrictEqual } from 'node:util'
import { type Family, familyOf } from '../cnm/address'
import type { Container, PortBinding, PortRequest } from '../cnm/container'
import type { Endpoint } from '../cnm/endpoint'
import { PatchbayError } from '../cnm/errors'
import { isLoose, type Network } from '../cnm/network'
import { clashes, isEvery, isFixed, parsePortKey, portKey } from '../cnm/ports'
import { type Said, sentence } from '../cnm/sentence'
import { type Service, bindingsOf as servicePorts } from '../cnm/service'
import type { ListeningPort } from '../kernel/listeners'
import type { EngineContext } from './context'
import { PortInUseError } from './port-requests'

/** Where the host chooses: Linux's own range. */
const ephemeral = { first: 32768, last: 60999 }

/**
 * Chooses the host ports of a container that starts. Ports that were named come first, then ranges
 * and free choice by container port; a search goes on after the port that was given last, so that
 * one just given back is not taken again at once. Throws PortInUseError where a running container
 * or a process of the host is in the way. Nothing is chosen where no default route leaves: ports lead
 * to the endpoint that has it. `forReal` false: nothing is remembered. `kept`: what it publishes now, and goes on to
 * where that still answers what is asked.
 */
export async function choosePorts(
  ctx: EngineContext,
  container: Container,
  endpoints: readonly Endpoint[],
  forReal: boolean,
  kept: readonly PortBinding[] = [],
): Promise<PortBinding[]> {
  const requests = wantedPorts(container)
  const ways = waysIn(ctx, endpoints)
  const every = wildcards(ctx, ways)
  if (requests.length === 0 || Object.keys(every).length === 0) return []
  checkProtocols(ctx, endpoints, requests)
  const listening = await ctx.host.listeningPorts()
  const taken = takenPorts(ctx, container.id)
  const turns = forReal ? ctx.portTurns : new Map(ctx.portTurns)
  return namingHolder(ctx, () => {
    const chosen: PortBinding[] = []
    for (const group of groupsOf(requests)) {
      const ports = chooseGroup(group, { taken, kept, listening, host: ctx.host, every, ways, turns })
      taken.push(...ports.map((port): Taken => ({ port, holder: sentence`another port of the same container` })))
      chosen.push(...ports)
    }
    return chosen
  })
}

/** Throws PortInUseError where the host's ports that are to lead to a service cannot be had. */
export async function checkHostPorts(ctx: EngineContext, service: Service): Promise<void> {
  const taken = takenPorts(ctx, service.id)
  const listening = await ctx.host.listeningPorts()
  const ground: Choice = { taken, listening, kept: [], host: ctx.host, every: {}, ways: {}, turns: new Map() }
  await namingHolder(ctx, () => {
    for (const port of servicePorts(service)) {
      if (!isOwn(port.hostIp, ctx.host)) throw new PortInUseError(port, 'no-address', '')
      checkFree(port, ground)
      taken.push({ port, holder: sentence`another port of service ${service.name}` })
    }
  })
}

/** Which process listens is looked up only where one is in the way. */
async function namingHolder<Result>({ host }: EngineContext, choose: () => Result): Promise<Result> {
  try {
    return choose()
  } catch (error) {
    if (!(error instanceof PortInUseError) || error.data.trouble !== 'listening') throw error
    const { protocol, hostPort } = error.port
    const holder = await host.portHolder(protocol, hostPort).catch(() => undefined)
    if (holder === undefined) throw error
    throw new PortInUseError(error.port, 'listening', sentence`${holder.name} (process ${holder.pid})`)
  }
}

/** By all but this container or service. */
function takenPorts({ records }: EngineContext, except: string): Taken[] {
  const holders = [
    ...[...records.containers.values()].map(({ id, name, published }) => ({
      id,
      what: sentence`container ${name}`,
      published,
    })),
    ...[...records.services.values()].map((service) => {
      return { id: service.id, what: sentence`service ${service.name}`, published: servicePorts(service) }
    }),
  ]
  return holders
    .filter(({ id }) => id !== except)
    .flatMap(({ what, published }) => published.map((port): Taken => ({ port, holder: what })))
}

/** What a container publishes follows from nothing that has become another. */
export function keepsPorts(ctx: EngineContext, then: EngineContext, id: Container['id']): boolean {
  const grounds = (one: EngineContext) => {
    const container = one.records.containers.get(id)
    return container && [wantedPorts(container), wildcards(one, waysIn(one, one.records.endpointsOf(container)))]
  }
  return isDeepStrictEqual(grounds(ctx), grounds(then))
}

/** Sockets of the host's, where a network publishes by such, are of TCP and UDP. */
export function checkProtocols(
  ctx: EngineContext,
  endpoints: readonly Endpoint[],
  requests: readonly PortRequest[],
): void {
  const other = requests.find(({ protocol }) => protocol === 'sctp')
  if (!other) return
  const ways = endpoints.filter(({ assigned }) => leavesBy(assigned, 'ipv4') || leavesBy(assigned, 'ipv6'))
  const networks = ways.flatMap(({ networkId }) => ctx.records.networks.get(networkId) ?? [])
  const network = networks.find((one) => obeysHostFirewall(ctx, one))
  if (!network) return
  throw new PatchbayError(
    'invalid-parameter',
    sentence`port ${portKey(other)} cannot be published on network ${network.name}, whose ports obey this host's firewall: that is for tcp and udp; leave the port out, or choose another network`,
    { field: 'ports' },
  )
}

/** These endpoints have a way out in a family in which the container publishes nothing yet. */
export function opensWay(ctx: EngineContext, { published }: Container, endpoints: readonly Endpoint[]): boolean {
  const families = Object.keys(wildcards(ctx, waysIn(ctx, endpoints))) as Family[]
  return families.some((family) => !published.some(({ hostIp }) => familyOf(hostIp) === family))
}

export function obeysHostFirewall({ drivers }: Pick<EngineContext, 'drivers'>, network: Network): boolean {
  return drivers.get(network.driver).obeysHostFirewall?.(network) === true
}

type Ground = Pick<EngineContext, 'records' | 'drivers'>

/** By which endpoint a container gets what comes to the host in a family; `relayed`: handed on in the other one. */
interface Way {
  readonly endpoint: Endpoint
  readonly network: Network
  readonly relayed: boolean
}
export type Ways = Partial<Readonly<Record<Family, Way>>>

export function waysIn(ground: Ground, endpoints: readonly Endpoint[]): Ways {
  const by = (family: Family): { endpoint: Endpoint; network: Network } | undefined => {
    const endpoint = endpoints.find(({ assigned }) => leavesBy(assigned, family))
    const network = endpoint && ground.records.networks.get(endpoint.networkId)
    return endpoint && network ? { endpoint, network } : undefined
  }
  const way = (family: Family, other: Family): Ways => {
    const own = by(family)
    const found = own ?? by(other)
    if (!found || !isPublishing(ground, found.network)) return {}
    const driver = ground.drivers.get(found.network.driver)
    if (!own && !driver.relaysPorts?.(found.network, other)) return {}
    return { [family]: { ...found, relayed: !own } }
  }
  return { ...way('ipv4', 'ipv6'), ...way('ipv6', 'ipv4') }
}

/**
 * The way of a port that is published at this address. IPv4 clients find a container that has IPv6 alone, as in Docker;
 * the other way round only where an address was named. Sockets that hand on are of TCP and UDP.
 */
export function wayOf(ways: Ways, { hostIp, protocol }: Pick<PortBinding, 'hostIp' | 'protocol'>): Way | undefined {
  const family = familyOf(hostIp)
  const way = ways[family]
  const isClosed = way?.relayed && (protocol === 'sctp' || (family === 'ipv6' && isEvery(hostIp)))
  return isClosed ? undefined : way
}

/** Host addresses for which nobody named one, in each family in which ports can be had. */
type Wildcards = Partial<Readonly<Record<Family, string>>>

function wildcards({ drivers }: Ground, { ipv4, ipv6 }: Ways): Wildcards {
  const at = ({ network }: Way, family: Family, every: string): Wildcards => {
    return { [family]: drivers.get(network.driver).hostAddress?.(network, family) ?? every }
  }
  return { ...(ipv4 ? at(ipv4, 'ipv4', '0.0.0.0') : {}), ...(ipv6 && !ipv6.relayed ? at(ipv6, 'ipv6', '::') : {}) }
}

function leavesBy(assigned: Endpoint['assigned'], family: Family): boolean {
  if (!assigned) return false
  return family === 'ipv4' ? assigned.isDefaultGateway : assigned.isIpv6DefaultGateway
}

/** The published ports by the endpoint that they lead to: the one by which the default route of their family leaves. */
export function publishedOn(
  ground: Ground,
  published: readonly PortBinding[],
  endpoints: readonly Endpoint[],
): (endpoint: Endpoint) => PortBinding[] {
  if (published.length === 0) return () => []
  const ways = waysIn(ground, endpoints)
  return ({ id }) => published.filter((port) => wayOf(ways, port)?.endpoint.id === id)
}

/** Where containers are stations of their own on the wire outside, there is nothing to publish. */
function isPublishing({ drivers }: Ground, network: Network): boolean {
  return !isLoose(network) && drivers.get(network.driver).publishesPorts === true
}

/** A container that publishes ports in a family in which it has no way out any more, with those given back; else none. */
export function closedWithout(ground: Ground, endpoints: readonly Endpoint[], container: Container): Container[] {
  const ways = waysIn(ground, endpoints)
  const published = container.published.filter((port) => wayOf(ways, port) !== undefined)
  return published.length === container.published.length ? [] : [{ ...container, published }]
}

export function publishes(container: Container): boolean {
  return wantedPorts(container).length > 0
}

/** What is published now; of a container that does not run, what its next start takes for certain. */
export function publishedPorts({ sandbox, published, ports }: Container): readonly PortBinding[] {
  return sandbox
    ? published
    : ports.filter(isFixed).map(({ protocol, containerPort, hostIp, hostPort }) => ({
        ...{ protocol, containerPort, hostPort },
        hostIp: hostIp || '0.0.0.0',
      }))
}

/** The ports that it asked for, and where all are to be published, those that it exposes. */
export function wantedPorts({ ports, options }: Pick<Container, 'ports' | 'options'>): PortRequest[] {
  const asked = new Set(ports.map(portKey))
  const exposed = options.publishAll ? options.exposedPorts.filter((key) => !asked.has(key)) : []
  return [...ports, ...exposed.map((key): PortRequest => ({ ...parsePortKey(key), hostIp: '', hostPort: 0 }))]
}

interface Taken {
  readonly port: PortBinding
  readonly holder: Said
}

interface Choice {
  readonly taken: readonly Taken[]
  /** The container's own of before. */
  readonly kept: readonly PortBinding[]
  readonly listening: readonly ListeningPort[]
  /** Whose addresses they are published at. */
  readonly host: EngineContext['host']
  readonly every: Wildcards
  readonly ways: Ways
  readonly turns: Map<string, number>
}

const protocols = ['tcp', 'udp', 'sctp']

/** Requests that differ in the address alone are given the same port of the host, as Docker does. */
function groupsOf(requests: readonly PortRequest[]): PortRequest[][] {
  const groups: PortRequest[][] = []
  for (const request of requests.toSorted(compare)) {
    const group = groups.at(-1)
    const isKin = group?.every((other) => compare(other, request) === 0 && other.hostIp !== request.hostIp)
    if (group && isKin && !isFixed(request)) group.push(request)
    else groups.push([request])
  }
  return groups
}

function compare(one: PortRequest, other: PortRequest): number {
  return (
    Number(isFixed(other)) - Number(isFixed(one)) ||
    one.containerPort - other.containerPort ||
    protocols.indexOf(one.protocol) - protocols.indexOf(other.protocol) ||
    one.hostPort - other.hostPort ||
    (one.hostPortEnd ?? one.hostPort) - (other.hostPortEnd ?? other.hostPort)
  )
}

function chooseGroup(group: readonly PortRequest[], ground: Choice): PortBinding[] {
  const [request] = group
  if (!request) return []
  const at = (hostPort: number) => group.flatMap((one) => bindingsOf(one, hostPort, ground))
  for (const port of at(request.hostPort)) {
    if (!isOwn(port.hostIp, ground.host)) throw new PortInUseError(port, 'no-address', '')
  }
  if (isFixed(request)) {
    const ports = at(request.hostPort)
    for (const port of ports) checkFree(port, ground)
    return ports
  }
  const { first, last } = rangeOf(request)
  const turn = `${request.hostIp || '0.0.0.0'} ${request.protocol} ${first}-${last}`
  const fits = (port: number) => at(port).every((one) => isFree(one, ground))
  const own = ground.kept.find((one) => {
    return portKey(one) === portKey(request) && one.hostPort >= first && one.hostPort <= last && fits(one.hostPort)
  })
  if (own) return at(own.hostPort)
  const found = search(first, last, ground.turns.get(turn), fits)
  if (found === undefined) throw noneFree(request)
  ground.turns.set(turn, found)
  return at(found)
}

/** One for each family in which it can be reached; none for an address of a family that has no way out. */
function bindingsOf(
  { protocol, containerPort, hostIp }: PortRequest,
  hostPort: number,
  { every, ways }: Pick<Choice, 'every' | 'ways'>,
): PortBinding[] {
  return (hostIp === '' ? Object.values(every) : [hostIp])
    .map((address): PortBinding => ({ protocol, containerPort, hostIp: address, hostPort }))
    .filter((port) => wayOf(ways, port) !== undefined)
}

function rangeOf({ hostPort, hostPortEnd = hostPort }: PortRequest): { first: number; last: number } {
  return hostPort === 0 ? ephemeral : { first: hostPort, last: hostPortEnd }
}

/** Begins after the one given last, and comes round once. */
function search(
  first: number,
  last: number,
  given: number | undefined,
  fits: (port: number) => boolean,
): number | undefined {
  const size = last - first + 1
  const begin = given === undefined ? 0 : given + 1 - first
  for (let step = 0; step < size; step++) {
    const port = first + ((begin + step) % size)
    if (fits(port)) return port
  }
  return undefined
}

function isFree(port: PortBinding, ground: Choice): boolean {
  return !ground.taken.some((other) => clashes(other.port, port)) && !isListened(port, ground)
}

/** Of a port that is published already it does not matter who has begun to listen behind it. */
function isListened(port: PortBinding, { listening, kept }: Choice): boolean {
  return !kept.some((own) => clashes(own, port)) && listening.some((other) => clashes(bound(other), port))
}

function checkFree(port: PortBinding, ground: Choice): void {
  const { taken } = ground
  const holder = taken.find((other) => clashes(other.port, port))?.holder
  if (holder !== undefined) throw new PortInUseError(port, 'allocated', holder)
  if (isListened(port, ground)) {
    throw new PortInUseError(port, 'listening', sentence`a process of this host`)
  }
}

/** The host is asked for its addresses only where one was named: with 500 networks it takes 4 ms to list them. */
function isOwn(hostIp: string, host: Pick<EngineContext['host'], 'addresses'>): boolean {
  return isEvery(hostIp) || hostIp.startsWith('127.') || hostIp === '::1' || host.addresses().includes(hostIp)
}

function bound({ protocol, port, address }: ListeningPort): Omit<PortBinding, 'containerPort'> {
  return { protocol, hostPort: port, hostIp: address }
}

function noneFree(request: PortRequest): PatchbayError {
  const { first, last } = rangeOf(request)
  return new PatchbayError(
    'unavailable',
    sentence`no host port between ${first} and ${last} is free for container port ${portKey(request)}; name another`,
    { field: 'ports' },
  )
}
