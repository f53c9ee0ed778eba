import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { Fdb } from '@/components/tables/fdb'

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('frame.pages')
  return { title: t('fdb') }
}

export default function FdbPage() {
  return <Fdb />
}
