import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { Namespaces } from '@/components/tables/namespaces/namespaces'

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('frame.pages')
  return { title: t('namespaces') }
}

export default function NamespacesPage() {
  return <Namespaces />
}
