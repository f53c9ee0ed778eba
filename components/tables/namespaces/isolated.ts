import { plainText } from '../../wiring/plain-text'

/** Hostile text as a part of a sentence: its letters, whichever way they run, leave the rest of it where it is. */
export function isolated(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : `\u2068${plainText(text)}\u2069`
}
