'use client'

import { Check, TriangleAlert, Undo2, X } from 'lucide-react'
import { useFormatter, useTranslations } from 'next-intl'
import type { OperationView } from '@/server/observe/snapshot'
import { Spinner } from '../ui/spinner'

/** How it ended, as a sign; the words beside it say the same. */
export function OperationIcon({ status }: { status: OperationView['status'] }) {
  const shape = 'size-3.5 shrink-0'
  switch (status) {
    case 'running':
      return <Spinner className={`${shape} text-accent`} />
    case 'failed':
      return <X aria-hidden="true" className={`${shape} text-bad`} />
    case 'undone':
      return <Undo2 aria-hidden="true" className={`${shape} text-warn`} />
    case 'finished':
      return <TriangleAlert aria-hidden="true" className={`${shape} text-warn`} />
    case 'done':
      return <Check aria-hidden="true" className={`${shape} text-ok`} />
  }
}

export function Duration({ ms }: { ms: number | null }) {
  const t = useTranslations('frame.operation')
  const format = useFormatter()
  if (ms === null) return null
  return (
    <span className="shrink-0 font-mono text-muted text-xs">
      {t('duration', { ms: format.number(ms, { maximumFractionDigits: ms < 100 ? 1 : 0 }) })}
    </span>
  )
}
