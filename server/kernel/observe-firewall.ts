import {
  type FirewallFamily,
  type KernelObject,
  keyOf,
  type Netns,
  type PolicyObject,
  type RuleObject,
} from '../plan/object'
import type { SavedFirewall } from './firewall-save'

const prefix = 'PATCHBAY'
const mark = 'patchbay:'
const administrators = 'PATCHBAY-USER'

/**
 * Patchbay's part of a firewall: its chains by name and all that is in them, rules with its mark in
 * other chains, and the policies asked for. In the administrator's chain only marked rules are Patchbay's.
 */
export function describeFirewall(
  netns: Netns,
  firewall: SavedFirewall,
  wanted: readonly KernelObject[],
  family?: FirewallFamily,
): KernelObject[] {
  const of = family === undefined ? {} : { family }
  const asked = new Map(wanted.map((object) => [keyOf(object), object]))
  const objects: KernelObject[] = []
  for (const table of firewall.tables) {
    for (const chain of table.chains) {
      const isOwn = chain.policy === null && chain.name.startsWith(prefix)
      const object = { kind: 'chain', netns, ...of, table: table.name, name: chain.name } as const
      const wish = asked.get(keyOf(object))
      const isForeign = wish?.kind === 'chain' ? wish.foreignRules === true : chain.name === administrators
      if (isOwn) objects.push(isForeign ? { ...object, foreignRules: true } : object)
      for (const [at, { args }] of chain.rules.entries()) {
        const place = { netns, ...of, table: table.name, chain: chain.name, number: at + 1 }
        if ((isOwn && !isForeign) || isMarked(args)) objects.push(withPosition({ kind: 'rule', ...place, args }, asked))
      }
    }
  }
  return [...objects, ...describePolicies(netns, firewall, wanted, family)]
}

function isMarked(args: readonly string[]): boolean {
  return args[args.indexOf('--comment') + 1]?.startsWith(mark) ?? false
}

/** In the wanted form: with the position that was asked for. */
function withPosition(rule: RuleObject, asked: ReadonlyMap<string, KernelObject>): RuleObject {
  const wish = asked.get(keyOf(rule))
  return wish?.kind === 'rule' && wish.position !== undefined ? { ...rule, position: wish.position } : rule
}

function describePolicies(
  netns: Netns,
  firewall: SavedFirewall,
  wanted: readonly KernelObject[],
  family: FirewallFamily | undefined,
): PolicyObject[] {
  const policies = wanted
    .filter((object) => object.kind === 'policy')
    .filter((object) => object.netns === netns && object.family === family)
  return policies.map((wish) => {
    const table = firewall.tables.find(({ name }) => name === wish.table)
    // A table that iptables-save leaves out has never been touched: its chains accept.
    const policy = table?.chains.find(({ name }) => name === wish.chain)?.policy
    return { ...wish, policy: policy === 'DROP' ? 'DROP' : 'ACCEPT' }
  })
}
