import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { Settings } from '@/components/frame/settings'

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('frame.pages')
  return { title: t('settings') }
}

export default function SettingsPage() {
  return <Settings />
}
