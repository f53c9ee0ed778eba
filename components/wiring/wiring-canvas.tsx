'use client'

import {
  type NodeChange,
  type NodeTypes,
  PanOnScrollMode,
  ReactFlow,
  useReactFlow,
  useStore,
  useStoreApi,
} from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import { useTranslations } from 'next-intl'
import { useCallback, useEffect, useLayoutEffect } from 'react'
import type { Point } from '../topology/measure'
import { fitViewport } from '../topology/viewport'
import { BoardNode } from './board-node'
import { CardNode } from './card-node'
import { FarDrawing } from './far-drawing'
import { FlowDrawing } from './flow-drawing'
import { hostBoardId, type WiringGraph, type WiringNode } from './graph'
import { tileJack } from './measure'
import { useWiringKeys } from './wiring-keys'
import { useWiringState, useWiringStore } from './wiring-state'

const nodeTypes: NodeTypes = { board: BoardNode, card: CardNode }

const fromFar = 0.45
const quickMs = 160

/** The wiring to walk through: cables cannot be plugged here, the network picture is where that is done. */
export function WiringCanvas({ graph }: { graph: WiringGraph }) {
  const t = useTranslations('wiring')
  const store = useWiringStore()
  const isFar = useWiringState((state) => state.isFar)
  const showAll = useShowAll(graph)
  const onKeyDown = useWiringKeys(graph)
  useLevel()
  useShowAsked(graph)

  /** Enter and the pointer select alike. */
  function onNodesChange(changes: NodeChange<WiringNode>[]) {
    for (const change of changes) {
      if (change.type !== 'select' || !change.selected) continue
      const node = graph.nodes.find(({ id }) => id === change.id)
      if (node) store.set({ selected: namedBy(node) })
    }
  }

  return (
    <div className="wiring" data-far={isFar || undefined}>
      <ReactFlow<WiringNode>
        onKeyDown={onKeyDown}
        nodes={graph.nodes as WiringNode[]}
        nodeTypes={nodeTypes}
        onNodesChange={onNodesChange}
        onPaneClick={() => store.set({ selected: null })}
        onInit={() => showAll(true)}
        nodesDraggable={false}
        nodesConnectable={false}
        minZoom={0.05}
        maxZoom={2}
        panOnScroll
        panOnScrollMode={PanOnScrollMode.Free}
        zoomOnDoubleClick={false}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        deleteKeyCode={null}
        onlyRenderVisibleElements
        aria-label={t('label')}
        ariaLabelConfig={{
          'node.a11yDescription.default': t('keys'),
          'node.a11yDescription.keyboardDisabled': t('keys'),
        }}
      >
        <FarDrawing graph={graph} />
        <FlowDrawing graph={graph} />
      </ReactFlow>
    </div>
  )
}

/** What a node stands for when it is selected as a whole. */
function namedBy({ id, data }: WiringNode): string {
  return id === hostBoardId ? data.namespace.id : id
}

export function useShowAll(graph: WiringGraph): (isAtOnce?: boolean) => void {
  const flow = useReactFlow()
  const store = useStoreApi()
  return useCallback(
    (isAtOnce = false) => {
      const { width, height } = store.getState()
      const bounds = flow.getNodesBounds(graph.nodes as WiringNode[])
      if (width === 0 || bounds.width === 0) return
      const viewport = fitViewport(bounds, { width, height }, false)
      void flow.setViewport({ ...viewport, zoom: Math.max(0.05, viewport.zoom) }, { duration: isAtOnce ? 0 : quickMs })
    },
    [flow, store, graph],
  )
}

/** Two levels of detail: from far, what could not be read is not drawn at all. */
function useLevel(): void {
  const store = useWiringStore()
  const isFar = useStore(({ transform: [, , zoom] }) => zoom < fromFar)
  useLayoutEffect(() => store.set({ isFar }), [store, isFar])
}

/** What was chosen elsewhere is brought into sight, large enough to be read. */
function useShowAsked(graph: WiringGraph): void {
  const flow = useReactFlow()
  const store = useWiringStore()
  const asked = useWiringState((state) => state.asked)
  useEffect(() => {
    if (asked === null) return
    const node = graph.nodes.find((one) => one.id === (graph.nodeOf.get(asked) ?? asked) || namedBy(one) === asked)
    if (!node) return
    store.set({ asked: null })
    const centre = middleOf(node, asked)
    void flow.setCenter(centre.x, centre.y, { zoom: Math.max(0.9, Math.min(1, flow.getZoom())), duration: quickMs })
  }, [asked, graph, flow, store])
}

/** Of the interface on it that is meant, else of the node itself, as far as it can be seen at once. */
function middleOf({ type, position, width = 0, height = 0, data }: WiringNode, asked: string): Point {
  const tiles = type === 'board' ? data.tiles : []
  const index = tiles.findIndex(({ id }) => id === asked)
  const middle = index < 0 ? { x: width / 2, y: Math.min(height, 400) / 2 } : tileJack(index, tiles.length)
  return { x: position.x + middle.x, y: position.y + middle.y }
}
