'use client'

import { ChartNoAxesColumn, Download, Maximize, Plus, Sparkles } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Popover } from 'radix-ui'
import type { ComponentProps } from 'react'
import { ExportMenu } from '@/components/export/export-menu'
import { useTRPCClient } from '@/components/trpc/client'
import { useSnapshot } from '@/components/trpc/snapshot'
import { Floating } from '@/components/ui/floating'
import { toast } from '@/components/ui/toast'
import { Tooltip } from '@/components/ui/tooltip'
import { ViewSwitch } from '@/components/ui/view-switch'
import { PictureSwitch } from '../wiring/picture-switch'
import { useFit } from './fit'
import { usePanel, usePanelStore } from './panel-state'
import { forgetPlaces } from './places'
import { TopTalkers } from './top-talkers'

/** At the bottom left: what can be made, and how it is looked at. */
export function PanelToolbar() {
  const t = useTranslations('panel.toolbar')
  const store = usePanelStore()
  const tTime = useTranslations('time')
  const view = usePanel((state) => state.view)
  const selected = useSelectedId()
  const showAll = useFit()
  const tidy = useTidy()
  return (
    <div className="absolute bottom-3 left-4 z-10 flex items-center gap-1.5">
      <PictureSwitch current="panel" selected={selected} />
      <Pill onClick={() => store.set({ creating: { what: 'network', at: null } })}>
        <Plus aria-hidden="true" />
        {t('network')}
      </Pill>
      <Pill onClick={() => store.set({ creating: { what: 'container', at: null } })}>
        <Plus aria-hidden="true" />
        {t('container')}
      </Pill>
      <ViewSwitch
        label={t('view')}
        options={(['graph', 'table'] as const).map((value) => ({ value, label: t(value) }))}
        chosen={view}
        onChoose={(option) => store.set({ view: option })}
      />
      {view === 'graph' && (
        <>
          <Pill onClick={() => showAll()}>
            <Maximize aria-hidden="true" />
            {t('fit')}
          </Pill>
          <Tooltip content={t('tidyHint')} side="top">
            <Pill onClick={() => void tidy()} aria-label={t('tidy')}>
              <Sparkles aria-hidden="true" />
            </Pill>
          </Tooltip>
          <Talkers />
          <ExportMenu
            trigger={
              <Pill aria-label={tTime('export.title')} title={tTime('export.title')}>
                <Download aria-hidden="true" />
              </Pill>
            }
          />
        </>
      )}
    </div>
  )
}

/** Of the one thing that is selected, for the other picture to show. */
function useSelectedId(): string | null {
  const nodes = usePanel((state) => state.selectedNodes)
  const cables = usePanel((state) => state.selectedCables)
  const [only = null, ...others] = [...nodes, ...cables]
  return others.length === 0 ? only : null
}

function Talkers() {
  const t = useTranslations('time.traffic')
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Pill aria-label={t('open')} title={t('open')}>
          <ChartNoAxesColumn aria-hidden="true" />
        </Pill>
      </Popover.Trigger>
      <Floating side="top" label={t('title')} className="flex w-[300px] flex-col gap-2 p-3">
        <h2 className="font-semibold text-base">{t('title')}</h2>
        <TopTalkers />
      </Floating>
    </Popover.Root>
  )
}

function useTidy() {
  const store = usePanelStore()
  const client = useTRPCClient()
  const showAll = useFit()
  const host = useSnapshot((snapshot) => snapshot.host.name)
  return async () => {
    try {
      await client.host.resetLayout.mutate()
      forgetPlaces(host)
      store.set({ tidied: store.get().tidied + 1 })
      requestAnimationFrame(() => showAll())
    } catch (error) {
      toast.failed(error instanceof Error ? error.message : String(error))
    }
  }
}

function Pill({ children, ...rest }: ComponentProps<'button'>) {
  return (
    <button
      type="button"
      className="inline-flex h-8 items-center gap-1.5 rounded-full border border-line-strong bg-surface px-2.5 text-muted text-sm transition-colors duration-150 hover:bg-hover hover:text-ink [&_svg]:size-3.5"
      {...rest}
    >
      {children}
    </button>
  )
}
