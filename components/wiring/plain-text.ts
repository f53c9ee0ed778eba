/** Marks that turn the direction of text, or have no width: they would make a name look like another. */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** Hostile text as it can be shown: what cannot be seen is written out ("␛", "⟨202E⟩"). */
export function plainText(text: string): string {
  return text.replace(hidden, (character) => {
    const code = character.codePointAt(0) ?? 0
    if (code < 0x20) return String.fromCodePoint(0x2400 + code)
    return code === 0x7f ? '␡' : `⟨${code.toString(16).toUpperCase().padStart(4, '0')}⟩`
  })
}
