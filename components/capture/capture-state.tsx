'use client'

import { useFormatter, useTranslations } from 'next-intl'
import { useEffect, useState } from 'react'
import { useSay } from '../i18n/use-say'
import { StatusDot } from '../ui/status-dot'
import { type CaptureFeed, droppedIn } from './capture-feed'

const megabyte = 1_048_576

/** What there is, what is left of the bounds, and at the end why it ended and what the kernel dropped. */
export function CaptureState({ feed, isRunning }: { feed: CaptureFeed | undefined; isRunning: boolean }) {
  const t = useTranslations('capture')
  const format = useFormatter()
  const left = useSecondsLeft(feed, isRunning)
  if (feed === undefined) return null
  const dropped = droppedIn(feed)
  const size = (bytes: number) =>
    bytes < megabyte
      ? t('kilobytes', { size: format.number(Math.ceil(bytes / 1_024)) })
      : t('megabytes', { size: format.number(bytes / megabyte, { maximumFractionDigits: 1 }) })
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1 text-muted text-sm">
      <span role="status" className="flex items-center gap-1.5 whitespace-nowrap">
        <StatusDot status={isRunning ? 'ok' : feed.end === 'failed' || feed.end === 'gone' ? 'bad' : 'idle'} />
        {isRunning ? t('running') : t(`end.${feed.end ?? 'stopped'}`)}
      </span>
      {isRunning && <span className="font-mono text-xs">{t('left', { seconds: left })}</span>}
      <span className="font-mono text-xs">
        {t('count', { count: feed.rows.length, most: feed.limits.packets })}
        {' · '}
        {t('bytes', { size: size(feed.bytes), most: size(feed.limits.bytes) })}
      </span>
      {dropped !== null && (
        <span className={dropped > 0 ? 'text-warn text-xs' : 'text-xs'}>{t('dropped', { count: dropped })}</span>
      )}
    </div>
  )
}

function useSecondsLeft(feed: CaptureFeed | undefined, isRunning: boolean): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (!isRunning) return
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [isRunning])
  return Math.max(0, Math.ceil(((feed?.endsAt ?? now) - now) / 1_000))
}

/** Points that ended by themselves. */
export function LostPoints({ feed }: { feed: CaptureFeed }) {
  const t = useTranslations('capture')
  const say = useSay()
  const lost = feed.ends.filter(({ complaint }) => complaint !== null)
  if (lost.length === 0) return null
  return (
    <ul role="alert" className="shrink-0 border-line border-b bg-warn-soft px-4 py-1.5 text-sm text-warn">
      {lost.map(({ point, complaint }) => (
        <li key={point}>
          {t.rich('lost', {
            reason: say(complaint ?? ''),
            point: () => <bdi className="font-mono">{feed.points[point]?.label}</bdi>,
          })}
        </li>
      ))}
    </ul>
  )
}
