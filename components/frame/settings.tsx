'use client'

import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { locales } from '../i18n/locale'
import { useDriverWords } from '../network/driver-words'
import { useTRPC } from '../trpc/client'
import { useSnapshot } from '../trpc/snapshot'
import { Badge } from '../ui/badge'
import { Button } from '../ui/button'
import { Checkbox } from '../ui/checkbox'
import { Choice } from '../ui/choice'
import { AddressPools } from './address-pools'
import { languageNames, useLanguage } from './language-switch'
import { useSignOut } from './person-menu'
import { themes } from './preference'
import { usePreferences } from './preferences'
import { themeIcons } from './theme-switch'

/** What a person can choose in this browser, and what the daemon says about its host. */
export function Settings() {
  const t = useTranslations('frame')
  const signOut = useSignOut()
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto flex max-w-[720px] flex-col gap-8 px-6 py-8">
        <h1 className="font-semibold text-xl">{t('settings.title')}</h1>
        <Appearance />
        <PanelSettings />
        <Pools />
        <HostFacts />
        <Section title={t('settings.session')}>
          <div>
            <Button onClick={signOut}>{t('person.signOut')}</Button>
          </div>
        </Section>
      </div>
    </div>
  )
}

function Appearance() {
  const t = useTranslations('frame')
  const { theme, setTheme } = usePreferences()
  const { locale, setLocale } = useLanguage()
  return (
    <Section title={t('settings.appearance')} note={t('settings.keptHere')}>
      <Choice
        label={t('settings.theme')}
        value={theme}
        onValueChange={setTheme}
        options={themes.map((option) => {
          const Icon = themeIcons[option]
          return { value: option, label: t(`theme.${option}`), icon: <Icon className="size-4" /> }
        })}
      />
      <Choice
        label={t('settings.language')}
        value={locale}
        onValueChange={setLocale}
        options={locales.map((option) => ({ value: option, label: languageNames[option].long }))}
      />
    </Section>
  )
}

function PanelSettings() {
  const t = useTranslations('frame.settings')
  const { connectAtOnce, setConnectAtOnce } = usePreferences()
  return (
    <Section title={t('panel')} note={t('keptHere')}>
      <Checkbox
        checked={connectAtOnce}
        onCheckedChange={setConnectAtOnce}
        label={t('connectAtOnce')}
        hint={t('connectAtOnceHint')}
      />
    </Section>
  )
}

function Pools() {
  const t = useTranslations('frame.settings')
  return (
    <Section title={t('pools')} note={t('poolsNote')}>
      <AddressPools />
    </Section>
  )
}

function HostFacts() {
  const t = useTranslations('frame.settings')
  const host = useSnapshot((snapshot) => snapshot.host)
  const drivers = useQuery(useTRPC().driver.list.queryOptions())
  const words = useDriverWords()
  return (
    <Section title={t('host')}>
      <dl className="grid grid-cols-[120px_minmax(0,1fr)] gap-x-4 gap-y-2 text-sm">
        <Fact name={t('name')}>{host.name}</Fact>
        <Fact name={t('kernel')}>{host.kernel}</Fact>
        <Fact name={t('uplinks')}>
          {host.uplinks.length === 0
            ? t('noUplinks')
            : host.uplinks.map(({ name, addresses }) => `${name} ${addresses.join(', ')}`).join(' · ')}
        </Fact>
        <Fact name={t('firewall')}>{host.ruleCount}</Fact>
        <Fact name={t('docker')}>
          <Badge tone={host.docker === 'connected' ? 'ok' : host.docker === 'lost' ? 'bad' : 'neutral'}>
            {t(`dockerState.${host.docker}`)}
          </Badge>
        </Fact>
      </dl>
      {drivers.data && (
        <div className="flex flex-col gap-2">
          <h3 className="text-faint text-xs">{t('drivers')}</h3>
          <ul className="flex flex-col gap-1.5 text-sm">
            {drivers.data.map(({ name, description }) => (
              <li key={name} className="grid grid-cols-[120px_minmax(0,1fr)] gap-x-4">
                <code className="text-xs">{name}</code>
                <span className="text-muted">{words.description({ name, description })}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Section>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 break-words font-mono text-xs leading-5">{children}</dd>
    </>
  )
}

function Section({ title, note, children }: { title: string; note?: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-4">
      <div className="flex items-baseline justify-between border-line border-b pb-2">
        <h2 className="font-semibold text-base">{title}</h2>
        {note !== undefined && <p className="text-faint text-xs">{note}</p>}
      </div>
      {children}
    </section>
  )
}
