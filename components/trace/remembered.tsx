'use client'

import { skipToken, useQuery } from '@tanstack/react-query'
import { History } from 'lucide-react'
import { useTranslations } from 'next-intl'
import type { Explanation, TraceQuestion } from '@/server/observe/trace/contract'
import { useTRPC } from '../trpc/client'
import { Button } from '../ui/button'
import { outcomeLooks } from './outcome'
import { useSaid } from './said'

/** That a connection is remembered which goes another way than a new one would; nothing where there is none, or it goes the same. */
export function Remembered({ explanation, onShow }: { explanation: Explanation; onShow: () => void }) {
  const t = useTranslations('probe.remembered')
  const outcome = useTranslations('probe.verdict.outcome')
  const said = useSaid()
  const asked = existingOf(explanation.question)
  const { data } = useQuery(useTRPC().trace.explain.queryOptions(asked ?? skipToken, { retry: false, staleTime: 0 }))
  if (!data || !goesAnotherWay(explanation, data)) return null
  const { icon: Icon } = outcomeLooks[data.verdict.outcome]
  const to = data.there.steps.at(-1)?.packet
  return (
    <section
      aria-label={t('label')}
      data-testid="remembered"
      className="flex flex-col items-start gap-1.5 border-line border-b bg-warn-soft px-4 py-2.5 text-sm"
    >
      <p className="flex items-center gap-1.5 font-medium">
        <History aria-hidden="true" className="size-4 shrink-0 text-warn" />
        {t('title')}
      </p>
      <p className="flex flex-wrap items-center gap-1">
        <Icon aria-hidden="true" className="size-3.5 shrink-0" />
        {outcome(data.verdict.outcome)}: {said.cause(data.verdict.cause)}
      </p>
      {to && (
        <p className="text-muted text-xs">{t('to', { address: to.destination, port: to.destinationPort ?? 0 })}</p>
      )}
      <Button size="small" onClick={onShow}>
        {t('show')}
      </Button>
    </section>
  )
}

function existingOf({ isExisting, ...question }: TraceQuestion): TraceQuestion | undefined {
  return isExisting || question.protocol === 'icmp' ? undefined : { ...question, isExisting: true }
}

/** Another end, another reason, or another address on the way there; of one that is over nobody's packets are left. */
export function goesAnotherWay(fresh: Explanation, kept: Explanation): boolean {
  const entry = kept.there.steps.find(({ said }) => said.code === 'flow-kept')
  if (!entry || isOver(String(entry.said.values.state)) || kept.verdict.cause.code === 'connection-gone') return false
  return wayOf(fresh) !== wayOf(kept)
}

function isOver(state: string): boolean {
  return ['TIME_WAIT', 'CLOSE', 'CLOSE_WAIT', 'LAST_ACK', 'FIN_WAIT'].includes(state)
}

function wayOf({ verdict, there }: Explanation): string {
  const last = there.steps.at(-1)?.packet
  return JSON.stringify([
    ...[verdict.outcome, verdict.cause.code],
    ...[last?.source, last?.destination, last?.destinationPort],
  ])
}
