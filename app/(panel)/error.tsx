'use client'

import { TriangleAlert } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Button } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/empty-state'

/** One page that fails leaves the frame standing. */
export default function PageError({ error, reset }: { error: Error; reset: () => void }) {
  const t = useTranslations('frame.broken')
  return (
    <EmptyState
      icon={<TriangleAlert />}
      title={<h1>{t('title')}</h1>}
      actions={<Button onClick={reset}>{t('again')}</Button>}
    >
      {t('hint', { message: error.message })}
    </EmptyState>
  )
}
