/** One option of a rule as iptables prints it: `! -i br-0 `, `-m tcp`, `--dport 80`. */
export interface RuleOption {
  readonly name: string
  readonly negated: boolean
  readonly values: readonly string[]
}

/** Splits a line of iptables-save into words; what stands in double quotes is one word. */
export function splitArguments(line: string): string[] {
  const words: string[] = []
  for (const match of line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)) {
    words.push(match[1] === undefined ? (match[2] ?? '') : match[1].replace(/\\(.)/g, '$1'))
  }
  return words
}

/** Groups words into options with what follows them. */
export function parseOptions(line: string): RuleOption[] {
  const options: { name: string; negated: boolean; values: string[] }[] = []
  let negated = false
  for (const word of splitArguments(line)) {
    if (word === '!') negated = true
    else if (/^--?[a-z]/i.test(word)) {
      options.push({ name: word, negated, values: [] })
      negated = false
    } else options.at(-1)?.values.push(word)
  }
  return options
}
