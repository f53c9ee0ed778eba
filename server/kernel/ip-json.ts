/**
 * What ip, bridge and tc print with -j. They write control characters of a name as they are, which no JSON holds: a link with
 * one in its name, made in any container, would take all others along.
 */
export function parseIpJson(text: string): unknown {
  return JSON.parse(text.replace(raw, (character) => `\\u00${character.charCodeAt(0).toString(16).padStart(2, '0')}`))
}

/** All but what JSON has between its values. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const raw = /[\0-\x08\x0b\x0c\x0e-\x1f]/g
