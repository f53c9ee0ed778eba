'use client'

import '../topology/patch-panel.css'
import { Background, BackgroundVariant, ReactFlow, ReactFlowProvider, useReactFlow } from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import { Download, Maximize, Minus, Plus } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { Snapshot } from '@/server/observe/snapshot'
import { countDrift } from '../drift/drift-words'
import { ExportMenu } from '../export/export-menu'
import { edgeTypes, nodeTypes } from '../topology/drawings'
import { toGraph } from '../topology/graph'
import { useGraphLabels } from '../topology/graph-labels'
import { useLevel } from '../topology/level'
import { createPanelStore, PanelStoreContext } from '../topology/panel-state'
import { readPlaces } from '../topology/places'
import { still } from '../topology/still'
import { TrafficContext, TrafficFeed } from '../topology/traffic'
import { FixedSnapshot } from '../trpc/snapshot'
import { IconButton } from '../ui/icon-button'

/** The graph of one moment (absent: now), to look at: it can be moved, zoomed and saved, and nothing on it does anything. */
export function PastGraph({ picture, at }: { picture: Snapshot; at?: number }) {
  const [store] = useState(createPanelStore)
  const [feed] = useState(() => new TrafficFeed())
  return (
    <FixedSnapshot snapshot={picture}>
      <PanelStoreContext value={store}>
        <TrafficContext value={feed}>
          <ReactFlowProvider>
            <Graph picture={picture} at={at} />
          </ReactFlowProvider>
        </TrafficContext>
      </PanelStoreContext>
    </FixedSnapshot>
  )
}

function Graph({ picture, at }: { picture: Snapshot; at?: number }) {
  const tExport = useTranslations('time.export')
  const t = useTranslations('time.history')
  const labels = useGraphLabels()
  const flow = useReactFlow()
  const panel = useRef<HTMLDivElement>(null)
  useLevel(panel)
  const graph = useMemo(() => toGraph(picture, readPlaces(picture.host.name), labels), [picture, labels])
  const ids = graph.nodes.map(({ id }) => id).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: what came or went is brought into sight
  useEffect(() => {
    const frame = requestAnimationFrame(() => void flow.fitView({ padding: 0.1, maxZoom: 1 }))
    return () => cancelAnimationFrame(frame)
  }, [ids, flow])
  const cables = graph.edges.filter(({ type }) => type === 'cable').length
  return (
    <div ref={panel} className="panel panel-past h-full" data-level="normal">
      <p className="absolute top-2 left-3 z-10 rounded bg-surface/90 px-1.5 text-muted text-xs">
        {t('counts', {
          networks: Object.keys(picture.networks).length,
          containers: Object.keys(picture.containers).length,
          cables,
          drift: countDrift(Object.values(picture.drift).filter(({ kind }) => kind !== 'obstacle')),
        })}
      </p>
      <ReactFlow
        nodes={[...graph.nodes]}
        edges={[...graph.edges]}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        {...still}
        panOnScroll
        aria-label={t('title')}
        onError={() => undefined}
      >
        <Background variant={BackgroundVariant.Dots} gap={24} size={1.5} />
      </ReactFlow>
      <div className="absolute bottom-3 left-3 z-10 flex gap-1 rounded-lg border border-line-strong bg-surface p-0.5">
        <IconButton label={t('zoomIn')} onClick={() => void flow.zoomIn()}>
          <Plus />
        </IconButton>
        <IconButton label={t('zoomOut')} onClick={() => void flow.zoomOut()}>
          <Minus />
        </IconButton>
        <IconButton label={t('fit')} onClick={() => void flow.fitView({ padding: 0.1, maxZoom: 1 })}>
          <Maximize />
        </IconButton>
        <ExportMenu
          at={at}
          trigger={
            <IconButton label={tExport('title')}>
              <Download />
            </IconButton>
          }
        />
      </div>
    </div>
  )
}
