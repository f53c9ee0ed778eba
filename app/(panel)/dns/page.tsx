import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { Dns } from '@/components/tables/dns'

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('frame.pages')
  return { title: t('dns') }
}

export default function DnsPage() {
  return <Dns />
}
