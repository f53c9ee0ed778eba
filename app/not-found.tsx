import { Unplug } from 'lucide-react'
import Link from 'next/link'
import { getTranslations } from 'next-intl/server'
import { EmptyState } from '@/components/ui/empty-state'

export default async function NotFound() {
  const t = await getTranslations('frame.notFound')
  return (
    <main className="dotted flex min-h-dvh items-center justify-center">
      <EmptyState
        icon={<Unplug />}
        title={<h1>{t('title')}</h1>}
        actions={
          <Link href="/" className="rounded text-accent hover:underline">
            {t('home')}
          </Link>
        }
      >
        {t('hint')}
      </EmptyState>
    </main>
  )
}
