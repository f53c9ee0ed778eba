import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { Trace } from '@/components/trace/trace'

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('frame.pages')
  return { title: t('trace') }
}

export default function TracePage() {
  return <Trace />
}
