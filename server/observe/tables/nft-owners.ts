import type { Family } from '../../cnm/address'
import type { NftTable } from '../../kernel/netns-contract'
import { drawTables, readLines } from '../firewall'
import type { Owners } from '../owners'
import type { RuleView } from '../snapshot'
import { isOfIptables } from '../trace/nftables'
import type { NftRow } from './rows'

/** Of each family that iptables made rules of, as iptables-save prints it. */
export type Saved = Readonly<Partial<Record<Family, string>>>

/** Families of which there are tables of iptables. */
export function familiesOfIptables(tables: readonly NftTable[]): Family[] {
  const has = (family: string) => tables.some((table) => table.family === family && isOfIptables(table))
  return [...(has('ip') ? ['ipv4' as const] : []), ...(has('ip6') ? ['ipv6' as const] : [])]
}

/**
 * Rows with their owners, and those that iptables made in its words: nft prints neither their comments nor what has no
 * like in nft. Where a chain has another number of rules by now, its rows stay as nft prints them. Pure.
 */
export function nameNftRows(rows: readonly NftRow[], saved: Saved, owners: Owners): NftRow[] {
  const chains = new Map<string, readonly RuleView[]>()
  for (const [family, save] of Object.entries(saved)) {
    for (const table of drawTables(readLines(save), owners)) {
      for (const chain of table.chains)
        chains.set(chainKey(family === 'ipv4' ? 'ip' : 'ip6', table.name, chain.name), chain.rules)
    }
  }
  const lengths = new Map<string, number>()
  const keyOf = ({ family, table, name }: NftRow) => chainKey(family, table, name)
  for (const row of rows) if (row.kind === 'rule') lengths.set(keyOf(row), (lengths.get(keyOf(row)) ?? 0) + 1)
  const passed = new Map<string, number>()
  return rows.map((row) => {
    if (row.kind !== 'rule') return row
    const key = keyOf(row)
    const at = passed.get(key) ?? 0
    passed.set(key, at + 1)
    const rules = row.ofIptables ? chains.get(key) : undefined
    const rule = rules?.length === lengths.get(key) ? rules?.[at] : undefined
    return rule === undefined ? { ...row, owner: ownerOf(row, owners) } : { ...row, ...toldBy(rule) }
  })
}

const chainKey = (...names: readonly string[]) => names.join(' ')

function toldBy({
  match,
  target,
  targetArgs,
  isJump,
  owner,
  text,
}: RuleView): Pick<NftRow, 'text' | 'iptables' | 'owner'> {
  return { text, iptables: { match, target, targetArgs, isJump }, owner }
}

/** By the mark that stands behind a rule. */
function ownerOf({ text }: NftRow, owners: Owners): NftRow['owner'] {
  const comment = / comment "([^"]*)"$/.exec(text)?.[1]
  return comment === undefined ? null : owners.ofMark(comment, null)
}
