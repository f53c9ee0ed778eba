'use client'

import { replaceEqualDeep } from '@tanstack/react-query'
import type { EdgeChange, NodeChange } from '@xyflow/react'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useTRPCClient } from '@/components/trpc/client'
import { toast } from '@/components/ui/toast'
import type { Snapshot } from '@/server/observe/snapshot'
import { type PanelGraph, toGraph } from './graph'
import type { GraphLabels, PanelEdge, PanelNode } from './graph-model'
import type { Places } from './layout'
import type { Point } from './measure'
import { usePanel, usePanelStore } from './panel-state'
import { readPlaces, writePlaces } from './places'

const nothing: Places = {}

/** The graph of the live picture; what did not change keeps its identity, so that only what is new is drawn. */
export function useGraph(snapshot: Snapshot, labels: GraphLabels): PanelGraph {
  const tidied = usePanel((state) => state.tidied)
  const last = useRef<{ graph: PanelGraph; tidied: number } | null>(null)
  const graph = useMemo(() => {
    const before = last.current
    const isAnew = before !== null && before.tidied !== tidied
    const known = isAnew ? nothing : (before?.graph.places ?? readPlaces(snapshot.host.name))
    const next = toGraph(isAnew ? { ...snapshot, positions: nothing } : snapshot, known, labels)
    const kept = before ? keepEqual(before.graph, next) : next
    last.current = { graph: kept, tidied }
    return kept
  }, [snapshot, labels, tidied])
  useEffect(() => writePlaces(snapshot.host.name, graph.places), [snapshot.host.name, graph.places])
  return graph
}

function keepEqual(before: PanelGraph, after: PanelGraph): PanelGraph {
  const nodes = new Map(before.nodes.map((node) => [node.id, node]))
  const edges = new Map(before.edges.map((edge) => [edge.id, edge]))
  return {
    nodes: after.nodes.map((node) => replaceEqualDeep(nodes.get(node.id), node)),
    edges: after.edges.map((edge) => replaceEqualDeep(edges.get(edge.id), edge)),
    places: replaceEqualDeep(before.places, after.places),
  }
}

/**
 * What React Flow is given: the graph, and of its own only what is selected and what is just being
 * dragged. A card that was let go is saved, and stays where it is until the picture says the same.
 */
export function useFlowState(graph: PanelGraph) {
  const store = usePanelStore()
  const client = useTRPCClient()
  const selectedNodes = usePanel((state) => state.selectedNodes)
  const selectedCables = usePanel((state) => state.selectedCables)
  const [dragged, setDragged] = useState<Places>(nothing)
  const dressed = useRef(new Map<string, { from: PanelNode; node: PanelNode }>())

  const nodes = useMemo(
    () => graph.nodes.map((node) => dress(dressed.current, node, selectedNodes.has(node.id), dragged[node.id])),
    [graph, selectedNodes, dragged],
  )
  const edges = useMemo(
    () => graph.edges.map((edge): PanelEdge => (selectedCables.has(edge.id) ? { ...edge, selected: true } : edge)),
    [graph, selectedCables],
  )

  const onNodesChange = useCallback(
    (changes: NodeChange<PanelNode>[]) => {
      const selected = applySelection(store.get().selectedNodes, changes)
      if (selected) store.set({ selectedNodes: selected })
      const moved = changes.flatMap((change) =>
        change.type === 'position' && change.position ? [{ id: change.id, ...change.position }] : [],
      )
      if (moved.length === 0) return
      setDragged((before) => ({ ...before, ...Object.fromEntries(moved.map(({ id, x, y }) => [id, { x, y }])) }))
    },
    [store],
  )
  const onEdgesChange = useCallback(
    (changes: EdgeChange<PanelEdge>[]) => {
      const selected = applySelection(store.get().selectedCables, changes)
      if (selected) store.set({ selectedCables: selected })
    },
    [store],
  )
  const save = useCallback(
    async (moved: readonly PanelNode[]) => {
      const positions = moved.map(({ id, position }) => ({
        nodeId: id,
        x: Math.round(position.x),
        y: Math.round(position.y),
      }))
      try {
        await client.host.moveNodes.mutate({ positions })
      } catch (error) {
        toast.failed(error instanceof Error ? error.message : String(error))
      } finally {
        setTimeout(
          () =>
            setDragged((before) =>
              without(
                before,
                positions.map(({ nodeId }) => nodeId),
              ),
            ),
          400,
        )
      }
    },
    [client],
  )
  return { nodes, edges, onNodesChange, onEdgesChange, save }
}

function applySelection<Change extends { type: string }>(
  before: ReadonlySet<string>,
  changes: readonly Change[],
): ReadonlySet<string> | null {
  const selections = changes.filter(
    (change): change is Change & { type: 'select'; id: string; selected: boolean } => change.type === 'select',
  )
  if (selections.length === 0) return null
  const after = new Set(before)
  for (const { id, selected } of selections) {
    if (selected) after.add(id)
    else after.delete(id)
  }
  return after
}

/** The node as it is drawn; the same object while nothing about it changed. */
function dress(
  cache: Map<string, { from: PanelNode; node: PanelNode }>,
  from: PanelNode,
  selected: boolean,
  position: Point | undefined,
): PanelNode {
  const last = cache.get(from.id)
  const place = position ?? from.position
  if (
    last?.from === from &&
    (last.node.selected ?? false) === selected &&
    last.node.position.x === place.x &&
    last.node.position.y === place.y
  ) {
    return last.node
  }
  const node: PanelNode = { ...from, selected, position: place }
  cache.set(from.id, { from, node })
  return node
}

function without(places: Places, ids: readonly string[]): Places {
  return Object.fromEntries(Object.entries(places).filter(([id]) => !ids.includes(id)))
}
