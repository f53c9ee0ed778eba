/**
 * A name from outside as text that stays what it is: control characters and marks that turn the direction of writing are
 * shown, and what stands beside it is not turned by it.
 */
export function plain(value: string): string {
  const shown = value.replace(hidden, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
  return `\u2068${shown}\u2069`
}

const hidden = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu
