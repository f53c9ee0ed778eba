'use client'

import { ReactFlowProvider } from '@xyflow/react'
import { Route, Send } from 'lucide-react'
import { useFormatter, useTranslations } from 'next-intl'
import { useMemo, useState } from 'react'
import { useStream } from '@/components/trpc/snapshot'
import type { Explanation, TraceQuestion } from '@/server/observe/trace/contract'
import { Editing } from '../edit/editing'
import { useAddressState } from '../tables/address-state'
import { isolated } from '../tables/namespaces/isolated'
import { TablePage } from '../tables/table-page'
import { ConnectSheet } from '../topology/connect-sheet'
import { createPanelStore, PanelStoreContext, usePanel, usePanelStore } from '../topology/panel-state'
import { Button } from '../ui/button'
import { EmptyState } from '../ui/empty-state'
import { Spinner } from '../ui/spinner'
import { darkPath, litPath } from './lit'
import { questionOf, readDraft, type TraceDraft } from './place'
import { ProbeResultView } from './probe-result'
import { Remembered } from './remembered'
import { Steps } from './steps'
import { TraceForm } from './trace-form'
import { TraceGraph } from './trace-graph'
import { TryChange } from './try-change'
import { useExplanation } from './use-explanation'
import { useProbe } from './use-probe'
import { VerdictView } from './verdict'
import { TracedDraft } from './what-if'

/** The page `/trace`: what becomes of a packet, computed and tried. */
export function Trace() {
  const [store] = useState(createPanelStore)
  return (
    <PanelStoreContext value={store}>
      <ReactFlowProvider>
        <TracePage />
      </ReactFlowProvider>
    </PanelStoreContext>
  )
}

function TracePage() {
  const t = useTranslations('probe')
  const { parameters, change } = useAddressState()
  const draft = readDraft(parameters)
  const question = questionOf(draft)
  const { data, error, isFetching, isPlaceholderData } = useExplanation(question)
  const probe = useProbe(question)
  const explanation = probe.state?.explanation ?? data
  const goal = goalOf(question)
  const path = useMemo(() => (explanation ? litPath(explanation, goal) : darkPath), [explanation, goal])
  const unsendable = question && unsendableOf(question)
  return (
    <TracedDraft value={draft}>
      <TablePage
        title={t('title')}
        aside={<Duration explanation={data} isFetching={isFetching} />}
        tools={
          <>
            <TraceForm draft={draft} onChange={(fields: Partial<TraceDraft>) => change({ ...draft, ...fields })} />
            <Button
              variant="primary"
              size="small"
              busy={probe.isBusy}
              disabled={!question || unsendable !== undefined}
              title={t(`send.${unsendable ?? 'title'}`)}
              onClick={() => void probe.send()}
            >
              <Send aria-hidden="true" className="size-3.5" />
              {t('send.button')}
            </Button>
          </>
        }
      >
        <div className="flex min-h-0 flex-1">
          <Ground path={path} />
          <aside
            aria-label={t('steps.label')}
            className="flex w-[min(460px,46%)] shrink-0 flex-col overflow-y-auto border-line border-l bg-surface"
          >
            {probe.error && (
              <p role="alert" className="border-line border-b px-4 py-2.5 text-bad text-sm">
                {isolated(probe.error)}
              </p>
            )}
            {probe.state && <ProbeResultView state={probe.state} />}
            {explanation ? (
              <>
                <VerdictView explanation={explanation} isStale={isPlaceholderData} />
                <Remembered
                  key={explanation.durationMs}
                  explanation={explanation}
                  onShow={() => change({ ...draft, connection: 'existing' })}
                />
                <TryChange draft={draft} />
                {!probe.state && <p className="px-4 pt-2.5 text-faint text-xs">{t('send.note')}</p>}
                <Steps explanation={explanation} comparison={probe.state?.comparison ?? null} />
              </>
            ) : (
              <Nothing question={question !== undefined} error={error?.message ?? null} />
            )}
          </aside>
        </div>
      </TablePage>
      <Sheets />
    </TracedDraft>
  )
}

/** The node of the panel that is asked about. */
function goalOf(question: TraceQuestion | undefined): string | null {
  if (question?.to.kind === 'container') return question.to.id
  return question?.to.kind === 'host' ? 'host' : null
}

/** Why no probe can be sent that way. */
function unsendableOf({ from, isExisting }: TraceQuestion): 'fromOutside' | 'isExisting' | undefined {
  if (from.kind === 'address') return 'fromOutside'
  return isExisting ? 'isExisting' : undefined
}

function Ground({ path }: { path: ReturnType<typeof litPath> }) {
  const { hasPicture } = useStream()
  return <div className="relative min-w-0 flex-1">{hasPicture && <TraceGraph path={path} />}</div>
}

function Duration({ explanation, isFetching }: { explanation: Explanation | undefined; isFetching: boolean }) {
  const t = useTranslations('probe')
  const format = useFormatter()
  if (!explanation) return isFetching ? <Spinner className="size-3.5 text-faint" /> : null
  return (
    <span className="text-faint text-xs tabular-nums">
      {t('took', { ms: format.number(explanation.durationMs, { maximumFractionDigits: 0 }) })}
    </span>
  )
}

function Nothing({ question, error }: { question: boolean; error: string | null }) {
  const t = useTranslations('probe.none')
  if (error !== null) {
    return (
      <p role="alert" className="px-4 py-3 text-bad text-sm">
        {isolated(error)}
      </p>
    )
  }
  if (question) return <EmptyState icon={<Spinner />} title={t('waiting')} />
  return (
    <EmptyState icon={<Route />} title={t('title')}>
      {t('text')}
    </EmptyState>
  )
}

/** What mends is done in the same sheets as on the panel. */
function Sheets() {
  const store = usePanelStore()
  const joint = usePanel((state) => state.joint)
  const editing = usePanel((state) => state.editing)
  return (
    <>
      {joint && <ConnectSheet joint={joint} onClose={() => store.set({ joint: null })} />}
      {editing && <Editing key={editing.id} subject={editing} onClose={() => store.set({ editing: null })} />}
    </>
  )
}
