import { ConnectionMode } from '@xyflow/react'

/** Of a graph that is looked at: nothing in it is moved, plugged or chosen. */
export const still = {
  connectionMode: ConnectionMode.Loose,
  nodesDraggable: false,
  nodesConnectable: false,
  nodesFocusable: false,
  edgesFocusable: false,
  edgesReconnectable: false,
  elementsSelectable: false,
  minZoom: 0.1,
  maxZoom: 2,
} as const
