'use client'

import { TriangleAlert } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { sentencesOf } from '@/components/drift/drift-words'
import type { DriftView } from '@/server/observe/snapshot'

/** Stands where the kernel is not as it should be. */
export function DriftMark({ drift, state }: { drift: readonly DriftView[]; state?: string }) {
  const t = useTranslations('panel')
  const words = useTranslations('time.drift')
  const sentences = drift.map((one) => sentencesOf(one, words))
  if (sentences.length === 0 && state === 'missing') sentences.push(t('drift.deviceMissing'))
  if (sentences.length === 0 && state === 'down') sentences.push(t('drift.deviceDown'))
  if (sentences.length === 0) return null
  return (
    <span className="panel-drift" title={sentences.join('\n')}>
      <TriangleAlert aria-hidden="true" />
      <span>{t('drift.mark')}</span>
    </span>
  )
}
