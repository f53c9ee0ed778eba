import type { Family } from '../../cnm/address'
import type { NftTable } from '../../kernel/netns-contract'
import { redirectTable } from '../../plan/redirect-commands'
import type { NftChain } from './nft/ruleset'

/** Those that iptables-nft made are read as what they are. */
const tablesOfIptables = new Set(['raw', 'mangle', 'nat', 'filter', 'security'])

/** Whether iptables-nft has something of that family there. */
export function hasIptables(tables: readonly NftTable[], family: Family): boolean {
  return tables.some((table) => table.family === (family === 'ipv4' ? 'ip' : 'ip6') && tablesOfIptables.has(table.name))
}

/** Whether there is more than the rule sets of iptables and Patchbay's own. */
export function hasMore(tables: readonly NftTable[]): boolean {
  return tables.some(({ family, name }) => family !== 'arp' && !isKnown({ family, table: name }))
}

/** Whether Patchbay leads questions to a resolver to another port. */
export function hasRedirect(tables: readonly NftTable[]): boolean {
  return tables.some(({ family, name }) => isRedirect({ family, table: name }))
}

function isRedirect({ family, table }: { readonly family: string; readonly table: string }): boolean {
  return family === redirectTable[0] && table === redirectTable[1]
}

/** By its name; nobody else is to use it. */
export function isOfIptables({ family, name }: NftTable): boolean {
  return (family === 'ip' || family === 'ip6') && tablesOfIptables.has(name)
}

function isKnown({ family, table }: { readonly family: string; readonly table: string }): boolean {
  return isOfIptables({ family, name: table }) || isRedirect({ family, table })
}

/** What iptables-nft says that it cannot read of tables that bear its names: all of one, or chains with names of others. */
export interface Strange {
  readonly tables: ReadonlySet<string>
  readonly chainsIn: ReadonlySet<string>
}

export function strangeIn(save: string): Strange {
  const named = (pattern: RegExp) => new Set([...save.matchAll(pattern)].map(([, name = '']) => name))
  return {
    tables: named(/^# Table `(.*)' is incompatible/gm),
    chainsIn: named(/^# Table `(.*)' contains incompatible base-chains/gm),
  }
}

const chainsOfIptables = new Set(['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'])

/** Whether a chain on a hook is one that nobody but nft tells of. */
export function isNative({ family, table, name }: NftChain, strange: Strange): boolean {
  if (!isKnown({ family, table })) return true
  if (isRedirect({ family, table })) return true
  return strange.tables.has(table) || (strange.chainsIn.has(table) && !chainsOfIptables.has(name))
}
