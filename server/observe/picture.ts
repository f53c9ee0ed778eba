import { familyOf } from '../cnm/address'
import type { Container, PortBinding } from '../cnm/container'
import type { Endpoint } from '../cnm/endpoint'
import type { HostPlace } from '../cnm/host-place'
import type { Lease } from '../cnm/lease'
import type { Network } from '../cnm/network'
import type { Operation } from '../cnm/operation'
import { type Sentence, sentence, type Told, toTold } from '../cnm/sentence'
import type { Service, ServiceMember } from '../cnm/service'
import type { Health } from '../engine/contract'
import { collisionsOf } from '../ipam/collisions'
import type { NodePosition } from '../store/contract'
import { foreignThings } from './foreign'
import type { ContainerView, EndpointView, HostView, NetworkView, OperationView, Snapshot } from './snapshot'
import type { HostLink } from './sources'
import { containerView, endpointView, type NetworkPlace, networkView, operationView, serviceView } from './views'

/** What a Docker Engine on this host has; the states of devices are filled in from the kernel. */
export interface DockerThings {
  readonly state: HostView['docker']
  readonly networks: readonly NetworkView[]
  readonly containers: readonly ContainerView[]
  readonly endpoints: readonly EndpointView[]
}

export const noDocker: DockerThings = { state: 'absent', networks: [], containers: [], endpoints: [] }

/** Follows a Docker Engine; the real one is server/docker/watcher.ts. */
export interface DockerWatcher {
  readonly things: DockerThings
  /** Connects, and again whenever the engine comes back; calls `changed` after `things` differ. Gives how to stop. */
  start(changed: () => void): () => void
}

/** The records of Patchbay and how they are looked at. */
export interface Records {
  listNetworks(): readonly Network[]
  listContainers(): readonly Container[]
  listEndpoints(): readonly Endpoint[]
  listServices(): readonly Service[]
  serviceMembers(service: Service): readonly ServiceMember[]
  listOperations(): readonly Operation[]
  dnsNames(endpoint: Endpoint): readonly string[]
  lease?(endpoint: Endpoint): Lease | undefined
  publishedPorts(container: Container): readonly PortBinding[]
  health(container: Container): Pick<Health, 'status'> | undefined
  placeOf(network: Network): NetworkPlace
}

export interface PictureParts {
  readonly records: Records
  readonly links: ReadonlyMap<string, HostLink>
  /** Where the host's routes lead, and its name servers. */
  readonly ground?: readonly HostPlace[]
  readonly docker: DockerThings
  readonly positions: readonly NodePosition[]
  readonly host: { readonly name: string; readonly kernel: string; readonly ruleCount: number }
}

const latestOperations = 50

/** Puts records and kernel together. Pure; equal parts give equal pictures. */
export function drawPicture(parts: PictureParts): Snapshot {
  const { records, links, docker } = parts
  const networks = records.listNetworks().map((network) => drawNetwork(network, parts))
  const endpoints = drawEndpoints(records, links)
  const dockerNetworks = docker.networks.map((network) => withDeviceState(network, links))
  const claimed = new Set([...networks, ...dockerNetworks].flatMap((network) => network.device ?? []))
  const foreign = foreignThings(links.values(), claimed, sandboxNumbers(endpoints, links))
  const containers = records
    .listContainers()
    .map((container) =>
      containerView(container, records.publishedPorts(container), records.health(container)?.status ?? null),
    )
  return {
    host: drawHost(parts, endpoints),
    networks: byId([...networks, ...dockerNetworks, ...foreign.networks]),
    containers: byId([...containers, ...docker.containers, ...foreign.containers]),
    endpoints: byId([...endpoints, ...docker.endpoints, ...foreign.endpoints]),
    services: byId(records.listServices().map((service) => serviceView(service, records.serviceMembers(service)))),
    positions: Object.fromEntries(parts.positions.map(({ nodeId, x, y }) => [nodeId, { x, y }])),
    operations: byId(drawOperations(records.listOperations())),
    drift: {},
  }
}

function drawNetwork(network: Network, { records, links, ground = [] }: PictureParts): NetworkView {
  const place = records.placeOf(network)
  const isOwn = (link: string) =>
    link === place.device || link === place.parent || (links.get(link)?.alias?.startsWith('patchbay:') ?? false)
  const subnets = network.pools.map(({ subnet }) => subnet).filter((subnet) => network[familyOf(subnet)])
  const collisions = network.configOnly ? [] : collisionsOf(subnets, ground, isOwn)
  const view = networkView(network, deviceState(place.device ?? place.parent, links), place)
  return collisions.length > 0 ? { ...view, collisions: firstOf(collisions) } : view
}

/** A thousand of them say no more than a few. */
const mostCollisions = 20

function firstOf(collisions: readonly Sentence[]): Told[] {
  const more = collisions.length - mostCollisions
  return more > 0
    ? [...collisions.slice(0, mostCollisions), sentence`${more} more links and routes overlap, too`].map(toTold)
    : collisions.map(toTold)
}

function withDeviceState(network: NetworkView, links: PictureParts['links']): NetworkView {
  return { ...network, deviceState: deviceState(network.device ?? network.parent, links) }
}

function deviceState(device: string | null, links: PictureParts['links']): NetworkView['deviceState'] {
  if (device === null) return 'none'
  const link = links.get(device)
  if (!link) return 'missing'
  return link.up ? 'up' : 'down'
}

function drawEndpoints(records: Records, links: PictureParts['links']): EndpointView[] {
  const running = new Set(records.listContainers().flatMap((one) => (one.state.status === 'running' ? one.id : [])))
  const places = new Map(records.listNetworks().map((network) => [network.id, records.placeOf(network)]))
  return records.listEndpoints().map((endpoint) => {
    const state = running.has(endpoint.containerId)
      ? cableState(endpoint, places.get(endpoint.networkId) ?? noPlace, links)
      : 'idle'
    return endpointView(endpoint, records.dnsNames(endpoint), state, records.lease?.(endpoint))
  })
}

const noPlace: NetworkPlace = { device: null, parent: null }

/**
 * An endpoint without a cable (on host or none) is up as long as its container runs; one whose cable has no
 * end on the host is what the parent below it is.
 */
function cableState(
  endpoint: Endpoint,
  { device, parent }: NetworkPlace,
  links: PictureParts['links'],
): EndpointView['state'] {
  if (!endpoint.assigned) return 'idle'
  const { hostIfname } = endpoint.assigned
  if (hostIfname === undefined) return parent === null ? 'up' : parentState(links.get(parent))
  const link = links.get(hostIfname)
  if (!link) return 'missing'
  return link.up && link.carrier && link.master === device ? 'up' : 'down'
}

function parentState(parent: HostLink | undefined): EndpointView['state'] {
  if (!parent) return 'missing'
  return parent.up && parent.carrier ? 'up' : 'down'
}

/** The kernel's number of a sandbox's namespace, as the host sides of its cables show it, to its container. */
function sandboxNumbers(endpoints: readonly EndpointView[], links: PictureParts['links']): Map<number, string> {
  const numbers = new Map<number, string>()
  for (const { hostIfname, containerId } of endpoints) {
    const number = hostIfname === null ? null : links.get(hostIfname)?.peerNetnsId
    if (number !== null && number !== undefined) numbers.set(number, containerId)
  }
  return numbers
}

function drawHost(parts: PictureParts, endpoints: readonly EndpointView[]): HostView {
  const cables = new Set(endpoints.map((endpoint) => endpoint.hostIfname))
  const uplinks = [...parts.links.values()]
    .filter((link) => leadsOut(link) && !cables.has(link.name))
    .map(({ name, up, addresses }) => ({ name, up, addresses }))
  return { ...parts.host, uplinks, docker: parts.docker.state }
}

/** Tunnel devices that every namespace is born with (tunl0, sit0 …) lead nowhere until somebody sets them up. */
function leadsOut(link: HostLink): boolean {
  if (link.type === 'loopback' || link.kind === 'bridge' || link.master !== null) return false
  if (link.alias?.startsWith('patchbay:')) return false
  return link.type === 'ether' || link.up
}

function drawOperations(operations: readonly Operation[]): OperationView[] {
  return [...operations]
    .sort((one, other) => other.startedAt.getTime() - one.startedAt.getTime())
    .slice(0, latestOperations)
    .map(operationView)
}

function byId<View extends { readonly id: string }>(views: readonly View[]): Record<string, View> {
  return Object.fromEntries(views.map((view) => [view.id, view]))
}
