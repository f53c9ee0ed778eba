'use client'

import { useLocale } from 'next-intl'
import { useCallback, useEffect, useSyncExternalStore } from 'react'
import type { Told } from '@/server/cnm/sentence'
import type { Locale } from './locale'
import { type Catalogue, say } from './say'

/** English is what the daemon says; the words of other languages come when somebody reads them. */
const sources: Partial<Record<Locale, () => Promise<Catalogue>>> = {
  zh: async () => ({ sentences: (await import('../messages/zh/sentences.json')).default, comma: '、' }),
}
const catalogues = new Map<string, Catalogue>()
const listeners = new Set<() => void>()

/** What the daemon told, in the reader's language. */
export function useSay(): (told: Told) => string {
  const locale = useLocale()
  const catalogue = useSyncExternalStore(
    subscribe,
    () => catalogues.get(locale),
    () => undefined,
  )
  useEffect(() => void loadCatalogue(locale), [locale])
  return useCallback((told: Told) => say(told, catalogue), [catalogue])
}

/** The same outside of React. */
export function sayHere(told: Told): string {
  return say(told, catalogues.get(document.documentElement.lang))
}

/** Resolves when there are words of the language, or none could be had: English is shown then. */
export async function loadCatalogue(locale = document.documentElement.lang): Promise<void> {
  if (catalogues.has(locale)) return
  const catalogue = await sources[locale as Locale]?.().catch(() => undefined)
  if (!catalogue) return
  catalogues.set(locale, catalogue)
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
