import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { Containers } from '@/components/tables/containers'

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('frame.pages')
  return { title: t('containers') }
}

export default function ContainersPage() {
  return <Containers />
}
