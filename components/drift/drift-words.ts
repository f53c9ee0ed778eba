import type { useTranslations } from 'next-intl'
import type { DriftView } from '@/server/observe/snapshot'

type Translate = ReturnType<typeof useTranslations<'time.drift'>>

const controls = /\p{Cc}|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu
const longest = 400

/** A name from the host within a sentence: control characters shown, its direction kept to itself. */
export function quoteName(text: string): string {
  const shown = text.replace(controls, (one) => `\\u${(one.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)
  return `\u2068${shown.length > longest ? `${shown.slice(0, longest)}…` : shown}\u2069`
}

function quoteAll(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, quoteName(value)]))
}

/** What is wrong, in sentences. */
export function sentencesOf({ words }: Pick<DriftView, 'words'>, t: Translate): string {
  return words.map(({ code, values }) => t(`what.${code}`, quoteAll(values) as never)).join(' ')
}

/** Whom it is about. */
export function aboutText({ about }: Pick<DriftView, 'about'>, t: Translate): string {
  if (about === null) return t('about.host')
  const { kind, ...names } = about
  return t(`about.${kind}`, quoteAll(names) as never)
}

/** Differences, where one of them may stand for many that are alike. */
export function countDrift(drifts: readonly Pick<DriftView, 'alike'>[]): number {
  return drifts.reduce((sum, { alike = 0 }) => sum + 1 + alike, 0)
}
