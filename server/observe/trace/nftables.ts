import type { Family } from '../../cnm/address'
import type { NftTable } from '../../kernel/netns-contract'
import { redirectTable } from '../../plan/redirect-commands'
import type { Redirect } from './world'

export interface Nftables {
  readonly hasOwn: boolean
  readonly redirects: readonly Redirect[]
}

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

export const noNftables: Nftables = { hasOwn: false, redirects: [] }

/** Whether iptables-nft has something of that family there. */
export function hasIptables(tables: readonly NftTable[], family: Family): boolean {
  return tables.some((table) => table.family === (family === 'ipv4' ? 'ip' : 'ip6') && tablesOfIptables.has(table.name))
}

/** Whether there is more than the rule sets of iptables. */
export function hasMore(tables: readonly NftTable[]): boolean {
  return tables.some(({ family, name }) => {
    const isIptables = (family === 'ip' || family === 'ip6') && tablesOfIptables.has(name)
    return family !== 'arp' && !isIptables
  })
}

/** From `nft -j list ruleset`: what of it is known, and whether there is more that packets of IP meet. */
export function readNftables(ruleset: string): Nftables {
  const { nftables = [] } = JSON.parse(ruleset === '' ? '{}' : ruleset) as { nftables?: Entry[] }
  return {
    hasOwn: nftables.some(({ chain }) => chain?.hook !== undefined && chain.family !== 'arp' && !isKnown(chain)),
    redirects: nftables.flatMap(({ rule }) => (rule && isRedirect(rule) ? redirectIn(rule.expr ?? []) : [])),
  }
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
