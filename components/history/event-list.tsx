'use client'

import { useQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { History as HistoryIcon } from 'lucide-react'
import { useFormatter, useTranslations } from 'next-intl'
import { useEffect, useRef, useState } from 'react'
import type { BriefOperationView } from '@/server/observe/snapshot'
import { aboutText, quoteName, sentencesOf } from '../drift/drift-words'
import { Duration, OperationIcon } from '../frame/operation-mark'
import { describeOperation } from '../frame/operation-sentence'
import { clockTime } from '../i18n/clock-time'
import { useSay } from '../i18n/use-say'
import { useTRPC } from '../trpc/client'
import { CommandBlock } from '../ui/command-block'
import { IconButton } from '../ui/icon-button'
import { type HistoryEvent, momentAfter } from './events'

const kinds = ['all', 'operation', 'drift', 'kernel', 'container'] as const
const rowPixels = 41
/** A list of moderate length stands there whole. */
const wholeUpTo = 100
const automaticActor = 'automatic repair'

/** What happened, newest first: operations with who, when, plan and result; what others did; drift. */
export function EventList({
  events,
  moment,
  onChoose,
}: {
  events: readonly HistoryEvent[]
  moment: number | null
  onChoose: (at: number) => void
}) {
  const t = useTranslations('time.history')
  const [kind, setKind] = useState<(typeof kinds)[number]>('all')
  const scroller = useRef<HTMLOListElement>(null)
  const list = events.filter(({ type }) => kind === 'all' || type === kind || (kind === 'drift' && type === 'mended'))
  const virtualizer = useVirtualizer({
    count: list.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPixels,
    getItemKey: (index) => list[index]?.id ?? index,
    overscan: list.length <= wholeUpTo ? wholeUpTo : 12,
  })
  const rows = virtualizer.getVirtualItems()
  // What had just happened then is brought into sight, unless it is there.
  const first = moment === null ? 0 : list.findIndex(({ at }) => at <= moment)
  useEffect(() => {
    if (first >= 0) virtualizer.scrollToIndex(first, { align: 'auto' })
  }, [first, virtualizer])
  return (
    <section
      aria-label={t('events')}
      className="flex w-[400px] shrink-0 flex-col border-line border-r max-[900px]:h-1/2 max-[900px]:w-full max-[900px]:border-r-0 max-[900px]:border-b"
    >
      <fieldset className="flex shrink-0 flex-wrap gap-1 border-line border-b px-3 py-2">
        <legend className="sr-only">{t('filter.label')}</legend>
        {kinds.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={kind === one}
            onClick={() => setKind(one)}
            className="h-6 rounded-full border border-line px-2 text-muted text-xs hover:text-ink aria-pressed:border-line-strong aria-pressed:bg-hover aria-pressed:text-ink"
          >
            {t(`filter.${one}`)}
          </button>
        ))}
      </fieldset>
      {list.length === 0 && <p className="px-4 py-6 text-muted text-sm">{t('nothing')}</p>}
      <ol
        ref={scroller}
        className="min-h-0 flex-1 overflow-y-auto"
        style={{ paddingTop: rows[0]?.start ?? 0, paddingBottom: virtualizer.getTotalSize() - (rows.at(-1)?.end ?? 0) }}
      >
        {rows.map(({ index, key }) => {
          const event = list[index] as HistoryEvent
          return (
            <li
              key={key}
              ref={virtualizer.measureElement}
              data-index={index}
              aria-setsize={list.length}
              aria-posinset={index + 1}
              data-event={event.type}
              data-later={(moment !== null && event.at > moment) || undefined}
              className="flex items-start gap-2 border-line border-b px-3 py-1.5 text-sm data-later:bg-sunken"
            >
              {event.operation ? <Operation event={event} /> : <Mark event={event} />}
              <IconButton size="small" label={t('show')} onClick={() => onChoose(momentAfter(event))}>
                <HistoryIcon />
              </IconButton>
            </li>
          )
        })}
      </ol>
    </section>
  )
}

function Operation({ event }: { event: HistoryEvent & { type: 'operation' } }) {
  const t = useTranslations('time.history')
  const drift = useTranslations('time.drift.automatic')
  const sentence = useTranslations('frame.operation')
  const say = useSay()
  const [isOpen, setIsOpen] = useState(false)
  const { operation } = event
  const actor = operation.actor === automaticActor ? drift('actor') : quoteName(operation.actor)
  return (
    <details className="min-w-0 flex-1" onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary className="flex cursor-pointer list-none items-center gap-2 rounded hover:text-accent">
        <OperationIcon status={operation.status} />
        <span className="min-w-0 flex-1 truncate">{describeOperation(operation, sentence)}</span>
        <Duration ms={operation.durationMs} />
        <Clock at={event.at} />
      </summary>
      <div className="flex flex-col gap-1.5 pt-1.5 pb-1">
        <p className="text-muted text-xs">
          {t('by', { actor })} · {t(`result.${operation.status}`)}
        </p>
        {operation.error !== null && <p className="break-words text-bad text-xs">{say(operation.error)}</p>}
        {isOpen && <Commands operation={operation} />}
      </div>
    </details>
  )
}

/** Of thousands, those of one that is opened are asked for; anew once it has ended. */
function Commands({ operation: { id, status } }: { operation: BriefOperationView }) {
  const activity = useTranslations('frame.activity')
  const trpc = useTRPC()
  const { data, error } = useQuery(
    trpc.history.operation.queryOptions({ id }, { refetchInterval: status === 'running' ? 1_000 : false }),
  )
  if (error) return <p className="break-words text-bad text-xs">{error.message}</p>
  return data === undefined ? null : <CommandBlock commands={data?.commands ?? []} empty={activity('nothingRan')} />
}

const dots = { kernel: 'bg-ink', drift: 'bg-warn', mended: 'bg-ok', container: 'bg-muted' } as const

function Mark({ event }: { event: Exclude<HistoryEvent, { type: 'operation' }> }) {
  const t = useTranslations('time.history.mark')
  const drift = useTranslations('time.drift')
  const statuses = useTranslations('common.status')
  const { type, subjects, count } = event
  const [name = '', status = ''] = subjects
  const sentences = event.drift?.map((one) => `${aboutText(one, drift)} · ${sentencesOf(one, drift)}`)
  const names =
    (sentences ?? subjects.map(quoteName)).join(sentences ? ' ' : ', ') + (count > subjects.length ? ' …' : '')
  const text =
    type === 'container'
      ? t('container', {
          name: quoteName(name),
          status: statuses.has(status as never) ? statuses(status as never) : status,
        })
      : t(type, { count, names })
  return (
    <div className="flex min-w-0 flex-1 items-baseline gap-2">
      <span aria-hidden="true" className={`size-2 shrink-0 rounded-full ${dots[type]}`} />
      <span
        className="line-clamp-3 min-w-0 flex-1 break-words"
        title={(sentences ?? subjects.map(quoteName)).join('\n')}
      >
        {text}
      </span>
      <Clock at={event.at} />
    </div>
  )
}

function Clock({ at }: { at: number }) {
  const format = useFormatter()
  const date = new Date(at)
  return (
    <time dateTime={date.toISOString()} className="shrink-0 font-mono text-muted text-xs">
      {format.dateTime(date, clockTime)}
    </time>
  )
}
