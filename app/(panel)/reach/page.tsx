import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { Reach } from '@/components/reach/reach'

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('frame.pages')
  return { title: t('reach') }
}

export default function ReachPage() {
  return <Reach />
}
