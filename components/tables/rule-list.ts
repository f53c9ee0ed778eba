import type { ChainView, FirewallView, OwnerView, RuleView, TableView } from '@/server/observe/snapshot'
import { type Counter, policyKey } from './firewall-feed'

/** A row of the table: the head of a chain, or one of its rules. */
export type RuleItem =
  | {
      readonly type: 'chain'
      readonly key: string
      readonly table: string
      readonly chain: ChainView
      readonly shown: number
    }
  | {
      readonly type: 'rule'
      readonly key: string
      readonly table: string
      readonly chain: ChainView
      readonly rule: RuleView
    }

export const ownerFilters = ['patchbay', 'docker', 'others'] as const
export type OwnerFilter = (typeof ownerFilters)[number]

export interface RuleFilter {
  /** The one chain to show; null: all of them. */
  readonly chain: { readonly table: string; readonly chain: string } | null
  readonly owners: readonly string[]
  /** True: only rules that have counted anything. */
  readonly onlyCounted: boolean
  /** Lower case; empty: everything. */
  readonly search: string
}

/** What a rule is searched by, besides what iptables prints. */
export type RuleWords = (rule: RuleView) => string

/** The rows to show. Chains without a rule that passes the filter are left out as soon as anything is filtered. */
export function listRuleItems(
  firewall: FirewallView,
  counters: ReadonlyMap<string, Counter>,
  filter: RuleFilter,
  words: RuleWords,
): RuleItem[] {
  const isNarrowed = filter.owners.length > 0 || filter.onlyCounted || filter.search !== ''
  return sortTables(firewall.tables).flatMap((table) =>
    table.chains
      .filter((chain) => filter.chain === null || isChain(filter.chain, table.name, chain.name))
      .flatMap((chain) => {
        const rules = chain.rules.filter((rule) => passes(rule, counters, filter, words))
        if (rules.length === 0 && isNarrowed) return []
        return listChain(table.name, chain, rules, filter.chain === null)
      }),
  )
}

/** What people look for comes first. */
const tableOrder = ['filter', 'nat', 'mangle', 'raw']

function sortTables(tables: readonly TableView[]): TableView[] {
  const place = ({ name }: TableView) => (tableOrder.includes(name) ? tableOrder.indexOf(name) : tableOrder.length)
  return [...tables].sort((a, b) => place(a) - place(b))
}

function listChain(table: string, chain: ChainView, rules: readonly RuleView[], withHead: boolean): RuleItem[] {
  const items = rules.map((rule): RuleItem => ({ type: 'rule', key: rule.key, table, chain, rule }))
  if (!withHead) return items
  return [{ type: 'chain', key: policyKey(table, chain.name), table, chain, shown: rules.length }, ...items]
}

function isChain(wanted: { table: string; chain: string }, table: string, chain: string): boolean {
  return wanted.table === table && wanted.chain === chain
}

function passes(
  rule: RuleView,
  counters: ReadonlyMap<string, Counter>,
  { owners, onlyCounted, search }: RuleFilter,
  words: RuleWords,
): boolean {
  if (owners.length > 0 && !owners.includes(ownerFilterOf(rule.owner))) return false
  if (onlyCounted && (counters.get(rule.key)?.packets ?? rule.packets) === 0) return false
  return search === '' || rule.text.toLowerCase().includes(search) || words(rule).toLowerCase().includes(search)
}

/** Whose a rule is, as far as the filter tells apart. */
export function ownerFilterOf(owner: OwnerView | null): OwnerFilter {
  if (owner === null) return 'others'
  return owner.type === 'docker' ? 'docker' : 'patchbay'
}
