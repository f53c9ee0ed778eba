import type { ContainerView, DriftView, EndpointView, NetworkView, Snapshot } from '@/server/observe/snapshot'
import { hostNodeId } from './graph-model'
import { groupBy } from './group-by'

/** A snapshot sorted into what stands where on the panel. */
export interface Arrangement {
  readonly snapshot: Snapshot
  /** Networks drawn as strips. */
  readonly strips: readonly NetworkView[]
  readonly hostNetwork: NetworkView | null
  readonly none: NetworkView | null
  readonly cards: readonly ContainerView[]
  readonly onHost: readonly ContainerView[]
  readonly inTray: readonly ContainerView[]
  readonly endpointsOf: (id: string) => readonly EndpointView[]
  readonly driftOf: (id: string) => readonly DriftView[]
}

const noDrift: readonly DriftView[] = []
export const noEndpoints: readonly EndpointView[] = []

export function arrange(snapshot: Snapshot): Arrangement {
  const networks = Object.values(snapshot.networks).toSorted(byPredefinedThenAge)
  const containers = Object.values(snapshot.containers).toSorted(byAge)
  const endpoints = Object.values(snapshot.endpoints).filter(
    (endpoint) => snapshot.networks[endpoint.networkId] && snapshot.containers[endpoint.containerId],
  )
  const byNetwork = groupBy(endpoints, (endpoint) => endpoint.networkId)
  const byContainer = groupBy(endpoints, (endpoint) => endpoint.containerId)
  for (const list of byContainer.values()) list.sort(byInterface)
  const drift = groupByPlace(Object.values(snapshot.drift))
  const endpointsOf = (id: string) => byContainer.get(id) ?? byNetwork.get(id) ?? noEndpoints
  const seatOf = (container: ContainerView) => seat(container, snapshot, endpointsOf(container.id))
  return {
    snapshot,
    strips: networks.filter((network) => !isHost(network) && !isNone(network)),
    hostNetwork: networks.find(isHost) ?? null,
    none: networks.find(isNone) ?? null,
    cards: containers.filter((container) => seatOf(container) === 'ground'),
    onHost: containers.filter((container) => seatOf(container) === 'host'),
    inTray: containers.filter((container) => seatOf(container) === 'none'),
    endpointsOf,
    driftOf: (id) => drift.get(id) ?? noDrift,
  }
}

/** On the ground as a card, on the host's card, or in the tray of those without a network. */
export function seat(container: ContainerView, { networks }: Snapshot, endpoints: readonly EndpointView[]) {
  const joined = endpoints.map((endpoint) => networks[endpoint.networkId]).filter((network) => network !== undefined)
  if (joined.some(isHost) || (joined.length === 0 && container.networkMode === 'host')) return 'host'
  if (joined.some(isNone)) return 'none'
  const hasTray = Object.values(networks).some(isNone)
  return joined.length === 0 && container.networkMode === 'none' && hasTray ? 'none' : 'ground'
}

export function isHost(network: NetworkView): boolean {
  return network.driver === 'host'
}

export function isNone(network: NetworkView): boolean {
  return network.configuration === undefined && (network.driver === 'null' || network.driver === 'none')
}

/** Addresses of a bridge network leave the host under the host's own. */
export function isMasqueraded(network: NetworkView): boolean {
  const option = network.options['com.docker.network.bridge.enable_ip_masquerade']
  return network.driver === 'bridge' && !network.internal && option !== 'false'
}

function byPredefinedThenAge(a: NetworkView, b: NetworkView): number {
  return Number(b.predefined) - Number(a.predefined) || byAge(a, b)
}

function byAge(a: { createdAt: string; name: string }, b: { createdAt: string; name: string }): number {
  return compare(a.createdAt, b.createdAt) || compare(a.name, b.name)
}

function byInterface(a: EndpointView, b: EndpointView): number {
  return compare(a.ifname ?? '~', b.ifname ?? '~', true) || compare(a.id, b.id)
}

export function compare(a: string, b: string, numeric = false): number {
  if (numeric) return a.localeCompare(b, 'en', { numeric })
  return a < b ? -1 : a > b ? 1 : 0
}

/** By each node and cable where it hurts. */
function groupByPlace(drift: readonly DriftView[]): Map<string, DriftView[]> {
  const places = drift.flatMap((item) => placesOf(item).map((id) => ({ id, item })))
  return new Map([...groupBy(places, ({ id }) => id)].map(([id, list]) => [id, list.map(({ item }) => item)]))
}

/** Where a difference hurts; the host is `hostNodeId`. */
export function placesOf({ subjectId, at }: Pick<DriftView, 'subjectId' | 'at'>): readonly string[] {
  return at ?? [subjectId ?? hostNodeId]
}
