'use client'

import { Maximize, Plus, Sparkles } from 'lucide-react'
import { useTranslations } from 'next-intl'
import type { ComponentProps } from 'react'
import { useTRPCClient } from '@/components/trpc/client'
import { useSnapshot } from '@/components/trpc/snapshot'
import { toast } from '@/components/ui/toast'
import { Tooltip } from '@/components/ui/tooltip'
import { PictureSwitch } from '../wiring/picture-switch'
import { useFit } from './fit'
import { usePanel, usePanelStore } from './panel-state'
import { forgetPlaces } from './places'

/** At the bottom left: what can be made, and how it is looked at. */
export function PanelToolbar() {
  const t = useTranslations('panel.toolbar')
  const store = usePanelStore()
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
      <div className="flex h-8 items-center rounded-full border border-line-strong bg-surface p-0.5">
        {(['graph', 'table'] as const).map((option) => (
          <button
            key={option}
            type="button"
            aria-pressed={view === option}
            onClick={() => store.set({ view: option })}
            className="h-full rounded-full px-3 text-muted text-sm transition-colors duration-150 hover:text-ink aria-pressed:bg-hover aria-pressed:text-ink"
          >
            {t(option)}
          </button>
        ))}
      </div>
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
