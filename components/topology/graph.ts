import type { Snapshot } from '@/server/observe/snapshot'
import { type Arrangement, arrange } from './arrangement'
import { cableEdges, uplinkEdges } from './graph-edges'
import type { GraphLabels, PanelEdge, PanelNode } from './graph-model'
import { guestNode, hostNode, networkNode, sandboxNode, sizeOfCard, sizeOfHost, trayNode } from './graph-nodes'
import { orderJacks } from './jacks'
import { type LayoutInput, layoutPanel, type Places } from './layout'
import { stripSize, traySize } from './measure'

export interface PanelGraph {
  readonly nodes: readonly PanelNode[]
  readonly edges: readonly PanelEdge[]
  /** Top left corners of what stands on the ground, to be handed in the next time. */
  readonly places: Places
}

/**
 * What the panel draws of a snapshot. Node id = domain id ("host" for the host), edge id = endpoint
 * id. Pure: the same snapshot and places give the same graph.
 */
export function toGraph(snapshot: Snapshot, known: Places, labels: GraphLabels): PanelGraph {
  const arrangement = arrange(snapshot)
  const input = layoutInput(arrangement)
  const places = layoutPanel(input, snapshot.positions, known)
  const jacks = orderJacks(arrangement, places)
  const cards = arrangement.cards.map((card) => sandboxNode(card, arrangement, places, jacks, labels))
  const nodes: PanelNode[] = [
    hostNode(arrangement, places, labels),
    ...(arrangement.none ? [trayNode(arrangement, arrangement.none, places, labels)] : []),
    ...arrangement.strips.map((strip) => networkNode(strip, arrangement, places, jacks, labels)),
    ...cards,
    ...arrangement.onHost.map((guest, index) => guestNode(guest, 'host', index, arrangement, labels)),
    ...arrangement.inTray.map((guest, index) => guestNode(guest, 'none', index, arrangement, labels)),
  ]
  return { nodes, edges: [...uplinkEdges(arrangement), ...cableEdges(arrangement, places, jacks, labels)], places }
}

function layoutInput(arrangement: Arrangement): LayoutInput {
  const stripIds = new Set(arrangement.strips.map((strip) => strip.id))
  return {
    networks: arrangement.strips.map((strip) => ({
      id: strip.id,
      ...stripSize(arrangement.endpointsOf(strip.id).length),
    })),
    sandboxes: arrangement.cards.map((card) => ({
      id: card.id,
      ...sizeOfCard(card, arrangement),
      networkIds: arrangement
        .endpointsOf(card.id)
        .map((endpoint) => endpoint.networkId)
        .filter((id) => stripIds.has(id)),
    })),
    host: sizeOfHost(arrangement),
    tray: arrangement.none ? { id: arrangement.none.id, ...traySize(arrangement.inTray.length) } : null,
  }
}

const noOperations: Snapshot['operations'] = {}

/** What the graph is drawn from: it does not change when an operation is recorded. */
export function withoutOperations(snapshot: Snapshot): Snapshot {
  return { ...snapshot, operations: noOperations }
}
