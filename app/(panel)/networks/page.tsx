import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { Networks } from '@/components/tables/networks'

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('frame.pages')
  return { title: t('networks') }
}

export default function NetworksPage() {
  return <Networks />
}
