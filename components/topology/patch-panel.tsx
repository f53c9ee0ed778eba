'use client'

import './patch-panel.css'
import { ReactFlowProvider } from '@xyflow/react'
import { useSearchParams } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { Suspense, useEffect, useRef, useState } from 'react'
import { useSnapshot, useStream } from '@/components/trpc/snapshot'
import { Editing } from '../edit/editing'
import { CreateNetworkDialog } from '../network/create-network'
import { CreateContainerDialog } from '../sandbox/create-container'
import { ConnectSheet } from './connect-sheet'
import { EmptyPanel } from './empty-panel'
import { withoutOperations } from './graph'
import { useGraphLabels } from './graph-labels'
import { useGraph } from './graph-state'
import { GroundMenu, type GroundPoint } from './ground-menu'
import { Inspector } from './inspector'
import { PanelCanvas } from './panel-canvas'
import { createPanelStore, dropMissing, PanelStoreContext, usePanel, usePanelStore } from './panel-state'
import { PanelTable } from './panel-table'
import { PanelToolbar } from './panel-toolbar'
import { RemoveDialog } from './remove-dialog'
import { TrafficContext, useTrafficFeed } from './traffic'

/** The page `/`: networks, endpoints and sandboxes of this host, to look at and to patch. */
export function PatchPanel() {
  const [store] = useState(createPanelStore)
  const feed = useTrafficFeed()
  return (
    <PanelStoreContext value={store}>
      <TrafficContext value={feed}>
        <ReactFlowProvider>
          <Panel />
          <Suspense>
            <SelectFromAddress />
          </Suspense>
        </ReactFlowProvider>
      </TrafficContext>
    </PanelStoreContext>
  )
}

function Panel() {
  const t = useTranslations('panel')
  const { hasPicture } = useStream()
  useForgetMissing()
  const view = usePanel((state) => state.view)
  return (
    <div className="flex h-full min-w-0">
      <h1 className="sr-only">{t('heading')}</h1>
      <div className="relative min-w-0 flex-1">
        {view === 'graph' ? hasPicture ? <Ground /> : <Waiting /> : <PanelTable />}
        {hasPicture && <PanelToolbar />}
      </div>
      <Inspector />
      <Dialogs />
      <LiveRegion />
    </div>
  )
}

function Ground() {
  const snapshot = useSnapshot(withoutOperations)
  const latest = useRef(snapshot)
  latest.current = snapshot
  const panel = useRef<HTMLDivElement>(null)
  const graph = useGraph(snapshot, useGraphLabels())
  const handBy = usePanel(({ hand }) => hand?.by)
  const [asked, setAsked] = useState<GroundPoint | null>(null)
  return (
    <div ref={panel} className="panel" data-hand={handBy} data-level="normal">
      <PanelCanvas graph={graph} snapshot={latest} panel={panel} onGround={(at, place) => setAsked({ at, place })} />
      <EmptyPanel />
      {asked && <GroundMenu point={asked} onClose={() => setAsked(null)} />}
    </div>
  )
}

/** What goes is no longer selected. */
function useForgetMissing(): void {
  const store = usePanelStore()
  const { networks, containers, endpoints } = useSnapshot(({ networks, containers, endpoints }) => ({
    networks,
    containers,
    endpoints,
  }))
  useEffect(() => {
    dropMissing(store, (id) => id === 'host' || id in networks || id in containers || id in endpoints)
  }, [store, networks, containers, endpoints])
}

function Waiting() {
  const t = useTranslations('panel')
  return (
    <div className="flex h-full items-center justify-center text-muted text-sm" aria-busy="true">
      {t('waiting')}
    </div>
  )
}

function Dialogs() {
  const store = usePanelStore()
  const joint = usePanel((state) => state.joint)
  const creating = usePanel((state) => state.creating)
  const removing = usePanel((state) => state.removing)
  const editing = usePanel((state) => state.editing)
  const close = () => store.set({ creating: null })
  return (
    <>
      {joint && (
        <ConnectSheet
          key={`${joint.networkId} ${joint.containerIds.join()}`}
          joint={joint}
          onClose={() => store.set({ joint: null })}
        />
      )}
      <CreateNetworkDialog
        open={creating?.what === 'network'}
        onOpenChange={close}
        {...(creating?.at ? { defaultPosition: creating.at } : {})}
        {...(creating?.configuration === undefined ? {} : { defaultConfiguration: creating.configuration })}
      />
      <CreateContainerDialog
        open={creating?.what === 'container'}
        onOpenChange={close}
        {...(creating?.at ? { defaultPosition: creating.at } : {})}
        {...(creating?.network === undefined ? {} : { defaultNetwork: creating.network })}
      />
      {editing && <Editing key={editing.id} subject={editing} onClose={() => store.set({ editing: null })} />}
      {removing && <RemoveDialog subject={removing} onClose={() => store.set({ removing: null })} />}
    </>
  )
}

/** What happens to the cable in hand, for those who do not see it. */
function LiveRegion() {
  const said = usePanel((state) => state.said)
  return (
    <p aria-live="polite" className="sr-only">
      {said}
    </p>
  )
}

/** `/?select=<id>` selects a network, container or endpoint, as links from other pages ask. */
function SelectFromAddress() {
  const store = usePanelStore()
  const id = useSearchParams().get('select')
  const kind = useSnapshot(({ networks, containers, endpoints }) =>
    id === null ? null : networks[id] || containers[id] || id === 'host' ? 'node' : endpoints[id] ? 'cable' : null,
  )
  useEffect(() => {
    if (id === null || kind === null) return
    store.set({
      selectedNodes: new Set(kind === 'node' ? [id] : []),
      selectedCables: new Set(kind === 'cable' ? [id] : []),
    })
  }, [store, id, kind])
  return null
}
