/** A word as a POSIX shell reads it back, whatever it holds. Plain words stay plain. */
export function quoteWord(word: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) return word
  return `'${word.replaceAll("'", "'\\''")}'`
}

/** An argument list as one line for a shell. */
export function shellLine(words: readonly string[]): string {
  return words.map(quoteWord).join(' ')
}

/**
 * The arguments that a line means: parted at blanks, quotes and backslashes as in a shell. Nothing is
 * expanded: `$HOME` and `*` are those characters. An open quote reaches to the end.
 */
export function parseWords(line: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote: "'" | '"' | undefined
  for (let index = 0; index < line.length; index++) {
    const char = line[index] ?? ''
    if (quote !== undefined) {
      if (char === quote) quote = undefined
      else if (char === '\\' && quote === '"' && isEscapable(line[index + 1])) word = (word ?? '') + line[++index]
      else word = (word ?? '') + char
    } else if (char === "'" || char === '"') {
      quote = char
      word ??= ''
    } else if (char === '\\' && index + 1 < line.length) word = (word ?? '') + line[++index]
    else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + char
  }
  if (word !== undefined) words.push(word)
  return words
}

/** What a backslash takes the meaning from within double quotes. */
function isEscapable(char: string | undefined): boolean {
  return char === '"' || char === '\\' || char === '$' || char === '`'
}
