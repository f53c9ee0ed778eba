import type { Owners } from './owners'
import { splitRule } from './rule'
import type { ChainView, OwnerView, RuleView, TableView } from './snapshot'

/** A line of `iptables-save -c`, its counters taken off. */
export interface FirewallLine {
  /** "*filter", ":INPUT ACCEPT" or "-A INPUT …" */
  readonly text: string
  readonly packets: number
  readonly bytes: number
}

type Counters = { readonly packets: number; readonly bytes: number }
export type MovedCounters = {
  readonly rules: Readonly<Record<string, Counters>>
  readonly policies: Readonly<Record<string, Counters>>
}

/** Takes counters, remarks and COMMIT lines out; what is left of two reads is equal exactly when the rules are. */
export function readLines(text: string): FirewallLine[] {
  return wholeLines(text).flatMap((line) => {
    if (line === '' || line === 'COMMIT' || line.startsWith('#')) return []
    const rule = /^\[(\d+):(\d+)\] /.exec(line)
    if (rule) return [{ text: line.slice(rule[0].length), packets: Number(rule[1]), bytes: Number(rule[2]) }]
    const chain = /^(:.*) \[(\d+):(\d+)\]$/.exec(line)
    if (chain) return [{ text: chain[1] ?? '', packets: Number(chain[2]), bytes: Number(chain[3]) }]
    return [{ text: line, packets: 0, bytes: 0 }]
  })
}

/** A comment may hold a line break; a line is whole when its quotes are closed. */
function wholeLines(text: string): string[] {
  const lines: string[] = []
  let open = ''
  for (const piece of text.split('\n')) {
    const line = open === '' ? piece : `${open}\n${piece}`
    open = line.includes('"') && hasOpenQuote(line) ? line : ''
    if (open === '') lines.push(line)
  }
  return open === '' ? lines : [...lines, open]
}

function hasOpenQuote(line: string): boolean {
  return (line.replace(/\\./gs, '').split('"').length - 1) % 2 === 1
}

export function sameRules(one: readonly FirewallLine[], other: readonly FirewallLine[]): boolean {
  return one.length === other.length && one.every((line, index) => line.text === other[index]?.text)
}

export function countRules(lines: readonly FirewallLine[]): number {
  return lines.reduce((count, line) => count + (line.text.startsWith('-A ') ? 1 : 0), 0)
}

/** The counters that differ between two reads of the same rules; null where none does. */
export function movedCounters(
  before: readonly FirewallLine[],
  after: readonly FirewallLine[],
  tables: readonly TableView[],
): MovedCounters | null {
  const changed = new Set<number>()
  after.forEach((line, index) => {
    const old = before[index]
    if (line.packets !== old?.packets || line.bytes !== old.bytes) changed.add(index)
  })
  if (changed.size === 0) return null
  const places = placesOf(after, tables)
  const pick = (kind: Place['kind']) =>
    Object.fromEntries(
      [...changed].flatMap((index) => {
        const place = places[index]
        const { packets = 0, bytes = 0 } = after[index] ?? {}
        return place?.kind === kind ? [[place.key, { packets, bytes }]] : []
      }),
    )
  return { rules: pick('rule'), policies: pick('policy') }
}

interface Place {
  readonly kind: 'rule' | 'policy' | 'table'
  readonly key: string
}

/** What each line is about: walks lines and tables side by side. */
function placesOf(lines: readonly FirewallLine[], tables: readonly TableView[]): Place[] {
  let table = ''
  const keys = new Map<string, readonly RuleView[]>(
    tables.flatMap((one) => one.chains.map((chain) => [`${one.name} ${chain.name}`, chain.rules] as const)),
  )
  const seen = new Map<string, number>()
  return lines.map(({ text }) => {
    if (text.startsWith('*')) table = text.slice(1)
    if (text.startsWith(':')) return { kind: 'policy', key: `${table} ${chainOf(text)}` }
    if (!text.startsWith('-A ')) return { kind: 'table', key: table }
    const chain = `${table} ${chainOf(text)}`
    const number = seen.get(chain) ?? 0
    seen.set(chain, number + 1)
    return { kind: 'rule', key: keys.get(chain)?.[number]?.key ?? '' }
  })
}

function chainOf(text: string): string {
  return (text.startsWith(':') ? text.slice(1) : text.slice('-A '.length)).split(' ', 1)[0] ?? ''
}

/** Tables, chains and rules with their owners. Pure. */
export function drawTables(lines: readonly FirewallLine[], owners: Owners): TableView[] {
  return splitTables(lines)
    .map(({ name: table, chains }) => ({
      name: table,
      chains: chains.map(({ header, rules }) =>
        drawChain({ table, chain: chainOf(header.text), owners }, header, rules),
      ),
    }))
    .map(markJumps)
}

interface ChainLines {
  readonly header: FirewallLine
  readonly rules: FirewallLine[]
}

function splitTables(lines: readonly FirewallLine[]): { name: string; chains: ChainLines[] }[] {
  const tables: { name: string; chains: ChainLines[] }[] = []
  const byName = new Map<string, ChainLines>()
  for (const line of lines) {
    const table = tables.at(-1)
    if (line.text.startsWith('*')) {
      tables.push({ name: line.text.slice(1), chains: [] })
      byName.clear()
    } else if (line.text.startsWith(':') && table) {
      const chain = { header: line, rules: [] }
      table.chains.push(chain)
      byName.set(chainOf(line.text), chain)
    } else byName.get(chainOf(line.text))?.rules.push(line)
  }
  return tables
}

interface ChainPlace {
  readonly table: string
  readonly chain: string
  readonly owners: Owners
}

function drawChain(place: ChainPlace, header: FirewallLine, lines: readonly FirewallLine[]): ChainView {
  const policy = header.text.split(' ')[1] ?? '-'
  const occurrences = new Map<string, number>()
  const rules = lines.map((line, index) => {
    const occurrence = occurrences.get(line.text) ?? 0
    occurrences.set(line.text, occurrence + 1)
    return drawRule(place, line, { number: index + 1, occurrence })
  })
  const { packets, bytes } = header
  return { name: place.chain, policy: policy === '-' ? null : policy, packets, bytes, rules }
}

function drawRule(
  { table, chain, owners }: ChainPlace,
  line: FirewallLine,
  { number, occurrence }: { number: number; occurrence: number },
): RuleView {
  const args = line.text.slice(`-A ${chain}`.length).trim()
  const { match, target, targetArgs, comment, ports } = splitRule(args)
  return {
    key: `${table} ${chain} ${args} #${occurrence}`,
    number,
    match,
    target,
    targetArgs,
    isJump: false,
    packets: line.packets,
    bytes: line.bytes,
    owner: (comment !== null && owners.ofMark(comment, ports)) || ownerByName(chain, target),
    text: line.text,
  }
}

function markJumps(table: TableView): TableView {
  const names = new Set(table.chains.map((chain) => chain.name))
  const mark = (rule: RuleView) => (names.has(rule.target) ? { ...rule, isJump: true } : rule)
  return { ...table, chains: table.chains.map((chain) => ({ ...chain, rules: chain.rules.map(mark) })) }
}

/** Without a mark, a rule is known by the chain that it stands in or leads to. PATCHBAY-USER is the administrator's. */
function ownerByName(chain: string, target: string): OwnerView | null {
  if (chain === 'PATCHBAY-USER' || chain === 'DOCKER-USER') return null
  const names = [chain, target]
  if (names.some((name) => name.startsWith('PATCHBAY'))) return { type: 'patchbay', name: 'Patchbay' }
  if (names.some((name) => name.startsWith('DOCKER'))) return { type: 'docker', name: 'Docker' }
  return null
}
