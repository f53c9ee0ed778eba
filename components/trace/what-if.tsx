'use client'

import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query'
import clsx from 'clsx'
import { ArrowRight } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { createContext, useContext, useState } from 'react'
import type { Explanation, TraceChange } from '@/server/observe/trace/contract'
import { isolated } from '../tables/namespaces/isolated'
import { Fold } from '../topology/fold'
import { useTRPC } from '../trpc/client'
import { useSnapshot } from '../trpc/snapshot'
import { outcomeLooks, toneText } from './outcome'
import { questionOf, type TraceDraft } from './place'
import { useSaid } from './said'
import { TraceForm } from './trace-form'
import { useSettled } from './use-explanation'

const typingMs = 250

/** What is traced where the sheet of a change was opened: that is what one wants to know of the change. */
export const TracedDraft = createContext<TraceDraft | null>(null)

/** What would become of a packet had a change been made, beside what becomes of it now; asked once it is unfolded. */
export function WhatIf({ change, title }: { change: TraceChange; title?: string }) {
  const t = useTranslations('probe.whatIf')
  return (
    <Fold title={title ?? t('title')}>
      <Asked change={change} />
    </Fold>
  )
}

function Asked({ change }: { change: TraceChange }) {
  const traced = useContext(TracedDraft)
  const [from, to] = useEnds(change)
  const [draft, setDraft] = useState<TraceDraft>(traced ?? { from, to, protocol: 'tcp', port: '80', connection: 'new' })
  return (
    <div className="flex flex-col gap-2 rounded-md border border-line p-2.5">
      <div className="flex flex-wrap items-center gap-1.5">
        <TraceForm draft={draft} onChange={(fields) => setDraft((before) => ({ ...before, ...fields }))} />
      </div>
      <NowAndThen draft={draft} change={change} />
    </div>
  )
}

/** One packet's end, as it is and as the change would make it. */
export function NowAndThen({ draft, change }: { draft: TraceDraft; change: TraceChange }) {
  const t = useTranslations('probe.whatIf')
  const question = useSettled(questionOf(draft), typingMs)
  const settled = useSettled(change, typingMs)
  const trpc = useTRPC()
  const options = { retry: false, staleTime: 0, placeholderData: keepPreviousData } as const
  const now = useQuery(trpc.trace.explain.queryOptions(question ?? skipToken, options))
  const then = useQuery(
    trpc.trace.explain.queryOptions(question ? { ...question, change: mutable(settled) } : skipToken, options),
  )
  const error = now.error ?? then.error
  if (error) return <p className="text-bad text-xs">{isolated(error.message)}</p>
  if (!question) return <p className="text-muted text-xs">{t('choose')}</p>
  return (
    <div
      className="flex flex-wrap items-start gap-x-2 gap-y-1 text-sm"
      aria-busy={now.isFetching || then.isFetching}
      data-testid="what-if"
    >
      <Told title={t('now')} explanation={now.data} />
      <ArrowRight aria-hidden="true" className="mt-0.5 size-3.5 shrink-0 text-faint" />
      <Told title={t('then')} explanation={then.data} />
    </div>
  )
}

function Told({ title, explanation }: { title: string; explanation: Explanation | undefined }) {
  const t = useTranslations('probe.verdict.outcome')
  const said = useSaid()
  if (!explanation) return <span className="min-w-0 flex-1 text-faint text-xs">{title} …</span>
  const { verdict } = explanation
  const { icon: Icon, tone } = outcomeLooks[verdict.outcome]
  return (
    <span className="min-w-0 flex-1" data-outcome={verdict.outcome}>
      <span className="text-faint text-xs">{title}</span>
      <span className={clsx('flex items-center gap-1 font-medium', toneText[tone])}>
        <Icon aria-hidden="true" className="size-3.5 shrink-0" />
        {t(verdict.outcome)}
      </span>
      <span className="block break-words text-muted text-xs">{said.cause(verdict.cause)}</span>
    </span>
  )
}

/** Whom the change is about, and somebody else on the network that it is about. */
function useEnds(change: TraceChange): readonly [string, string] {
  return useSnapshot(({ endpoints, containers }) => {
    const all = Object.values(endpoints)
    const subject = 'container' in change ? change.container : null
    const networks =
      'network' in change
        ? [change.network]
        : all.filter(({ containerId }) => containerId === subject).map(({ networkId }) => networkId)
    const others = all
      .filter(({ networkId, containerId }) => networks.includes(networkId) && containerId !== subject)
      .map(({ containerId }) => containerId)
      .filter((id) => containers[id]?.sandbox)
    const [first = null, second = null] = others
    // A container's own policy is asked about from outside of it; a cable from its end.
    if (change.kind === 'container') return [place(first), place(subject)] as const
    return change.kind === 'network'
      ? ([place(first), place(second)] as const)
      : ([place(subject), place(first)] as const)
  })
}

function place(container: string | null): string {
  return container === null ? '' : `container:${container}`
}

/** The API's inputs are not read-only. */
function mutable<Value>(value: Value): Value extends object ? { -readonly [Key in keyof Value]: Value[Key] } : Value {
  return structuredClone(value) as never
}
