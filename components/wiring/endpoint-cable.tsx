'use client'

import { ChevronRight } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useEffect, useRef } from 'react'
import type { WiredLink } from '@/server/observe/wiring/view'
import { Fact, Facts, Section } from '../topology/facts'
import { usePanel, usePanelStore } from '../topology/panel-state'
import { useSnapshot } from '../trpc/snapshot'
import { Badge } from '../ui/badge'
import { kindOf, stateOf } from './link-words'
import { useWiring, useWiringStream, WiringProvider } from './live-wiring'
import { plainText } from './plain-text'
import { type CableJack, jacksOf, toWired } from './selection'

/** An endpoint's cable, unfolded into what it is in the kernel: eth0 ↔ veth ↔ bridge port ↔ bridge. */
export function EndpointCable({ endpointId }: { endpointId: string }) {
  const t = useTranslations('wiring.unfold')
  const store = usePanelStore()
  const isOpen = usePanel(({ unfolded }) => unfolded?.endpointId === endpointId)
  return (
    <Section
      title={t('title')}
      aside={
        <Link href={`/wiring?select=${encodeURIComponent(endpointId)}`} className="text-accent text-xs hover:underline">
          {t('show')}
        </Link>
      }
    >
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => store.set({ unfolded: isOpen ? null : { endpointId, jacks: null } })}
        className="inline-flex items-center gap-1 self-start text-muted text-sm hover:text-ink"
      >
        <ChevronRight aria-hidden="true" className={isOpen ? 'size-3.5 rotate-90' : 'size-3.5'} />
        {t(isOpen ? 'close' : 'open')}
      </button>
      {isOpen && (
        <WiringProvider>
          <Steps endpointId={endpointId} />
        </WiringProvider>
      )}
    </Section>
  )
}

function Steps({ endpointId }: { endpointId: string }) {
  const t = useTranslations('wiring.unfold')
  const { hasPicture } = useWiringStream()
  const jacks = useJacks(endpointId)
  useOnPanel(endpointId, hasPicture ? jacks : null)
  if (!hasPicture) return <p className="text-muted text-sm">{t('waiting')}</p>
  if (jacks.length === 0) return <p className="text-muted text-sm">{t('none')}</p>
  return (
    <ol className="flex flex-col border-line-strong border-l-2 pl-3">
      {jacks.map(({ role, link }) => (
        <Step key={link.id} name={t(role)} link={link} />
      ))}
      {jacks.length === 1 && <li className="py-1.5 text-muted text-sm">{t('elsewhere')}</li>}
    </ol>
  )
}

/** The same list as long as what is in it is the same. */
function useJacks(endpointId: string): readonly CableJack[] {
  const wiring = useWiring((picture) => picture)
  const networks = useSnapshot(({ networks, containers, endpoints }) => ({ networks, containers, endpoints }))
  const last = useRef<readonly CableJack[]>([])
  const jacks = jacksOf(toWired(endpointId, wiring, networks) ?? '', wiring)
  const isSame =
    jacks.length === last.current.length &&
    jacks.every(({ role, link }, index) => role === last.current[index]?.role && link === last.current[index].link)
  if (!isSame) last.current = jacks
  return last.current
}

/** The panel unfolds the cable, too, where it is drawn. */
function useOnPanel(endpointId: string, jacks: readonly CableJack[] | null): void {
  const store = usePanelStore()
  useEffect(() => {
    if (store.get().unfolded?.endpointId === endpointId) store.set({ unfolded: { endpointId, jacks } })
  }, [store, endpointId, jacks])
  useEffect(
    () => () => {
      if (store.get().unfolded?.endpointId === endpointId) store.set({ unfolded: null })
    },
    [store, endpointId],
  )
}

function Step({ name, link }: { name: string; link: WiredLink }) {
  const t = useTranslations('wiring')
  const state = stateOf(link)
  return (
    <li className="flex flex-col gap-1 py-2">
      <div className="flex items-center gap-2">
        <Link
          href={`/wiring?select=${encodeURIComponent(link.id)}`}
          className="min-w-0 truncate font-medium font-mono text-sm hover:text-accent hover:underline"
        >
          <bdi>{plainText(link.name)}</bdi>
        </Link>
        <span className="shrink-0 text-faint text-xs">
          {name} · {kindOf(link)}
        </span>
        <Badge tone={state === 'up' ? 'ok' : 'warn'} className="ml-auto">
          {t(`state.${state}`)}
        </Badge>
      </div>
      <Facts>
        {link.addresses.length > 0 && <Fact name={t('facts.address')} value={link.addresses.join(', ')} />}
        <Fact name={t('facts.mac')} value={link.mac} />
        <Fact name={t('facts.mtu')} value={String(link.mtu)} />
        {link.port && (
          <>
            <Fact name={t('facts.portState')} value={link.port.state} />
            <Fact name={t('facts.isolated')} value={t(link.port.isolated ? 'facts.yes' : 'facts.no')} copies={false} />
            <Fact name={t('facts.hairpin')} value={t(link.port.hairpin ? 'facts.yes' : 'facts.no')} copies={false} />
          </>
        )}
      </Facts>
    </li>
  )
}
