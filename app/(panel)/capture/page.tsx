import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { CapturePage } from '@/components/capture/capture-page'

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('frame.pages')
  return { title: t('capture') }
}

export default function Page() {
  return <CapturePage />
}
