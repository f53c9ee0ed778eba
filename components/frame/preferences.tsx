'use client'

import { createContext, type ReactNode, useContext, useState } from 'react'
import { connectCookie, type Preferences, type Theme, themeCookie } from './preference'

interface PreferencesState extends Preferences {
  setTheme(theme: Theme): void
  setConnectAtOnce(connectAtOnce: boolean): void
}

const PreferencesContext = createContext<PreferencesState | null>(null)

export function PreferencesProvider({ initial, children }: { initial: Preferences; children: ReactNode }) {
  const [preferences, setPreferences] = useState(initial)
  const value: PreferencesState = {
    ...preferences,
    setTheme(theme) {
      document.documentElement.dataset.theme = theme
      writeCookie(themeCookie, theme)
      setPreferences((before) => ({ ...before, theme }))
    },
    setConnectAtOnce(connectAtOnce) {
      writeCookie(connectCookie, connectAtOnce ? 'at-once' : 'sheet')
      setPreferences((before) => ({ ...before, connectAtOnce }))
    },
  }
  return <PreferencesContext value={value}>{children}</PreferencesContext>
}

/** What the person chose, and how to choose otherwise. */
export function usePreferences(): PreferencesState {
  const value = useContext(PreferencesContext)
  if (!value) throw new Error('usePreferences needs a PreferencesProvider above it')
  return value
}

/** For a year, for every page, and sent to this site alone. */
export function writeCookie(name: string, value: string): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API exists only on secure origins
  document.cookie = `${name}=${value}; Path=/; Max-Age=31536000; SameSite=Lax`
}
