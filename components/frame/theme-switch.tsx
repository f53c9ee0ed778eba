'use client'

import { Monitor, Moon, Sun } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { IconButton } from '../ui/icon-button'
import { Menu, MenuRadioGroup } from '../ui/menu'
import { type Theme, themes } from './preference'
import { usePreferences } from './preferences'

export const themeIcons: Record<Theme, typeof Sun> = { system: Monitor, light: Sun, dark: Moon }

export function ThemeSwitch() {
  const t = useTranslations('frame.theme')
  const { theme, setTheme } = usePreferences()
  const Icon = themeIcons[theme]
  return (
    <Menu
      trigger={
        <IconButton label={t('label')}>
          <Icon />
        </IconButton>
      }
    >
      <MenuRadioGroup
        value={theme}
        onValueChange={setTheme}
        options={themes.map((option) => {
          const OptionIcon = themeIcons[option]
          return { value: option, label: t(option), icon: <OptionIcon className="text-muted" /> }
        })}
      />
    </Menu>
  )
}
