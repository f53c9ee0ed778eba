import type { Told } from '@/server/cnm/sentence'

/** A language's words for the daemon's sentences, by their English templates, and what stands between those of a list. */
export interface Catalogue {
  readonly sentences: Readonly<Record<string, string>>
  readonly comma: string
}

const english: Catalogue = { sentences: {}, comma: ', ' }

/** A value and, where Chinese is beside it, the space between them. */
const place = /((?<=\p{Script=Han}) )?\{(\d+)\}( (?=\p{Script=Han}))?/gu

/** What the daemon told, in the catalogue's language; a sentence that it does not have stays English, as strings do. */
export function say(told: Told, catalogue = english): string {
  if (typeof told === 'string') return told
  const text = catalogue.sentences[told.template] ?? told.template
  return text.replace(place, (_, before = '', index: string, after = '') => {
    const value = told.values[Number(index)] ?? ''
    const words = [value].flat().map((one) => say(one, catalogue))
    const filled = words.join(catalogue.comma)
    // Names stand apart from Chinese; a sentence in a sentence does not.
    if (typeof value === 'string') return `${before}${filled}${after}`
    return `${/^\p{Script=Han}/u.test(filled) ? '' : before}${filled}${/\p{Script=Han}$/u.test(filled) ? '' : after}`
  })
}
