'use client'

import { useFormatter, useTranslations } from 'next-intl'
import { clockTime } from '../i18n/clock-time'
import { useSnapshot, useStream } from '../trpc/snapshot'
import { type Status, StatusDot } from '../ui/status-dot'
import { Tooltip } from '../ui/tooltip'

const statuses = { live: 'ok', connecting: 'idle', 'catching-up': 'warn', lost: 'bad' } satisfies Record<string, Status>

/** Which host this is, and whether what is shown follows it. */
export function Health() {
  const t = useTranslations('frame.stream')
  const hostName = useSnapshot(({ host }) => host.name)
  const { state } = useStream()
  return (
    <Tooltip content={t(`explained.${state}`)}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: its tooltip says what the state means */}
      <div tabIndex={0} className="flex h-7 items-center gap-2 rounded-full border border-line px-2.5 text-sm">
        <StatusDot status={statuses[state]} pulsing={state !== 'live'} />
        {hostName !== '' && <span className="max-w-40 truncate text-ink">{hostName}</span>}
        <span role="status" className="text-muted">
          {t(`state.${state}`)}
        </span>
      </div>
    </Tooltip>
  )
}

/** Says across the page that nothing shown is live, and how old it is. */
export function LostBanner() {
  const t = useTranslations('frame.stream')
  const format = useFormatter()
  const { state, since, hasPicture } = useStream()
  if (state !== 'lost') return null
  const time = format.dateTime(new Date(since), clockTime)
  return (
    <div role="alert" className="flex items-center gap-2 border-line border-b bg-bad-soft px-4 py-1.5 text-bad text-sm">
      <StatusDot status="bad" pulsing />
      {hasPicture ? t('lost', { time }) : t('never')}
    </div>
  )
}
