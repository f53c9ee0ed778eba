/**
 * How well an item answers what was typed, 0 to 1; 0 hides it. Every word has to occur in the item's label (the
 * first keyword) or its other keywords; ids are left out, in which any few letters occur by chance.
 */
export function scorePaletteItem(_id: string, search: string, keywords: readonly string[] = []): number {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  const [label = '', ...others] = keywords.map((keyword) => keyword.toLowerCase())
  const text = [label, ...others].join(' ')
  if (!words.every((word) => text.includes(word))) return 0
  const typed = words.join(' ')
  if (label === typed) return 1
  if (label.startsWith(typed)) return 0.9
  return label.includes(typed) ? 0.7 : 0.4
}
