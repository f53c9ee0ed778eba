/** Text from outside, with control characters and marks that turn the direction of writing shown as what they are. */
export function visible(value: string): string {
  return value.replace(hidden, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
}

/** The same for a name within a sentence: what stands beside it is not turned by it. */
export function plain(value: string): string {
  return `\u2068${visible(value)}\u2069`
}

const hidden = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu
