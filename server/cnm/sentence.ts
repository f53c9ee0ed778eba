/** What people read: a sentence in their language, a string as it is. */
export type Said = string | Sentence

/** What stands in a sentence: names and numbers as they are, sentences in the language of the whole. */
export type SentenceValue = Said | number | bigint | undefined | null | readonly Said[]

/** A sentence as JSON: `{0}` in the English template is the place of the first value. */
export interface ToldSentence {
  readonly template: string
  readonly values: readonly (Told | readonly Told[])[]
}

/** What is said, as JSON. */
export type Told = string | ToldSentence

const hidden = /[\p{Bidi_Control}\p{Cs}]|(?![\n\t])\p{Cc}/gu

/** Text that somebody typed, without what would turn or hide the sentence around it: `\u202e` is then seen as such. */
export function plainly(text: string): string {
  return text.replace(hidden, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function shownPlainly(value: SentenceValue): Said {
  return value instanceof Sentence ? value : plainly(String(value))
}

/** A sentence of the daemon's: English text, and what it needs to be said in another language. */
export class Sentence {
  readonly parts: readonly string[]
  readonly values: readonly SentenceValue[]

  constructor(parts: readonly string[], values: readonly SentenceValue[]) {
    this.parts = parts
    this.values = values
  }

  /** In English. */
  toString(): string {
    const textOf = (value: SentenceValue) => [value].flat().map(shownPlainly).join(', ')
    return this.parts.reduce((text, part, index) => `${text}${textOf(this.values[index - 1])}${part}`)
  }

  toJSON(): ToldSentence {
    const values = this.values.map((value) => (Array.isArray(value) ? value.map(shownPlainly) : shownPlainly(value)))
    const template = this.parts.reduce((text, part, index) => `${text}{${index - 1}}${part}`)
    return { template, values: values as ToldSentence['values'] }
  }
}

/**
 * Tags a text that people read: sentence`network ${name} has ${count} endpoints`. Its Chinese stands in
 * components/messages/zh/sentences.json under `network {0} has {1} endpoints`. A list is told with commas.
 */
export function sentence(parts: TemplateStringsArray, ...values: readonly SentenceValue[]): Sentence {
  return new Sentence(parts, values)
}

/** As plain JSON. */
export function toTold(said: Said): Told {
  return typeof said === 'string' ? said : said.toJSON()
}

const fixed = new Map<string, Sentence>()

/** As a column of the store has it; `readSaid` takes it back. */
export function writeSaid(said: Said): string {
  return typeof said === 'string' ? said : JSON.stringify(said)
}

export function readSaid(text: string): Said {
  if (!text.startsWith('{"template":')) return text
  try {
    return fromTold(JSON.parse(text))
  } catch {
    return text
  }
}

/** What was told as JSON, to be said in English by `String`. */
export function fromTold(told: Told): Said {
  if (typeof told === 'string') return told
  const values = told.values.map((value) => (Array.isArray(value) ? value.map(fromTold) : fromTold(value as Told)))
  return new Sentence(told.template.split(/\{\d+\}/), values)
}

/** The English text of a constant, for what takes text only, as zod's messages; `saidBy` finds the sentence again. */
export function fixedText(constant: Sentence): string {
  const text = String(constant)
  fixed.set(text, constant)
  return text
}

export function saidBy(text: string): Said {
  return fixed.get(text) ?? text
}
