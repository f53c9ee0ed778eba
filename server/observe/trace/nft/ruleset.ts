/** What a rule is made of, as `nft -j` writes it: one key that names it, and what it is about. */
export type Expression = unknown

export interface NftRule {
  /** From 1, in its chain. */
  readonly number: number
  readonly handle: number
  readonly statements: readonly Record<string, Expression>[]
  /** As `nft list` prints it. */
  readonly text: string
}

export interface NftChain {
  readonly family: string
  readonly table: string
  readonly name: string
  /** Null: no packet comes here but by a jump. */
  readonly base: {
    readonly type: string
    readonly hook: string
    readonly priority: number
    readonly drops: boolean
    /** Of netdev and of ingress: the links whose packets come here. */
    readonly links: readonly string[]
  } | null
  readonly rules: readonly NftRule[]
  /** Of two on one hook with one priority the kernel asks the younger first. */
  readonly age: number
}

export interface NftRuleset {
  /** Those that packets come to, in no order. */
  readonly bases: readonly NftChain[]
  chain(family: string, table: string, name: string): NftChain | undefined
  /** Elements of a set or map; undefined where there is none of that name. */
  elements(family: string, table: string, name: string): readonly Expression[] | undefined
  /** Families of tables whose rules need connections to be tracked. */
  readonly tracking: ReadonlySet<string>
  /** What nft said could not be read. */
  readonly isUnread: boolean
}

interface Entry {
  readonly table?: { readonly family: string; readonly name: string; readonly handle: number }
  readonly chain?: {
    readonly family: string
    readonly table: string
    readonly name: string
    readonly handle: number
    readonly type?: string
    readonly hook?: string
    readonly prio?: number
    readonly policy?: string
  }
  readonly rule?: {
    readonly family: string
    readonly table: string
    readonly chain: string
    readonly handle: number
    readonly expr?: readonly Record<string, Expression>[]
  }
  readonly set?: Elements
  readonly map?: Elements
}

interface Elements {
  readonly family: string
  readonly table: string
  readonly name: string
  readonly elem?: readonly Expression[]
}

const keyOf = (...parts: readonly (string | number)[]) => JSON.stringify(parts)

/** From `nft -j list ruleset` and, for words, `nft -a list ruleset`. */
export function parseRuleset(json: string, text: string): NftRuleset {
  const entries = entriesOf(json)
  const { lines, asleep, links } = ruleLines(text)
  const chains = new Map<string, NftChain & { rules: NftRule[] }>()
  const elements = new Map<string, readonly Expression[]>()
  const tables = new Map<string, { age: number; isOff: boolean }>()
  const tracking = new Set<string>()
  for (const { table, chain, rule, set, map } of entries ?? []) {
    if (table) {
      const key = keyOf(table.family, table.name)
      tables.set(key, { age: table.handle, isOff: asleep.has(key) })
    }
    if (chain) {
      const { family, table: of, name } = chain
      const { age = 0, isOff = false } = tables.get(keyOf(family, of)) ?? {}
      if (chain.type === 'nat') tracking.add(family)
      chains.set(keyOf(family, of, name), {
        ...{ family, table: of, name, rules: [], age: age * 1e6 + chain.handle },
        base: isOff ? null : baseOf(chain, links.get(keyOf(family, of, name)) ?? []),
      })
    }
    if (rule) {
      const statements = rule.expr ?? []
      const rules = chains.get(keyOf(rule.family, rule.table, rule.chain))?.rules
      const line = lines.get(keyOf(rule.family, rule.table, rule.handle))
      rules?.push({ number: rules.length + 1, handle: rule.handle, statements, text: line ?? '' })
      if (/"ct( count)?":/.test(JSON.stringify(statements))) tracking.add(rule.family)
    }
    const named = set ?? map
    if (named) elements.set(keyOf(named.family, named.table, named.name), named.elem ?? [])
  }
  return {
    bases: [...chains.values()].filter(({ base }) => base !== null),
    chain: (family, table, name) => chains.get(keyOf(family, table, name)),
    elements: (family, table, name) => elements.get(keyOf(family, table, name)),
    tracking,
    isUnread: entries === undefined,
  }
}

/** The flags of a table are left out: nft 1.0.6 writes there what lies about in its memory. */
function entriesOf(json: string): readonly Entry[] | undefined {
  const sound = json.replace(
    /(\{"table": \{"family": "\w+", "name": "(?:[^"\\]|\\.)*", "handle": \d+), "flags": [\s\S]*?\}\}/g,
    '$1}}',
  )
  try {
    return (JSON.parse(sound === '' ? '{}' : sound) as { nftables?: readonly Entry[] }).nftables ?? []
  } catch {
    return undefined
  }
}

function baseOf({ type, hook, prio, policy }: NonNullable<Entry['chain']>, links: readonly string[]): NftChain['base'] {
  if (hook === undefined) return null
  return { type: type ?? 'filter', hook, priority: prio ?? 0, drops: policy === 'drop', links }
}

interface Printed {
  /** What each rule is in words, by family, table and handle. */
  readonly lines: ReadonlyMap<string, string>
  /** Tables that do nothing. */
  readonly asleep: ReadonlySet<string>
  /** At which links chains stand, by family, table and name: nft 1.0.6 does not say it in JSON. */
  readonly links: ReadonlyMap<string, readonly string[]>
}

function ruleLines(text: string): Printed {
  const printed = { lines: new Map<string, string>(), asleep: new Set<string>(), links: new Map<string, string[]>() }
  let table: readonly string[] = []
  let chain: string | null = null
  let begun = ''
  for (const line of text.split('\n')) {
    const opened = /^table (\S+) (\S+) \{/.exec(line)
    if (opened) table = [opened[1] ?? '', opened[2] ?? '']
    if (/^\tflags .*dormant/.test(line)) printed.asleep.add(keyOf(...table))
    if (/^\t[^\t]/.test(line)) {
      chain = /^\tchain (\S+) \{/.exec(line)?.[1] ?? null
      begun = ''
    } else if (chain !== null && line.startsWith('\t\ttype ')) {
      const devices = /hook \w+ devices? (.*) priority /.exec(line)?.[1] ?? ''
      printed.links.set(
        keyOf(...table, chain),
        [...devices.matchAll(/"([^"]*)"/g)].map(([, name = '']) => name),
      )
    } else if (chain !== null && line.startsWith('\t\t')) {
      // What is long stands on many lines.
      const [, words = '', handle] = /^(.*?)(?: # handle (\d+))?$/.exec(line.trim()) ?? []
      begun = begun === '' ? words : `${begun} ${words}`
      if (handle === undefined) continue
      printed.lines.set(keyOf(...table, Number(handle)), begun.replace(/ counter packets \d+ bytes \d+/, ' counter'))
      begun = ''
    }
  }
  return printed
}

export const noRuleset: NftRuleset = parseRuleset('', '')
