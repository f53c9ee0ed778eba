'use client'

import { ChevronRight } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import type { WiredLink } from '@/server/observe/wiring/view'
import { Fact, Facts, Section } from '../topology/facts'
import { useSnapshot } from '../trpc/snapshot'
import { Badge } from '../ui/badge'
import { kindOf, stateOf } from './link-words'
import { useWiring, useWiringStream, WiringProvider } from './live-wiring'
import { plainText } from './plain-text'
import { stepsOf, toWired } from './selection'

/** An endpoint's cable, unfolded into what it is in the kernel: eth0 ↔ veth ↔ bridge port ↔ bridge. */
export function EndpointCable({ endpointId }: { endpointId: string }) {
  const t = useTranslations('wiring.unfold')
  const [isOpen, setIsOpen] = useState(false)
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
        onClick={() => setIsOpen(!isOpen)}
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
  const wiring = useWiring((picture) => picture)
  const networks = useSnapshot(({ networks, containers, endpoints }) => ({ networks, containers, endpoints }))
  if (!hasPicture) return <p className="text-muted text-sm">{t('waiting')}</p>
  const steps = stepsOf(toWired(endpointId, wiring, networks) ?? '', wiring)
  if (!steps) return <p className="text-muted text-sm">{t('none')}</p>
  const { inside, outside, bridge, parent } = steps
  const ends = [
    { name: t('inside'), link: inside },
    ...(outside ? [{ name: t(bridge ? 'bridgePort' : 'outside'), link: outside }] : []),
    ...(bridge ? [{ name: t('bridge'), link: bridge }] : []),
    ...(parent ? [{ name: t('parent'), link: parent }] : []),
  ]
  return (
    <ol className="flex flex-col border-line-strong border-l-2 pl-3">
      {ends.map(({ name, link }) => (
        <Step key={link.id} name={name} link={link} />
      ))}
      {!outside && !parent && <li className="py-1.5 text-muted text-sm">{t('elsewhere')}</li>}
    </ol>
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
