'use client'

import { OctagonMinus, TriangleAlert } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { sentencesOf } from '@/components/drift/drift-words'
import type { DriftView } from '@/server/observe/snapshot'

/** Stands where the kernel is not as it should be, or where something of somebody else's is in the way. */
export function DriftMark({ drift, state }: { drift: readonly DriftView[]; state?: string }) {
  const t = useTranslations('panel')
  const words = useTranslations('time.drift')
  const sentences = drift.map((one) => sentencesOf(one, words))
  if (sentences.length === 0 && state === 'missing') sentences.push(t('drift.deviceMissing'))
  if (sentences.length === 0 && state === 'down') sentences.push(t('drift.deviceDown'))
  if (sentences.length === 0) return null
  const isInTheWay = drift.length > 0 && drift.every(({ kind }) => kind === 'obstacle') && state !== 'missing'
  return (
    <span className="panel-drift" data-kind={isInTheWay ? 'obstacle' : undefined} title={sentences.join('\n')}>
      {isInTheWay ? <OctagonMinus aria-hidden="true" /> : <TriangleAlert aria-hidden="true" />}
      <span>{isInTheWay ? words('kind.obstacle') : t('drift.mark')}</span>
    </span>
  )
}
