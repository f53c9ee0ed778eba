import type { Family } from '../../cnm/address'
import type { SavedChain, SavedFirewall, SavedRule, SavedTable } from '../../kernel/firewall-save'
import type { ChainObject, KernelObject, PolicyObject, RuleObject, Table } from '../../plan/object'
import type { HookedFirewall } from './world'

interface Part {
  readonly verb: 'add' | 'remove'
  readonly object: KernelObject
}

/** With the chains, rules and policies that would be there, in the variant that Patchbay's own are in. */
export function withRules(
  hooked: readonly HookedFirewall[],
  parts: readonly Part[],
  family: Family,
): readonly HookedFirewall[] {
  const own = parts.filter(({ object }) => isOf(object, family))
  if (own.length === 0) return hooked
  const at = Math.max(
    0,
    hooked.findIndex(({ firewall }) => hasOurs(firewall)),
  )
  const chosen = hooked[at] ?? { variant: 'nf_tables' as const, firewall: { tables: [] } }
  const firewall = own.reduce((found, { verb, object }) => changed(found, verb, object), chosen.firewall)
  return hooked.length === 0
    ? [{ ...chosen, firewall }]
    : hooked.map((one, index) => (index === at ? { ...one, firewall } : one))
}

function isOf(object: KernelObject, family: Family): boolean {
  if (object.kind !== 'rule' && object.kind !== 'chain' && object.kind !== 'policy') return false
  return (object.family === 'ipv6') === (family === 'ipv6')
}

function hasOurs({ tables }: SavedFirewall): boolean {
  return tables.some(({ chains }) => chains.some(({ name }) => name.startsWith('PATCHBAY')))
}

function changed(firewall: SavedFirewall, verb: Part['verb'], object: KernelObject): SavedFirewall {
  switch (object.kind) {
    case 'chain':
      return inTable(firewall, object.table, (chains) => withChain(chains, verb, object))
    case 'policy':
      return inChain(firewall, object.table, object.chain, (chain) => ({ ...chain, policy: policyOf(verb, object) }))
    case 'rule':
      return inChain(firewall, object.table, object.chain, (chain) => ({
        ...chain,
        rules: verb === 'add' ? withRule(chain.rules, object) : withoutRule(chain.rules, object),
      }))
    default:
      return firewall
  }
}

function inTable(
  { tables }: SavedFirewall,
  name: Table,
  change: (chains: readonly SavedChain[]) => readonly SavedChain[],
): SavedFirewall {
  const found: SavedTable = tables.find((table) => table.name === name) ?? { name, chains: [] }
  const next = { ...found, chains: change(found.chains) }
  return {
    tables: tables.includes(found) ? tables.map((table) => (table === found ? next : table)) : [...tables, next],
  }
}

function inChain(
  firewall: SavedFirewall,
  table: Table,
  name: string,
  change: (chain: SavedChain) => SavedChain,
): SavedFirewall {
  return inTable(firewall, table, (chains) => {
    // Built-in chains are there whether or not iptables-save shows them.
    const found = chains.find((chain) => chain.name === name) ?? newChain(name, 'ACCEPT')
    const next = change(found)
    return chains.includes(found) ? chains.map((chain) => (chain === found ? next : chain)) : [...chains, next]
  })
}

function withChain(chains: readonly SavedChain[], verb: Part['verb'], { name }: ChainObject): readonly SavedChain[] {
  if (verb === 'remove') return chains.filter((chain) => chain.name !== name)
  return chains.some((chain) => chain.name === name) ? chains : [...chains, newChain(name, null)]
}

function newChain(name: string, policy: string | null): SavedChain {
  return { name, policy, packets: 0, bytes: 0, rules: [] }
}

function policyOf(verb: Part['verb'], { policy, before }: PolicyObject): string {
  return verb === 'add' ? policy : before
}

function withRule(rules: readonly SavedRule[], { chain, args, position }: RuleObject): SavedRule[] {
  const text = ['-A', chain, ...args].join(' ')
  const at = position === undefined ? rules.length : position - 1
  return rules.toSpliced(at, 0, { args, text, packets: 0, bytes: 0 })
}

function withoutRule(rules: readonly SavedRule[], { args }: RuleObject): SavedRule[] {
  const wanted = args.join('\0')
  const at = rules.findIndex((rule) => rule.args.join('\0') === wanted)
  return at < 0 ? [...rules] : rules.toSpliced(at, 1)
}
