'use client'

import { Download, Play, Square } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { LiveControl } from '../tables/live-control'
import { Button } from '../ui/button'
import { linkButtonClass } from './capture-link'
import type { useCapture } from './use-capture'

export function CaptureTools({
  capture,
  canStart,
  onStart,
}: {
  capture: ReturnType<typeof useCapture>
  canStart: boolean
  onStart: () => void
}) {
  const t = useTranslations('capture')
  const hasPackets = (capture.feed?.rows.length ?? 0) > 0 && capture.feed?.end !== 'gone'
  return (
    <>
      {capture.isRunning && <LiveControl state={capture.state} onPause={capture.setPaused} />}
      {hasPackets && (
        <a href={`/api/capture/${capture.capture}`} download="capture.pcapng" className={linkButtonClass}>
          <Download aria-hidden="true" className="size-3.5" />
          {t('download')}
        </a>
      )}
      {capture.isRunning ? (
        <Button size="small" variant="danger" onClick={capture.stop}>
          <Square aria-hidden="true" className="size-3.5" />
          {t('stop')}
        </Button>
      ) : (
        <Button size="small" variant="primary" busy={capture.isStarting} disabled={!canStart} onClick={onStart}>
          <Play aria-hidden="true" className="size-3.5" />
          {t('start')}
        </Button>
      )}
    </>
  )
}
