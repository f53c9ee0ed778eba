import type { Table } from '../plan/object'

/** The firewall of a namespace, as iptables-save prints it. */
export interface SavedFirewall {
  readonly tables: readonly SavedTable[]
}

export interface SavedTable {
  readonly name: Table
  readonly chains: readonly SavedChain[]
}

export interface SavedChain {
  readonly name: string
  /** ACCEPT or DROP for built-in chains, else null. */
  readonly policy: string | null
  /** Of the policy; 0 for chains without one. */
  readonly packets: number
  readonly bytes: number
  readonly rules: readonly SavedRule[]
}

export interface SavedRule {
  /** Matches and target, unquoted: ['-i', 'br-…', '-j', 'ACCEPT']. */
  readonly args: readonly string[]
  readonly packets: number
  readonly bytes: number
  /** The line without counters: "-A FORWARD -i br-… -j ACCEPT". */
  readonly text: string
}

interface OpenChain extends SavedChain {
  readonly rules: SavedRule[]
}
interface OpenTable extends SavedTable {
  readonly chains: OpenChain[]
}

const knownTables: readonly string[] = ['raw', 'mangle', 'nat', 'filter'] satisfies Table[]

/** Reads the output of `iptables-save -c`. Tables that Patchbay does not use (security) are left out. */
export function parseSave(text: string): SavedFirewall {
  const tables: OpenTable[] = []
  let table: OpenTable | undefined
  let chains = new Map<string, OpenChain>()
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) {
      table = openTable(line.slice(1).trim())
      chains = new Map()
      if (table !== undefined) tables.push(table)
    } else if (line.startsWith(':')) {
      const chain = parseChain(line)
      chains.set(chain.name, chain)
      table?.chains.push(chain)
    } else if (line.startsWith('[') || line.startsWith('-A ')) {
      const { chain, rule } = parseRule(line)
      chains.get(chain)?.rules.push(rule)
    }
  }
  return { tables }
}

function openTable(name: string): OpenTable | undefined {
  return knownTables.includes(name) ? { name: name as Table, chains: [] } : undefined
}

/** ":FORWARD ACCEPT [12:3456]" */
function parseChain(line: string): OpenChain {
  const [name = '', policy = '-', counters = ''] = line.slice(1).split(' ')
  return { name, policy: policy === '-' ? null : policy, ...parseCounters(counters), rules: [] }
}

/** "[12:3456] -A FORWARD -i br-… -j ACCEPT" */
function parseRule(line: string): { chain: string; rule: SavedRule } {
  const start = line.indexOf('-A ')
  const text = line.slice(start)
  const [, chain = '', ...args] = splitArguments(text)
  return { chain, rule: { args, ...parseCounters(line.slice(0, start)), text } }
}

function parseCounters(text: string): { packets: number; bytes: number } {
  const [, packets = '0', bytes = '0'] = /\[(\d+):(\d+)\]/.exec(text) ?? []
  return { packets: Number(packets), bytes: Number(bytes) }
}

/** Splits as iptables' own parser does: at blanks outside of double quotes; in quotes a backslash escapes any character. */
export function splitArguments(text: string): string[] {
  const args: string[] = []
  let arg: string | undefined
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? ''
    if (isQuoted && character === '\\') arg = (arg ?? '') + (text[++at] ?? '')
    else if (character === '"') {
      isQuoted = !isQuoted
      arg ??= ''
    } else if (!isQuoted && (character === ' ' || character === '\t')) {
      if (arg !== undefined) args.push(arg)
      arg = undefined
    } else arg = (arg ?? '') + character
  }
  if (arg !== undefined) args.push(arg)
  return args
}
