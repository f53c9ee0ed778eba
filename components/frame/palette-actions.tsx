'use client'

import { Download, History, Languages, LogOut, Plus, SquareTerminal } from 'lucide-react'
import { usePathname, useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { askForExport } from '../export/export-menu'
import { exportFormats } from '../export/use-export'
import { locales } from '../i18n/locale'
import { canHaveTerminal } from '../terminal/new-terminal'
import { useTerminals } from '../terminal/terminals'
import { useSnapshot } from '../trpc/snapshot'
import { possibleActions, useContainerAction } from './container-action'
import { actionIcons } from './container-action-icons'
import { useCreate } from './create-dialogs'
import { languageNames, useLanguage } from './language-switch'
import { PaletteGroup, PaletteItem } from './palette-item'
import { useSignOut } from './person-menu'
import { themes } from './preference'
import { usePreferences } from './preferences'
import { themeIcons } from './theme-switch'

/** What one can do from anywhere. */
export function PaletteActions({ onDone }: { onDone: () => void }) {
  const t = useTranslations('frame.palette')
  const create = useCreate()
  const tTime = useTranslations('time')
  const router = useRouter()
  // Pictures are drawn from what the page shows.
  const isPanel = usePathname() === '/'
  const after = (act: () => void) => () => {
    onDone()
    act()
  }
  return (
    <>
      <PaletteGroup heading={t('actions')}>
        <PaletteItem id="create network" icon={<Plus />} onSelect={after(() => create('network'))}>
          {t('createNetwork')}
        </PaletteItem>
        <PaletteItem id="create container" icon={<Plus />} onSelect={after(() => create('container'))}>
          {t('createContainer')}
        </PaletteItem>
        <PaletteItem
          id="time"
          keywords={['time', 'history']}
          icon={<History />}
          onSelect={after(() => router.push('/time'))}
        >
          {tTime('history.title')}
        </PaletteItem>
        {isPanel &&
          exportFormats.map((format) => (
            <PaletteItem
              key={format}
              id={`export ${format}`}
              keywords={['export', format]}
              icon={<Download />}
              onSelect={after(() => askForExport(format))}
            >
              {`${tTime('export.title')}: ${tTime(`export.${format}`)}`}
            </PaletteItem>
          ))}
        <ContainerItems after={after} />
        <TerminalItems after={after} />
      </PaletteGroup>
      <PaletteGroup heading={t('preferences')}>
        <PreferenceItems after={after} />
      </PaletteGroup>
    </>
  )
}

type After = (act: () => void) => () => void

function ContainerItems({ after }: { after: After }) {
  const t = useTranslations('frame.palette')
  const run = useContainerAction()
  const containers = useSnapshot((snapshot) => Object.values(snapshot.containers))
  return containers.flatMap((container) =>
    possibleActions(container).map((action) => {
      const Icon = actionIcons[action]
      return (
        <PaletteItem
          key={`${action} ${container.id}`}
          id={`${action} ${container.id}`}
          keywords={[action]}
          icon={<Icon />}
          onSelect={after(() => run(action, container))}
        >
          {t(action, { name: container.name })}
        </PaletteItem>
      )
    }),
  )
}

function TerminalItems({ after }: { after: After }) {
  const t = useTranslations('terminal')
  const terminals = useTerminals()
  const containers = useSnapshot((snapshot) => Object.values(snapshot.containers).filter(canHaveTerminal))
  return containers.map(({ id, name }) => (
    <PaletteItem
      key={id}
      id={`terminal ${id}`}
      keywords={['terminal', 'shell', 'exec']}
      icon={<SquareTerminal />}
      onSelect={after(() => terminals.open({ id, name }))}
    >
      {t('openIn', { name })}
    </PaletteItem>
  ))
}

function PreferenceItems({ after }: { after: After }) {
  const t = useTranslations('frame')
  const { setTheme } = usePreferences()
  const { locale, setLocale } = useLanguage()
  const signOut = useSignOut()
  return (
    <>
      {themes.map((theme) => {
        const Icon = themeIcons[theme]
        return (
          <PaletteItem
            key={theme}
            id={`theme ${theme}`}
            keywords={['theme', theme]}
            icon={<Icon />}
            onSelect={after(() => setTheme(theme))}
          >
            {t('palette.theme', { theme: t(`theme.${theme}`) })}
          </PaletteItem>
        )
      })}
      {locales
        .filter((option) => option !== locale)
        .map((option) => (
          <PaletteItem
            key={option}
            id={`language ${option}`}
            keywords={['language', '语言']}
            icon={<Languages />}
            onSelect={after(() => setLocale(option))}
          >
            {languageNames[option].long}
          </PaletteItem>
        ))}
      <PaletteItem id="sign out" icon={<LogOut />} onSelect={after(signOut)}>
        {t('person.signOut')}
      </PaletteItem>
    </>
  )
}
