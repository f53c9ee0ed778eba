import { isIPv4 } from 'node:net'
import { formatAddress } from '../cnm/address'
import type { Found, LocalRecord, NameKind, Origin, ResolvableName } from './contract'
import { findWildcard, memberOf, type NameEntry, type NameTable, recordsOf } from './table'

/** A network as one sandbox sees it: its names, and those that only this endpoint knows. */
export interface View {
  readonly table: NameTable
  /** Alias in lower case to the container that it stands for. */
  readonly links: ReadonlyMap<string, NameEntry>
}

interface Hit {
  readonly entry: NameEntry
  readonly table: NameTable
  readonly kind: NameKind
}

/** So many CNAME records are followed. */
const longestChain = 8

/**
 * What the networks of a sandbox know about a question, by Docker's rules: the whole name on every network, then, for
 * a.b.c, a.b on network c and a on network b.c; the first network that has it answers. Wildcards come after all names.
 */
export function lookUp(views: readonly View[], name: string, type: string): Found | undefined {
  if (type === 'PTR') return lookUpAddress(views, name)
  const hit = findName(views, name)
  return hit && answerOf(views, hit, type)
}

function findName(views: readonly View[], name: string): Hit | undefined {
  return search(views, name, exact) ?? search(views, name, wild)
}

type Find = (view: View, name: string) => Omit<Hit, 'table'> | undefined

function exact({ links, table }: View, name: string) {
  const linked = links.get(name)
  if (linked) return { entry: linked, kind: 'link' as const }
  const entry = table.entries.get(name)
  return entry && { entry, kind: entry.kind }
}

function wild({ table }: View, name: string) {
  const entry = findWildcard(table, name)
  return entry && { entry, kind: entry.kind }
}

function search(views: readonly View[], name: string, find: Find): Hit | undefined {
  const whole = first(views, name, find)
  if (whole) return whole
  for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
    const network = name.slice(dot + 1)
    const hit = first(
      views.filter(({ table }) => table.network.name.toLowerCase() === network),
      name.slice(0, dot),
      find,
    )
    if (hit) return hit
  }
  return undefined
}

/** Links of all networks go before the names of any. */
function first(views: readonly View[], name: string, find: Find): Hit | undefined {
  const hits = views.flatMap((view) => {
    const hit = find(view, name)
    return hit ? [{ ...hit, table: view.table }] : []
  })
  return hits.find(({ kind }) => kind === 'link') ?? hits[0]
}

function answerOf(views: readonly View[], hit: Hit, type: string): Found {
  const records = recordsOf(hit.entry, type)
  const origin = originOf(hit)
  const canonical = hit.entry.members.length === 0 ? hit.entry.records.find((data) => data.type === 'CNAME') : undefined
  if (canonical?.type === 'CNAME' && type !== 'CNAME') {
    return { ...followed(views, canonical.target, type), origin }
  }
  const targets = records.flatMap(({ data }) => (data.type === 'SRV' || data.type === 'MX' ? [data.target] : []))
  const additionals = [...new Set(targets)].flatMap((target) => addressesOf(views, target))
  return { records, additionals, follow: null, origin }
}

/** The records from name to name, down to those that were asked for, or to a name that is not ours. */
function followed(views: readonly View[], target: string, type: string): Omit<Found, 'origin'> {
  const records: LocalRecord[] = [{ name: '', data: { type: 'CNAME', target } }]
  let at = target
  for (let steps = 0; steps < longestChain; steps++) {
    const entry = findName(views, at.toLowerCase())?.entry
    if (!entry) return { records, additionals: [], follow: at }
    const next = entry.members.length === 0 ? entry.records.find((data) => data.type === 'CNAME') : undefined
    if (next?.type !== 'CNAME')
      return { records: [...records, ...recordsOf(entry, type, at)], additionals: [], follow: null }
    records.push({ name: at, data: next })
    at = next.target
  }
  return { records: [], additionals: [], follow: null }
}

function addressesOf(views: readonly View[], target: string): LocalRecord[] {
  const entry = findName(views, target.toLowerCase())?.entry
  return entry ? [...recordsOf(entry, 'A', target), ...recordsOf(entry, 'AAAA', target)] : []
}

function lookUpAddress(views: readonly View[], name: string): Found | undefined {
  const address = addressOf(name)
  if (address === undefined) return undefined
  for (const { table } of views) {
    const known = table.addresses.get(address)
    if (!known) continue
    return {
      records: [{ name: '', data: { type: 'PTR', target: known.target } }],
      additionals: [],
      follow: null,
      origin: { kind: 'address', network: table.network, matched: address, members: [known.member] },
    }
  }
  return undefined
}

/** "2.0.18.172.in-addr.arpa" is 172.18.0.2; 32 digits before "ip6.arpa" are an IPv6 address. */
export function addressOf(name: string): string | undefined {
  const digits = /^((?:[0-9a-f]\.){32})ip6\.arpa$/i.exec(name)?.[1]?.replaceAll('.', '')
  if (digits !== undefined) {
    return formatAddress({ family: 'ipv6', value: BigInt(`0x${[...digits].reverse().join('')}`) })
  }
  const octets = /^((?:\d{1,3}\.){4})in-addr\.arpa$/i.exec(name)?.[1]
  const address = octets?.split('.').slice(0, 4).reverse().join('.')
  return address !== undefined && isIPv4(address) ? address : undefined
}

function originOf({ entry, table, kind }: Hit): Origin {
  return { kind, network: table.network, matched: entry.name, members: entry.members }
}

/** All names that a sandbox can look up by themselves, one row a name and network; the first row of a name answers. */
export function listNames(views: readonly View[]): ResolvableName[] {
  return views.flatMap(({ table, links }) => {
    const hidden = table.entries
    const linked = [...links.values()].map((entry) => rowOf(table, entry, 'link'))
    const names = [...hidden.values(), ...table.wildcards.values()]
      .filter((entry) => !links.has(entry.name.toLowerCase()))
      .map((entry) => rowOf(table, entry, entry.kind))
    return [...linked, ...names].toSorted(byName)
  })
}

/** Ids come last: they are what nobody types. */
function byName(one: ResolvableName, other: ResolvableName): number {
  const isId = Number(one.kind === 'id') - Number(other.kind === 'id')
  return isId || one.name.localeCompare(other.name, 'en', { numeric: true })
}

function rowOf({ network }: NameTable, entry: NameEntry, kind: NameKind): ResolvableName {
  return { name: entry.name, kind, network, members: entry.members, records: entry.records.map(presentationOf) }
}

/** As in a zone file: "SRV 10 5 80 web". */
export function presentationOf(data: NameEntry['records'][number]): string {
  switch (data.type) {
    case 'A':
    case 'AAAA':
      return data.address
    case 'TXT':
      return `TXT ${data.text}`
    case 'MX':
      return `MX ${data.preference} ${data.target}`
    case 'SRV':
      return `SRV ${data.priority} ${data.weight} ${data.port} ${data.target}`
    default:
      return data.type === 'PTR' ? data.target : `CNAME ${data.target}`
  }
}

/** A link's entry: the one container that it stands for. */
export function linkEntry(
  alias: string,
  table: NameTable,
  containerId: string | undefined,
  name: string,
): NameEntry | undefined {
  const holder = containerId === undefined ? undefined : table.holders.get(containerId)
  const members = holder ? [memberOf(holder)] : table.entries.get(name.toLowerCase())?.members
  if (!members || members.every(({ addresses }) => addresses.length === 0)) return undefined
  return { name: alias, kind: 'link', members, records: [] }
}
