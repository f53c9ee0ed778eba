import type { ContainerView, EndpointView, NetworkView } from '@/server/observe/snapshot'
import { type Arrangement, noEndpoints } from './arrangement'
import { findGrip } from './cable-grip'
import { findLane, type Lane } from './cable-path'
import { type CableData, type CableEdge, domNames, type GraphLabels, hostNodeId, type UplinkEdge } from './graph-model'
import { reachesOut, sizeOfCard, sizeOfHost } from './graph-nodes'
import type { Jacks } from './jacks'
import type { Places } from './layout'
import { cardJack, type Point, stripJack, stripSize, traySize } from './measure'

/** Thin lines from the host's card to the networks that reach outside. */
export function uplinkEdges(arrangement: Arrangement): UplinkEdge[] {
  return arrangement.strips.filter(reachesOut).map((network) => ({
    id: `uplink:${network.id}`,
    type: 'uplink',
    source: hostNodeId,
    target: network.id,
    sourceHandle: `uplink:${network.id}`,
    targetHandle: 'uplink',
    data: { colour: network.colour },
    selectable: false,
    focusable: false,
    domAttributes: { 'aria-hidden': true },
    reconnectable: false,
    zIndex: 0,
  }))
}

/** One cable an endpoint, from its network's jack to its sandbox's. */
export function cableEdges(arrangement: Arrangement, places: Places, jacks: Jacks, labels: GraphLabels): CableEdge[] {
  const boxes = arrangement.cards.map((card) => ({ id: card.id, ...boxOf(card, arrangement, places) }))
  const strips = stripBoxes(arrangement, places)
  const stripOf = new Map(strips.map((strip) => [strip.id, strip]))
  const nodes = [...boxes, ...strips, ...otherBoxes(arrangement, places)]
  const grips: Point[] = []
  const crowd = new Map<number, number>()
  return arrangement.cards.flatMap((card) => {
    const plugged = jacks.ofSandbox.get(card.id) ?? noEndpoints
    const box = boxOf(card, arrangement, places)
    const others = [...boxes.filter((other) => other.id !== card.id), ...strips]
    return plugged.flatMap((endpoint, index) => {
      const network = arrangement.snapshot.networks[endpoint.networkId]
      const strip = stripOf.get(endpoint.networkId)
      if (!network || !strip) return []
      const order = jacks.ofNetwork.get(network.id) ?? noEndpoints
      const jack = stripJack(order.indexOf(endpoint), order.length)
      const to = { x: box.x + cardJack(index, plugged.length).x, y: box.y }
      const from = { x: strip.x + jack.x, y: strip.y + strip.height }
      const lane = spread(findLane(from, to, box, others), to.x, crowd)
      const grip = findGrip(from, to, lane, nodes, grips)
      grips.push(grip)
      return [cable(endpoint, network, card, arrangement, { lane, grip: grip.share }, labels)]
    })
  })
}

/** Cables in one gap lie side by side, as in a cable duct. */
function spread(lane: Lane | null, toX: number, crowd: Map<number, number>): Lane | null {
  if (!lane) return null
  const gap = Math.round(toX + lane.dx)
  const before = crowd.get(gap) ?? 0
  crowd.set(gap, before + 1)
  return { ...lane, dx: lane.dx + ((before % 7) - 3) * 4 }
}

function cable(
  endpoint: EndpointView,
  network: NetworkView,
  container: ContainerView,
  arrangement: Arrangement,
  way: Pick<CableData, 'lane' | 'grip'>,
  labels: GraphLabels,
): CableEdge {
  const drift = arrangement.driftOf(endpoint.id)
  return {
    id: endpoint.id,
    type: 'cable',
    source: network.id,
    target: container.id,
    sourceHandle: endpoint.id,
    targetHandle: endpoint.id,
    // Its grip is what is focused and read out.
    focusable: false,
    domAttributes: { 'aria-hidden': true },
    reconnectable: network.origin === 'patchbay' && container.origin === 'patchbay',
    // What is wrong has to be seen, whatever else lies in the same gap.
    zIndex: drift.length > 0 || endpoint.state === 'missing' || endpoint.state === 'down' ? 1 : 0,
    data: {
      endpoint,
      networkName: network.name,
      containerName: container.name,
      colour: network.colour,
      ...way,
      domNames: domNames(labels.roles.cable, `endpoint:${container.name}:${network.name}`),
      label: labels.endpoint(endpoint, container.name, network.name),
      drift,
    },
  }
}

function stripBoxes(arrangement: Arrangement, places: Places) {
  return arrangement.strips.map(({ id }) => ({
    ...{ id, ...(places[id] ?? { x: 0, y: 0 }) },
    ...stripSize(arrangement.endpointsOf(id).length),
  }))
}

/** Of all nodes but cards and strips. */
function otherBoxes(arrangement: Arrangement, places: Places) {
  const { none } = arrangement
  const sizes = [
    { id: hostNodeId, ...sizeOfHost(arrangement) },
    ...(none ? [{ id: none.id, ...traySize(arrangement.inTray.length) }] : []),
  ]
  return sizes.flatMap(({ id, width, height }) => (places[id] ? [{ ...places[id], width, height }] : []))
}

function boxOf(card: ContainerView, arrangement: Arrangement, places: Places) {
  return { ...(places[card.id] ?? { x: 0, y: 0 }), ...sizeOfCard(card, arrangement) }
}
