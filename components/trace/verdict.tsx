'use client'

import clsx from 'clsx'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useSnapshot } from '@/components/trpc/snapshot'
import type { RemedyCode } from '@/server/observe/trace/codes'
import type { Explanation, Said } from '@/server/observe/trace/contract'
import { usePanelStore } from '../topology/panel-state'
import { Button } from '../ui/button'
import { CommandBlock } from '../ui/command-block'
import { outcomeLooks, toneText } from './outcome'
import { useSaid } from './said'

/** Where it ends, why, and what would mend it. */
export function VerdictView({ explanation, isStale }: { explanation: Explanation; isStale: boolean }) {
  const t = useTranslations('probe.verdict')
  const said = useSaid()
  const { verdict, caveats } = explanation
  const { icon: Icon, tone } = outcomeLooks[verdict.outcome]
  return (
    <section
      aria-label={t('label')}
      aria-busy={isStale}
      className="flex flex-col gap-2.5 border-line border-b px-4 py-3.5"
    >
      <div className="flex items-start gap-2.5" data-testid="verdict" data-outcome={verdict.outcome}>
        <Icon aria-hidden="true" className={clsx('mt-0.5 size-5 shrink-0', toneText[tone])} />
        <div className="min-w-0">
          <p className={clsx('font-semibold text-lg', toneText[tone])}>{t(`outcome.${verdict.outcome}`)}</p>
          <p className="break-words text-base">{said.cause(verdict.cause)}</p>
        </div>
      </div>
      {verdict.remedies.length > 0 && (
        <div className="flex flex-col gap-1.5 pl-[30px]">
          <h2 className="font-medium text-muted text-xs">{t('remedies')}</h2>
          <ul className="flex flex-col gap-2">
            {verdict.remedies.map((remedy) => (
              <li key={JSON.stringify(remedy)} className="flex flex-col gap-1.5 text-sm">
                <Remedy remedy={remedy} />
              </li>
            ))}
          </ul>
        </div>
      )}
      {caveats.length > 0 && (
        <ul className="flex flex-col gap-0.5 pl-[30px] text-warn text-xs">
          {caveats.map((caveat) => (
            <li key={JSON.stringify(caveat)}>{said.step(caveat)}</li>
          ))}
        </ul>
      )}
    </section>
  )
}

function Remedy({ remedy }: { remedy: Said<RemedyCode> }) {
  const said = useSaid()
  const command = remedy.values.command
  return (
    <>
      {remedy.code !== 'command' && (
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span>{said.remedy(remedy)}</span>
          <RemedyAction remedy={remedy} />
        </div>
      )}
      {command !== undefined && <CommandBlock commands={[String(command)]} label={said.remedy(remedy)} />}
    </>
  )
}

/** What Patchbay can do itself: in the sheet that there is for it. */
function RemedyAction({ remedy: { code, values } }: { remedy: Said<RemedyCode> }) {
  const t = useTranslations('probe.verdict')
  const store = usePanelStore()
  const container = useSnapshot(({ containers }) => named(containers, values.container ?? values.name))
  const network = useSnapshot(({ networks }) => named(networks, values.network ?? values.name))
  if (code === 'connect' && container && network) {
    const at = { x: window.innerWidth / 3, y: 160 }
    const joint = { networkId: network.id, containerIds: [container.id], moving: null, at }
    return (
      <Button size="small" onClick={() => store.set({ joint })}>
        {t('connect')}
      </Button>
    )
  }
  if (code === 'publish' && container) {
    return (
      <Button size="small" onClick={() => store.set({ editing: { kind: 'container', id: container.id } })}>
        {t('publish')}
      </Button>
    )
  }
  if ((code === 'not-internal' || code === 'allow-icc') && network) {
    return (
      <Button size="small" onClick={() => store.set({ editing: { kind: 'network', id: network.id } })}>
        {t('change')}
      </Button>
    )
  }
  const subject = container ?? (code === 'allow-policy' ? network : undefined)
  if (!subject) return null
  return (
    <Link href={`/?select=${subject.id}`} className="rounded text-accent text-sm hover:underline">
      {t('show')}
    </Link>
  )
}

/** Patchbay's only: others are not Patchbay's to change. */
function named<View extends { name: string; origin: string }>(
  all: Readonly<Record<string, View>>,
  name: string | number | undefined,
): View | undefined {
  return Object.values(all).find((one) => one.name === name && one.origin === 'patchbay')
}
