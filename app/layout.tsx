import '@fontsource-variable/inter'
import '@fontsource-variable/jetbrains-mono'
import './globals.css'
import type { Metadata, Viewport } from 'next'
import { cookies, headers } from 'next/headers'
import { NextIntlClientProvider } from 'next-intl'
import { getLocale, getTranslations } from 'next-intl/server'
import type { ReactNode } from 'react'
import { loadAgain } from '@/components/frame/load-again'
import { connectCookie, parsePreferences, themeCookie } from '@/components/frame/preference'
import { PreferencesProvider } from '@/components/frame/preferences'
import { ApiProvider } from '@/components/trpc/provider'
import { Toaster } from '@/components/ui/toast'
import { TooltipProvider } from '@/components/ui/tooltip'

export const metadata: Metadata = {
  title: { default: 'Patchbay', template: '%s · Patchbay' },
  robots: { index: false, follow: false },
  referrer: 'same-origin',
}

export const viewport: Viewport = { colorScheme: 'light dark', width: 'device-width', initialScale: 1 }

export default async function RootLayout({ children }: { children: ReactNode }) {
  const jar = await cookies()
  const preferences = parsePreferences(jar.get(themeCookie)?.value, jar.get(connectCookie)?.value)
  const t = await getTranslations('common')
  const nonce = (await headers()).get('x-nonce') ?? undefined
  return (
    <html lang={await getLocale()} data-theme={preferences.theme}>
      <head>
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: text of the build's, under the page's nonce */}
        <script nonce={nonce} suppressHydrationWarning dangerouslySetInnerHTML={{ __html: loadAgain }} />
      </head>
      <body>
        <NextIntlClientProvider>
          <PreferencesProvider initial={preferences}>
            <ApiProvider>
              <TooltipProvider>
                {children}
                <Toaster label={t('notifications')} />
              </TooltipProvider>
            </ApiProvider>
          </PreferencesProvider>
        </NextIntlClientProvider>
      </body>
    </html>
  )
}
