'use client'

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { useFormatter, useTranslations } from 'next-intl'
import { useDeferredValue, useMemo, useState } from 'react'
import { clockTime } from '../i18n/clock-time'
import { useTRPC } from '../trpc/client'
import { useSnapshot } from '../trpc/snapshot'
import { Button } from '../ui/button'
import { IconButton } from '../ui/icon-button'
import { EventList } from './event-list'
import { mergeEvents, momentBeside } from './events'
import { PastGraph } from './past-graph'
import { TimeLine } from './time-line'

const pollMs = 4_000

/** The page `/time`: the last hour as a line, what happened, and the graph as it was at the moment that is chosen. */
export function TimePage() {
  const t = useTranslations('time.history')
  const format = useFormatter()
  const trpc = useTRPC()
  const [moment, choose] = useMoment()
  // Hundreds of operations a second are drawn as fast as the page comes along.
  const live = useDeferredValue(useSnapshot(({ operations }) => operations))
  const timeline = useQuery(
    trpc.history.timeline.queryOptions(undefined, { refetchInterval: pollMs, placeholderData: keepPreviousData }),
  )
  const past = useQuery(
    trpc.history.at.queryOptions({ at: moment ?? 0 }, { enabled: moment !== null, placeholderData: keepPreviousData }),
  )
  const now = useSnapshot((snapshot) => snapshot)
  const picture = moment === null ? now : past.data?.picture
  const time = (at: number) => format.dateTime(new Date(at), clockTime)
  const view = timeline.data
  const events = useMemo(() => (view ? mergeEvents(view, Object.values(live)) : []), [view, live])
  return (
    <div className="flex h-full min-h-0 flex-col bg-surface">
      <header className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-1 border-line border-b px-4 py-2.5">
        <h1 className="font-semibold text-lg">{t('title')}</h1>
        <p
          role="status"
          className={moment === null ? 'text-muted text-sm' : 'rounded bg-warn-soft px-2 py-0.5 text-sm text-warn'}
        >
          {moment === null ? t('isNow') : t(picture === null ? 'notObserved' : 'asOf', { time: time(moment) })}
        </p>
        <div className="ml-auto flex items-center gap-2">
          <IconButton label={t('earlier')} onClick={() => choose(momentBeside(events, moment, 'earlier'))}>
            <ChevronLeft />
          </IconButton>
          <IconButton
            label={t('later')}
            disabled={moment === null}
            onClick={() => choose(momentBeside(events, moment, 'later'))}
          >
            <ChevronRight />
          </IconButton>
          {moment !== null && (
            <Button size="small" variant="primary" onClick={() => choose(null)}>
              {t('backToNow')}
            </Button>
          )}
        </div>
      </header>
      {timeline.error && (
        <p role="alert" className="px-4 py-2 text-bad text-sm">
          {t('failed', { reason: timeline.error.message })}
        </p>
      )}
      {view && <TimeLine view={view} events={events} moment={moment} onChoose={choose} />}
      <div className="flex min-h-0 flex-1 max-[900px]:flex-col">
        <EventList events={events} moment={moment} onChoose={choose} />
        <div className="relative min-h-0 min-w-0 flex-1" data-past={moment !== null || undefined}>
          {picture && <PastGraph picture={picture} at={moment ?? undefined} />}
          {picture === null && (
            <p className="flex h-full items-center justify-center px-8 text-center text-muted text-sm">
              {moment !== null && t('notObserved', { time: time(moment) })}
            </p>
          )}
        </div>
      </div>
    </div>
  )
}

/** The moment in the address (`?at=`), null for now; dragging along the line fills no browser history. */
function useMoment(): [number | null, (at: number | null) => void] {
  const router = useRouter()
  const path = usePathname()
  const text = useSearchParams().get('at')
  const [moment, setMoment] = useState<number | null>(() => parseMoment(text))
  return [
    moment,
    (at) => {
      setMoment(at)
      router.replace(at === null ? path : `${path}?at=${at}`, { scroll: false })
    },
  ]
}

/** Milliseconds since 1970, or a date as people write it. */
function parseMoment(text: string | null): number | null {
  if (text === null || text === '') return null
  const at = /^\d+$/.test(text) ? Number(text) : Date.parse(text)
  return Number.isFinite(at) && at <= 8.64e15 ? at : null
}
