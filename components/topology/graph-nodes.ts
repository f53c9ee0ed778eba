import type { NodeHandle } from '@xyflow/react'
import type { ContainerView, EndpointView, NetworkView } from '@/server/observe/snapshot'
import { takersOf } from '../network/configuration'
import { type Arrangement, compare, isMasqueraded, noEndpoints } from './arrangement'
import {
  domNames,
  freeHandle,
  type GraphLabels,
  type HostNode,
  hostNodeId,
  type Interface,
  type NetworkNode,
  type PublishedPort,
  type SandboxNode,
  type TrayNode,
} from './graph-model'
import type { Jacks } from './jacks'
import type { Places } from './layout'
import {
  cardJack,
  cardSize,
  childSize,
  hostChild,
  hostSize,
  type Point,
  type Size,
  stripJack,
  stripSize,
  trayChild,
  traySize,
} from './measure'
import { mergeFamilies } from './ports'

export function sizeOfCard(card: ContainerView, arrangement: Arrangement): Size {
  return cardSize(arrangement.endpointsOf(card.id).length, card.ports.length)
}

export function sizeOfHost(arrangement: Arrangement): Size {
  return hostSize(hostLines(arrangement), arrangement.onHost.length)
}

function hostLines(arrangement: Arrangement): number {
  return Number(publishedPorts(arrangement).length > 0) + Number(arrangement.strips.some(isMasqueraded))
}

function publishedPorts({ snapshot }: Arrangement): PublishedPort[] {
  return Object.values(snapshot.containers)
    .flatMap((container) => mergeFamilies(container.ports).map((port) => ({ ...port, containerName: container.name })))
    .filter((port) => port.hostPort > 0)
    .toSorted((a, b) => a.hostPort - b.hostPort)
}

export function networkNode(
  network: NetworkView,
  arrangement: Arrangement,
  places: Places,
  jacks: Jacks,
  labels: GraphLabels,
): NetworkNode {
  const endpoints = jacks.ofNetwork.get(network.id) ?? noEndpoints
  const size = stripSize(endpoints.length)
  const plugs = endpoints.map((endpoint, index) => ({
    endpointId: endpoint.id,
    state: endpoint.state,
    ...stripJack(index, endpoints.length),
  }))
  const freeJack = stripJack(endpoints.length, endpoints.length)
  const services = Object.values(arrangement.snapshot.services).filter(({ networkId }) => networkId === network.id)
  const takers = takersOf(network, arrangement.snapshot.networks).map(({ name }) => name)
  return {
    id: network.id,
    type: 'network',
    ...standing(places[network.id], size),
    ariaLabel: labels.network(network, endpoints.length, takers),
    domAttributes: domNames(labels.roles.network, `network:${network.name}`),
    data: { network, takers, jacks: plugs, freeJack, services, drift: arrangement.driftOf(network.id) },
    handles: network.configuration
      ? []
      : [
          { ...handle('uplink', { x: size.width / 2, y: 0 }), position: 'top' as NodeHandle['position'] },
          ...plugs.map((jack) => handle(jack.endpointId, { x: jack.x, y: size.height })),
          freeJackHandle({ x: freeJack.x, y: size.height }, 'bottom'),
        ],
  }
}

export function sandboxNode(
  container: ContainerView,
  arrangement: Arrangement,
  places: Places,
  jacks: Jacks,
  labels: GraphLabels,
): SandboxNode {
  const plugged = jacks.ofSandbox.get(container.id) ?? noEndpoints
  const interfaces = interfacesOf(container, plugged, arrangement)
  const freeJack = cardJack(plugged.length, plugged.length)
  return {
    id: container.id,
    type: 'sandbox',
    ...standing(places[container.id], sizeOfCard(container, arrangement)),
    domAttributes: domNames(labels.roles.sandbox, `sandbox:${container.name}`),
    ariaLabel: labels.sandbox(
      container,
      interfaces.map((item) => item.networkName),
    ),
    data: { container, interfaces, freeJack, drift: arrangement.driftOf(container.id), seat: 'ground' },
    handles: [...interfaces.map(({ jack }) => handle(jack.endpointId, jack, 'top')), freeJackHandle(freeJack, 'top')],
  }
}

/** In the order of their names; each with its jack. */
function interfacesOf(
  container: ContainerView,
  plugged: readonly EndpointView[],
  arrangement: Arrangement,
): Interface[] {
  return arrangement.endpointsOf(container.id).map((endpoint) => {
    const network = arrangement.snapshot.networks[endpoint.networkId]
    const place = cardJack(plugged.indexOf(endpoint), plugged.length)
    return {
      endpoint,
      networkName: network?.name ?? '',
      colour: network?.colour ?? 0,
      jack: { endpointId: endpoint.id, state: endpoint.state, ...place },
    }
  })
}

export function guestNode(
  container: ContainerView,
  seat: 'host' | 'none',
  index: number,
  arrangement: Arrangement,
  labels: GraphLabels,
): SandboxNode {
  const place = seat === 'host' ? hostChild(index, hostLines(arrangement)) : trayChild(index)
  return {
    id: container.id,
    type: 'sandbox',
    ...standing(place, childSize),
    parentId: seat === 'host' ? hostNodeId : (arrangement.none?.id ?? hostNodeId),
    draggable: false,
    domAttributes: domNames(labels.roles.sandbox, `sandbox:${container.name}`),
    ariaLabel: labels.sandbox(container, [seat]),
    data: {
      container,
      interfaces: [],
      freeJack: { x: childSize.width / 2, y: 0 },
      drift: arrangement.driftOf(container.id),
      seat,
    },
    handles: [freeJackHandle({ x: childSize.width / 2, y: 0 }, 'top')],
  }
}

export function hostNode(arrangement: Arrangement, places: Places, labels: GraphLabels): HostNode {
  const { host } = arrangement.snapshot
  const size = sizeOfHost(arrangement)
  const jacks = hostJacks(arrangement, places, size.width)
  return {
    id: hostNodeId,
    type: 'host',
    ...standing(places[hostNodeId], size),
    ariaLabel: labels.host(host),
    domAttributes: domNames(labels.roles.host, 'network:host'),
    data: {
      host,
      ports: publishedPorts(arrangement),
      masquerade: arrangement.strips
        .filter(isMasqueraded)
        .flatMap((network) => network.pools.map((pool) => pool.subnet)),
      network: arrangement.hostNetwork,
      jacks,
      guests: arrangement.onHost.length,
      drift: arrangement.driftOf(hostNodeId),
    },
    handles: [
      ...jacks.map((jack) => handle(`uplink:${jack.networkId}`, { x: jack.x, y: size.height })),
      freeJackHandle({ x: size.width / 2, y: size.height }, 'bottom'),
    ],
  }
}

function hostJacks(arrangement: Arrangement, places: Places, width: number) {
  const reached = arrangement.strips
    .filter(reachesOut)
    .toSorted((a, b) => (places[a.id]?.x ?? 0) - (places[b.id]?.x ?? 0) || compare(a.id, b.id))
  const spacing = Math.min(64, (width - 48) / Math.max(1, reached.length))
  return reached.map((network, index) => ({
    networkId: network.id,
    x: width / 2 + (index - (reached.length - 1) / 2) * spacing,
  }))
}

export function reachesOut(network: NetworkView): boolean {
  return (network.driver === 'bridge' || network.parent !== null) && !network.internal
}

export function trayNode(
  arrangement: Arrangement,
  network: NetworkView,
  places: Places,
  labels: GraphLabels,
): TrayNode {
  const size = traySize(arrangement.inTray.length)
  return {
    id: network.id,
    type: 'tray',
    ...standing(places[network.id], size),
    ariaLabel: labels.tray(network),
    domAttributes: domNames(labels.roles.network, `network:${network.name}`),
    data: { network, guests: arrangement.inTray.length },
    handles: [freeJackHandle({ x: size.width / 2, y: size.height }, 'bottom')],
  }
}

/** Sizes are known beforehand, so that nothing has to be measured in the page. */
function standing(place: Point | undefined, size: Size) {
  return { position: place ?? { x: 0, y: 0 }, ...size, measured: size }
}

function handle(id: string, at: Point, position: 'top' | 'bottom' = 'bottom'): NodeHandle {
  return { id, type: 'source', position: position as NodeHandle['position'], x: at.x, y: at.y, width: 0, height: 0 }
}

function freeJackHandle(at: Point, position: 'top' | 'bottom'): NodeHandle {
  return handle(freeHandle, at, position)
}
