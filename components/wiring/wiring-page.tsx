'use client'

import './wiring.css'
import { ReactFlowProvider } from '@xyflow/react'
import { Maximize } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Suspense, useEffect, useState } from 'react'
import { useAddressState } from '../tables/address-state'
import { SearchField } from '../tables/search-field'
import { useSnapshot } from '../trpc/snapshot'
import { Spinner } from '../ui/spinner'
import { StatusDot } from '../ui/status-dot'
import { ViewSwitch } from '../ui/view-switch'
import { useWiring, useWiringStream, WiringProvider } from './live-wiring'
import { PictureSwitch } from './picture-switch'
import { findWired } from './search'
import { toPanel, toWired } from './selection'
import { useWiringGraph } from './use-wiring-graph'
import { useShowAll, WiringCanvas } from './wiring-canvas'
import { WiringInspector } from './wiring-inspector'
import { createWiringStore, useWiringState, useWiringStore, WiringStoreContext } from './wiring-state'
import { WiringTable } from './wiring-table'

/** The page `/wiring`: the kernel's own picture of the whole host. */
export function WiringPage() {
  const [store] = useState(createWiringStore)
  return (
    <WiringStoreContext value={store}>
      <WiringProvider>
        <ReactFlowProvider>
          <Suspense>
            <Page />
          </Suspense>
        </ReactFlowProvider>
      </WiringProvider>
    </WiringStoreContext>
  )
}

function Page() {
  const t = useTranslations('wiring')
  const { hasPicture } = useWiringStream()
  useAddress()
  return (
    <div className="flex h-full min-w-0">
      <h1 className="sr-only">{t('heading')}</h1>
      <div className="relative min-w-0 flex-1">
        {hasPicture ? (
          <Ground />
        ) : (
          <div className="flex h-full items-center justify-center gap-2 text-muted text-sm" aria-busy="true">
            <Spinner />
            {t('waiting')}
          </div>
        )}
      </div>
      <WiringInspector />
    </div>
  )
}

function Ground() {
  const view = useWiringState((state) => state.view)
  const graph = useWiringGraph()
  const showAll = useShowAll(graph)
  return (
    <>
      {view === 'graph' ? <WiringCanvas graph={graph} /> : <WiringTable />}
      <Toolbar idle={graph.idle.length} onShowAll={() => showAll()} />
      <Notices />
    </>
  )
}

const pill =
  'inline-flex h-8 items-center gap-1.5 whitespace-nowrap rounded-full border border-line-strong bg-surface px-2.5 text-muted text-sm transition-colors duration-150 hover:bg-hover hover:text-ink aria-pressed:bg-hover aria-pressed:text-ink [&_svg]:size-3.5'

function Toolbar({ idle, onShowAll }: { idle: number; onShowAll: () => void }) {
  const t = useTranslations('wiring.toolbar')
  const store = useWiringStore()
  const { parameters, change } = useAddressState()
  const { view, showsIdle } = useWiringState((state) => state)
  const selected = usePanelSelection()
  const wiring = useWiring((picture) => picture)
  const query = parameters.get('q') ?? ''
  useEffect(() => store.set({ found: findWired(wiring, query) }), [store, wiring, query])
  return (
    <div className="absolute bottom-3 left-4 z-10 flex max-w-[calc(100%-2rem)] flex-wrap items-center gap-1.5">
      <PictureSwitch current="wiring" selected={selected} />
      <ViewSwitch
        label={t('view')}
        options={(['graph', 'table'] as const).map((value) => ({ value, label: t(value) }))}
        chosen={view}
        onChoose={(option) => store.set({ view: option })}
      />
      {view === 'graph' && (
        <button type="button" className={pill} onClick={onShowAll}>
          <Maximize aria-hidden="true" />
          {t('fit')}
        </button>
      )}
      {idle > 0 && (
        <button
          type="button"
          className={pill}
          aria-pressed={showsIdle}
          onClick={() => store.set({ showsIdle: !showsIdle })}
        >
          {t('idle', { count: idle })}
        </button>
      )}
      <SearchField
        label={t('search')}
        initial={query}
        onSearch={(q) => {
          change({ q })
          const [first] = findWired(wiring, q) ?? []
          if (first !== undefined) store.set({ asked: first })
        }}
      />
    </div>
  )
}

/** What the view lost or cut, for as long as it is so. */
function Notices() {
  const t = useTranslations('wiring.notice')
  const { state } = useWiringStream()
  const failed = useWiring(
    ({ namespaces }) => Object.values(namespaces).filter(({ failure }) => failure !== null).length,
  )
  const cut = useWiring(({ namespaces }) => Object.values(namespaces).reduce((sum, one) => sum + one.linksCut, 0))
  const said = [
    ...(state === 'catching-up' || state === 'lost' ? [t('stream')] : []),
    ...(failed > 0 ? [t('unread', { count: failed })] : []),
    ...(cut > 0 ? [t('cut', { count: cut })] : []),
  ]
  if (said.length === 0) return null
  return (
    <p
      role="status"
      className="absolute top-3 left-4 z-10 flex items-center gap-2 rounded-md bg-warn-soft px-3 py-1.5 text-sm text-warn"
    >
      <StatusDot status="warn" />
      {said.join(' ')}
    </p>
  )
}

/** What is selected, as the network picture calls it. */
function usePanelSelection(): string | null {
  const selected = useWiringState((state) => state.selected)
  const wiring = useWiring((picture) => picture)
  const networks = useNetworks()
  return selected === null ? null : toPanel(selected, wiring, networks)
}

function useNetworks() {
  return useSnapshot(({ networks, containers, endpoints }) => ({ networks, containers, endpoints }))
}

/** `/wiring?select=<id>` selects what either picture calls by that id, and shows it; what is selected goes into the address. */
function useAddress(): void {
  const store = useWiringStore()
  const { parameters, change } = useAddressState()
  const asked = parameters.get('select')
  const selected = useWiringState((state) => state.selected)
  const networks = useNetworks()
  const wired = useWiring((wiring) => (asked === null ? null : toWired(asked, wiring, networks)))
  const [taken, setTaken] = useState<string | null>(null)
  useEffect(() => {
    if (wired === null || asked === taken || isOutdated(asked)) return
    setTaken(asked)
    if (store.get().selected !== wired) store.set({ selected: wired, asked: wired })
  }, [store, asked, taken, wired])
  useEffect(() => {
    if (asked !== null && asked !== taken) return
    const next = selected ?? ''
    if (next === (asked === null ? '' : (wired ?? asked))) return
    setTaken(selected)
    change({ select: next })
  }, [selected, asked, taken, wired, change])
}

/** The router tells of an address when it has time; what was selected since stands in the real one. */
function isOutdated(asked: string | null): boolean {
  return new URLSearchParams(window.location.search).get('select') !== asked
}
