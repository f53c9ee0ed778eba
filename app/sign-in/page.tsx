import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { LanguageSwitch } from '@/components/frame/language-switch'
import { SignInForm } from '@/components/frame/sign-in-form'
import { ThemeSwitch } from '@/components/frame/theme-switch'

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('frame.signIn')
  return { title: t('pageTitle') }
}

/** `failed`: somebody came by a sign-in link that was not taken. */
export default async function SignInPage({ searchParams }: { searchParams: Promise<{ failed?: string }> }) {
  const { failed } = await searchParams
  return (
    <div className="dotted flex min-h-dvh flex-col">
      <header className="flex justify-end gap-2 p-3">
        <LanguageSwitch />
        <ThemeSwitch />
      </header>
      <main className="flex flex-1 items-start justify-center px-6 pt-[10vh] pb-12">
        <SignInForm linkFailed={failed !== undefined} />
      </main>
    </div>
  )
}
