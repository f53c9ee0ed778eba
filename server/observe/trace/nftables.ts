import type { Family } from '../../cnm/address'
import type { NftTable } from '../../kernel/netns-contract'
import { redirectTable } from '../../plan/redirect-commands'
import type { Redirect } from './world'

/** Those that iptables-nft made are read as what they are. */
const tablesOfIptables = new Set(['raw', 'mangle', 'nat', 'filter', 'security'])

interface Entry {
  readonly chain?: { readonly family: string; readonly table: string; readonly hook?: string }
  readonly rule?: { readonly family: string; readonly table: string; readonly expr?: readonly Expression[] }
}

interface Payload {
  readonly payload?: { readonly protocol: string; readonly field: string }
}

interface Expression {
  readonly match?: { readonly left: Payload; readonly right: unknown }
  readonly mangle?: { readonly key: Payload; readonly value: unknown }
}

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

/** Of `nft -j list ruleset`: whether more than that hangs on hooks that packets of IP pass. */
export function hooksMore(ruleset: string): boolean {
  return entriesOf(ruleset).some(({ chain }) => chain?.hook !== undefined && chain.family !== 'arp' && !isKnown(chain))
}

export function redirectsIn(ruleset: string): readonly Redirect[] {
  return entriesOf(ruleset).flatMap(({ rule }) => (rule && isRedirect(rule) ? redirectIn(rule.expr ?? []) : []))
}

function entriesOf(ruleset: string): readonly Entry[] {
  return (JSON.parse(ruleset === '' ? '{}' : ruleset) as { nftables?: Entry[] }).nftables ?? []
}

function isRedirect({ family, table }: { readonly family: string; readonly table: string }): boolean {
  return family === redirectTable[0] && table === redirectTable[1]
}

function isKnown(place: { readonly family: string; readonly table: string }): boolean {
  const isIptables = (place.family === 'ip' || place.family === 'ip6') && tablesOfIptables.has(place.table)
  return isIptables || isRedirect(place)
}

/** `ip daddr A udp dport 53 udp dport set N`; the rules of answers name the source and are not asked for. */
function redirectIn(expressions: readonly Expression[]): Redirect[] {
  const matched = (field: string) => expressions.find(({ match }) => match?.left.payload?.field === field)?.match
  const address = matched('daddr')?.right
  const port = matched('dport')
  const to = expressions.find(({ mangle }) => mangle?.key.payload?.field === 'dport')?.mangle?.value
  const protocol = port?.left.payload?.protocol
  if (typeof address !== 'string' || protocol === undefined || typeof to !== 'number') return []
  return typeof port?.right === 'number' ? [{ address, protocol, port: port.right, to }] : []
}
