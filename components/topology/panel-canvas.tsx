'use client'

import {
  Background,
  BackgroundVariant,
  ConnectionMode,
  PanOnScrollMode,
  ReactFlow,
  SelectionMode,
  useReactFlow,
  useStore,
} from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import { useTranslations } from 'next-intl'
import { type MouseEvent as ReactMouseEvent, type RefObject, useEffect, useRef } from 'react'
import type { Snapshot } from '@/server/observe/snapshot'
import { useCableGesture } from './cable-gesture'
import { edgeTypes, nodeTypes } from './drawings'
import { CableInHand } from './edges/cable-in-hand'
import { PendingCable } from './edges/pending-cable'
import { useFit } from './fit'
import type { PanelGraph } from './graph'
import type { PanelEdge, PanelNode } from './graph-model'
import { useFlowState } from './graph-state'
import { useLevel } from './level'
import { usePanelKeys } from './panel-keys'
import { usePanelStore } from './panel-state'

const noConnection = () => false

/** A cable that is just being removed loses its jacks a moment before itself; all else is worth a word. */
function reportError(code: string, message: string): void {
  if (code !== '008') console.warn(message)
}

const stillReadable = 0.58

export interface PanelCanvasProps {
  graph: PanelGraph
  snapshot: RefObject<Snapshot>
  /** The panel's element; its `data-level` follows the zoom. */
  panel: RefObject<HTMLElement | null>
  /** Where in the window and on the ground somebody asked for something new. */
  onGround: (at: { x: number; y: number }, place: { x: number; y: number }) => void
}

/** The graph with its gestures. */
export function PanelCanvas({ graph, snapshot, panel, onGround }: PanelCanvasProps) {
  const t = useTranslations('panel')
  const store = usePanelStore()
  const flow = useReactFlow<PanelNode, PanelEdge>()
  const state = useFlowState(graph)
  const gesture = useCableGesture(snapshot)
  const untouched = useRef(true)
  usePanelKeys(snapshot, gesture)
  useLevel(panel)
  const showAll = useFit()
  useShowNewcomers(graph, untouched, showAll)
  useShowWhenNarrow(untouched, showAll)

  function onDoubleClick(event: ReactMouseEvent) {
    if (!(event.target instanceof Element) || !event.target.classList.contains('react-flow__pane')) return
    const at = { x: event.clientX, y: event.clientY }
    onGround(at, flow.screenToFlowPosition(at))
  }

  return (
    <ReactFlow<PanelNode, PanelEdge>
      nodes={state.nodes}
      edges={state.edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      onNodesChange={state.onNodesChange}
      onEdgesChange={state.onEdgesChange}
      onNodeDragStop={(_event, _node, moved) => void state.save(moved)}
      onSelectionDragStop={(_event, moved) => void state.save(moved)}
      onConnectStart={gesture.onConnectStart}
      onConnectEnd={gesture.onConnectEnd}
      onReconnectStart={gesture.onReconnectStart}
      onReconnect={() => undefined}
      isValidConnection={noConnection}
      onError={reportError}
      connectionMode={ConnectionMode.Loose}
      connectionLineComponent={CableInHand}
      connectionRadius={0}
      reconnectRadius={9}
      onMoveEnd={(event) => {
        if (event) untouched.current = false
      }}
      onDoubleClick={onDoubleClick}
      onPaneClick={() => store.set({ refusal: null })}
      onInit={() => showAll({ isAtOnce: true })}
      minZoom={0.1}
      maxZoom={2.5}
      panOnScroll
      panOnScrollMode={PanOnScrollMode.Free}
      zoomOnDoubleClick={false}
      selectionKeyCode="Shift"
      multiSelectionKeyCode={['Shift', 'Meta', 'Control']}
      selectionMode={SelectionMode.Partial}
      deleteKeyCode={null}
      nodeDragThreshold={3}
      connectionDragThreshold={2}
      selectNodesOnDrag={false}
      elevateNodesOnSelect={false}
      connectOnClick={false}
      onlyRenderVisibleElements={graph.nodes.length > 300}
      aria-label={t('label.panel')}
      ariaLabelConfig={{
        'node.a11yDescription.default': t('keys.node'),
        'node.a11yDescription.keyboardDisabled': t('keys.node'),
        'edge.a11yDescription.default': t('keys.cable'),
      }}
    >
      <Background variant={BackgroundVariant.Dots} gap={24} size={1.5} />
      <PendingCable />
    </ReactFlow>
  )
}

/** Until somebody chose a view of their own, what is new comes into sight. */
function useShowNewcomers(graph: PanelGraph, untouched: RefObject<boolean>, showAll: ReturnType<typeof useFit>): void {
  const seen = useRef<ReadonlySet<string> | null>(null)
  useEffect(() => {
    const ids = new Set(graph.nodes.map(({ id }) => id))
    const before = seen.current
    seen.current = ids
    if (!before || !untouched.current || [...ids].every((id) => before.has(id))) return
    requestAnimationFrame(() => showAll({ ifHidden: true }))
  }, [graph, untouched, showAll])
}

/** The same where the panel becomes narrower, as when the inspector opens; never back again by itself. */
function useShowWhenNarrow(untouched: RefObject<boolean>, showAll: ReturnType<typeof useFit>): void {
  const width = useStore((state) => state.width)
  const before = useRef(width)
  useEffect(() => {
    if (untouched.current && width < before.current) showAll({ ifHidden: true, smallest: stillReadable })
    before.current = width
  }, [width, untouched, showAll])
}
