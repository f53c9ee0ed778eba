import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { Suspense } from 'react'
import { TimePage } from '@/components/history/time-page'

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('time.history')
  return { title: t('title') }
}

export default function Page() {
  return (
    <Suspense>
      <TimePage />
    </Suspense>
  )
}
