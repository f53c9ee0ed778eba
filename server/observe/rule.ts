import type { RulePorts } from './owners'

/** A rule's arguments as iptables-save prints them, taken apart. */
export interface RuleParts {
  readonly match: string
  readonly target: string
  readonly targetArgs: string
  readonly comment: string | null
  /** Null: the rule matches no single destination port. */
  readonly ports: RulePorts | null
}

interface Word {
  readonly value: string
  readonly start: number
  readonly end: number
}

const jumps = new Set(['-j', '--jump', '-g', '--goto'])

/** Options whose value may look like an option itself. */
const freeText = new Set(['--comment', '--string', '--hex-string', '--log-prefix', '--nflog-prefix', '--path'])

/** Splits what follows the chain's name in a line of iptables-save: before `-j` or `-g`, its target, and what follows. */
export function splitRule(args: string): RuleParts {
  const words = splitWords(args)
  const at = words.findIndex((word, index) => jumps.has(word.value) && !freeText.has(words[index - 1]?.value ?? ''))
  const jump = at < 0 ? undefined : words[at]
  const target = at < 0 ? undefined : words[at + 1]
  const option = (...names: string[]) => valueAfter(words, names)
  return {
    match: jump ? args.slice(0, jump.start).trim() : args.trim(),
    target: target?.value ?? '',
    targetArgs: target ? args.slice(target.end).trim() : '',
    comment: option('--comment'),
    ports: portsOf(option),
  }
}

function portsOf(option: (...names: string[]) => string | null): RulePorts | null {
  const protocol = option('-p', '--protocol')
  const port = portIn(option('--dport', '--destination-port'))
  if (protocol === null || port === null) return null
  return { protocol, port, translatedPort: portIn(option('--to-destination')?.split(':')[1] ?? null) }
}

function valueAfter(words: readonly Word[], names: readonly string[]): string | null {
  const at = words.findIndex(
    (word, index) => names.includes(word.value) && !freeText.has(words[index - 1]?.value ?? ''),
  )
  return at < 0 ? null : (words[at + 1]?.value ?? null)
}

function portIn(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Number(text) : null
}

/** Words as iptables-save quotes them: bare, or in double quotes with backslashes before `"`, `'` and `\`. */
function splitWords(text: string): Word[] {
  const pattern = /"((?:\\.|[^"\\])*)"|(\S+)/gs
  return Array.from(text.matchAll(pattern), (found) => ({
    value: found[1] === undefined ? (found[2] ?? '') : found[1].replace(/\\(.)/gs, '$1'),
    start: found.index,
    end: found.index + found[0].length,
  }))
}
