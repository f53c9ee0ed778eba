import type { SavedRule } from '../../kernel/firewall-save'

/** One condition of a rule, as `-m conntrack ! --ctstate NEW` or `! -i eth0` make it. */
export interface Condition {
  /** Without dashes: "s", "i", "ctstate"; "?" for one that is not known here. */
  readonly name: string
  readonly module: string
  readonly values: readonly string[]
  readonly inverted: boolean
}

export interface ParsedRule {
  readonly conditions: readonly Condition[]
  /** '' where the rule only counts. */
  readonly target: string
  readonly goes: boolean
  /** The target's own, "--to-destination" to its values. */
  readonly options: ReadonlyMap<string, readonly string[]>
  readonly comment: string | null
}

const longNames: Readonly<Record<string, string>> = {
  source: 's',
  src: 's',
  destination: 'd',
  dst: 'd',
  'in-interface': 'i',
  'out-interface': 'o',
  protocol: 'p',
  proto: 'p',
  'source-port': 'sport',
  'destination-port': 'dport',
  'source-ports': 'sports',
  'destination-ports': 'dports',
  fragment: 'f',
}

const known = new WeakMap<SavedRule, ParsedRule>()

export function parseRule(rule: SavedRule): ParsedRule {
  const before = known.get(rule)
  if (before) return before
  const parsed = parse(rule.args)
  known.set(rule, parsed)
  return parsed
}

function parse(args: readonly string[]): ParsedRule {
  const conditions: Condition[] = []
  let module = ''
  let inverted = false
  let comment: string | null = null
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? ''
    if (word === '!') {
      inverted = true
      continue
    }
    if (word === '-m' || word === '--match') {
      module = args[++at] ?? ''
      continue
    }
    if (word === '-j' || word === '--jump' || word === '-g' || word === '--goto') {
      const target = args[at + 1] ?? ''
      const goes = word === '-g' || word === '--goto'
      return { conditions, target, goes, options: optionsIn(args.slice(at + 2)), comment }
    }
    const name = word.replace(/^--?/, '')
    const values: string[] = []
    // A comment may look like an option.
    if (name === 'comment') values.push(args[++at] ?? '')
    else while (at + 1 < args.length && !isOption(args[at + 1] ?? '')) values.push(args[++at] ?? '')
    if (name === 'comment') comment = values[0] ?? null
    else conditions.push({ name: longNames[name] ?? name, module, values, inverted })
    inverted = false
  }
  return { conditions, target: '', goes: false, options: new Map(), comment }
}

/** Numbers may be negative. */
function isOption(word: string): boolean {
  return word === '!' || /^--?[a-zA-Z]/.test(word)
}

function optionsIn(words: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const options = new Map<string, string[]>()
  let values: string[] = []
  for (const word of words) {
    if (isOption(word)) {
      values = []
      options.set(word.replace(/^--?/, ''), values)
    } else values.push(word)
  }
  return options
}
