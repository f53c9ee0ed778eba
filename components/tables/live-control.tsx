'use client'

import { Pause, Play } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Button } from '../ui/button'
import { type Status, StatusDot } from '../ui/status-dot'

/** How current a table is: `waiting` before the first picture, `broken` while its stream is taken up again. */
export type LiveState = 'waiting' | 'live' | 'broken' | 'paused'

const statuses: Record<LiveState, Status> = { waiting: 'idle', live: 'ok', broken: 'bad', paused: 'warn' }

/** Says whether the table moves with the kernel, and holds it still. */
export function LiveControl({ state, onPause }: { state: LiveState; onPause: (paused: boolean) => void }) {
  const t = useTranslations('tables.live')
  const isPaused = state === 'paused'
  return (
    <div className="flex items-center gap-2">
      <span role="status" className="flex items-center gap-1.5 whitespace-nowrap text-muted text-sm">
        <StatusDot status={statuses[state]} pulsing={state === 'waiting' || state === 'broken'} />
        {t(state)}
      </span>
      <Button size="small" aria-pressed={isPaused} onClick={() => onPause(!isPaused)}>
        {isPaused ? (
          <Play aria-hidden="true" className="size-3.5" />
        ) : (
          <Pause aria-hidden="true" className="size-3.5" />
        )}
        {isPaused ? t('resume') : t('pause')}
      </Button>
    </div>
  )
}
