import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { WiringPage } from '@/components/wiring/wiring-page'

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('frame.pages')
  return { title: t('wiring') }
}

export default function Wiring() {
  return <WiringPage />
}
