'use client'

import '../topology/patch-panel.css'
import '@xyflow/react/dist/base.css'
import './trace.css'
import { Background, BackgroundVariant, ReactFlow, useReactFlow, useStore } from '@xyflow/react'
import { useTranslations } from 'next-intl'
import { type CSSProperties, useEffect, useMemo, useRef } from 'react'
import { useSnapshot } from '@/components/trpc/snapshot'
import { edgeTypes, nodeTypes } from '../topology/drawings'
import { withoutOperations } from '../topology/graph'
import { useGraphLabels } from '../topology/graph-labels'
import type { PanelEdge, PanelNode } from '../topology/graph-model'
import { useGraph } from '../topology/graph-state'
import { useLevel } from '../topology/level'
import { still } from '../topology/still'
import type { LitPath } from './lit'

/** The patch panel to look at, with a way lit on it. */
export function TraceGraph({ path }: { path: LitPath }) {
  const snapshot = useSnapshot(withoutOperations)
  const graph = useGraph(snapshot, useGraphLabels())
  const panel = useRef<HTMLDivElement>(null)
  const nodes = useMemo(
    () => graph.nodes.map((node) => ({ ...node, ...litBy(path, path.nodes, node.id) })),
    [graph, path],
  )
  const edges = useMemo(
    () => graph.edges.map((edge) => ({ ...edge, ...litBy(path, path.edges, edge.id) })),
    [graph, path],
  )
  const hasPath = path.nodes.size > 0
  return (
    <div ref={panel} className="panel trace-graph" data-level="normal" data-has-path={hasPath || undefined}>
      <Canvas nodes={nodes} edges={edges} panel={panel} shown={shownOf(path, nodes)} />
    </div>
  )
}

/** What is to be in sight: the way, and where it leads; all where there is no way. */
function shownOf(path: LitPath, nodes: readonly PanelNode[]): string {
  if (path.nodes.size === 0) return ''
  const goal = nodes.some(({ id }) => id === path.goal) ? [path.goal] : []
  return [...new Set([...path.nodes.keys(), ...goal])].join(' ')
}

function litBy(path: LitPath, lit: ReadonlyMap<string, number>, id: string) {
  const order = lit.get(id)
  if (order === undefined) return { className: path.goal === id ? 'trace-goal' : '' }
  const ending = path.end === id ? (path.endsWell ? ' trace-end-well' : ' trace-end') : ''
  return { className: `trace-lit${ending}`, style: { '--hop': order } as CSSProperties }
}

function Canvas({
  nodes,
  edges,
  panel,
  shown,
}: {
  nodes: PanelNode[]
  edges: PanelEdge[]
  panel: React.RefObject<HTMLElement | null>
  shown: string
}) {
  const t = useTranslations('probe')
  const flow = useReactFlow<PanelNode, PanelEdge>()
  const width = useStore((state) => state.width)
  useLevel(panel)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another width shows it anew
  useEffect(() => {
    const ids = shown === '' ? undefined : shown.split(' ').map((id) => ({ id }))
    const show = () => void flow.fitView({ padding: 0.15, maxZoom: 1.1, ...(ids ? { nodes: ids } : {}) })
    const frame = requestAnimationFrame(show)
    return () => cancelAnimationFrame(frame)
  }, [flow, shown, width])
  return (
    <ReactFlow<PanelNode, PanelEdge>
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      {...still}
      onInit={() => void flow.fitView({ padding: 0.15, maxZoom: 1.1 })}
      aria-label={t('graph')}
    >
      <Background variant={BackgroundVariant.Dots} gap={24} size={1.5} />
    </ReactFlow>
  )
}
