'use client'

import clsx from 'clsx'
import { useRouter } from 'next/navigation'
import { useLocale, useTranslations } from 'next-intl'
import { type Locale, localeCookie, locales } from '../i18n/locale'
import { writeCookie } from './preferences'

/** A language's own name, the same in every language. */
export const languageNames: Record<Locale, { short: string; long: string }> = {
  en: { short: 'EN', long: 'English' },
  zh: { short: '中文', long: '中文' },
}

/** Keeps the page and all that is on it; only the words change. */
export function useLanguage(): { locale: Locale; setLocale: (locale: Locale) => void } {
  const router = useRouter()
  const locale = useLocale()
  return {
    locale,
    setLocale(next) {
      writeCookie(localeCookie, next)
      router.refresh()
    },
  }
}

export function LanguageSwitch() {
  const t = useTranslations('frame')
  const { locale, setLocale } = useLanguage()
  return (
    <fieldset
      aria-label={t('language')}
      className="flex h-7 shrink-0 items-center rounded-full border border-line p-0.5"
    >
      {locales.map((option) => (
        <button
          key={option}
          type="button"
          lang={option}
          aria-pressed={option === locale}
          aria-label={languageNames[option].long}
          onClick={() => setLocale(option)}
          className={clsx(
            'h-full rounded-full px-2 text-xs transition-colors duration-150',
            option === locale ? 'bg-hover font-medium text-ink' : 'text-muted hover:text-ink',
          )}
        >
          {languageNames[option].short}
        </button>
      ))}
    </fieldset>
  )
}
