import { familyOf } from '../cnm/address'
import { type NameRecord, parseRecord, type RecordData } from '../cnm/network-names'
import type { LocalRecord, Member, NameKind, Readiness } from './contract'

/** A container on a network, and how it is called there. */
export interface Holder {
  readonly id: string
  readonly name: string
  /** IPv4 first, without prefix lengths. */
  readonly addresses: readonly string[]
  readonly readiness: Readiness
  readonly names: readonly { readonly name: string; readonly kind: NameKind }[]
}

/** Everything that a name stands for on one network. */
export interface NameEntry {
  readonly name: string
  readonly kind: NameKind
  readonly members: readonly Member[]
  /** Its records other than addresses. */
  readonly records: readonly RecordData[]
}

/** Who is called what on one network. Names are in lower case. */
export interface NameTable {
  readonly network: { readonly id: string; readonly name: string }
  readonly entries: ReadonlyMap<string, NameEntry>
  /** By what stands behind "*.". */
  readonly wildcards: ReadonlyMap<string, NameEntry>
  /** Container id to what it is by itself. */
  readonly holders: ReadonlyMap<string, Holder>
  /** Address to the name that a reverse look-up gives. */
  readonly addresses: ReadonlyMap<string, { readonly target: string; readonly member: Member }>
}

interface Draft {
  name: string
  kind: NameKind
  members: Member[]
  records: RecordData[]
}

/** `records`: the network's own, which stand beside the names of containers and share them. */
export function buildTable(
  network: { readonly id: string; readonly name: string },
  holders: readonly Holder[],
  records: readonly NameRecord[],
): NameTable {
  const drafts = new Map<string, Draft>()
  const addresses = new Map<string, { target: string; member: Member }>()
  const draftOf = (name: string, kind: NameKind) => {
    const key = name.toLowerCase()
    const draft = drafts.get(key) ?? { name, kind, members: [], records: [] }
    drafts.set(key, draft)
    return draft
  }
  for (const holder of holders) {
    if (holder.addresses.length === 0) continue
    const member = memberOf(holder)
    for (const address of holder.addresses) addresses.set(address, { target: `${holder.name}.${network.name}`, member })
    for (const { name, kind } of holder.names) draftOf(name, kind).members.push(member)
  }
  for (const record of records) {
    const draft = draftOf(record.name, 'record')
    const data = parseRecord(record)
    if (data.type !== 'A' && data.type !== 'AAAA') draft.records.push(data)
    else {
      const member: Member = { container: null, addresses: [data.address], readiness: 'ready', answered: true }
      draft.members.push(member)
      if (!isWildcard(record.name) && !addresses.has(data.address)) {
        addresses.set(data.address, { target: record.name, member })
      }
    }
  }
  const entries = new Map<string, NameEntry>()
  const wildcards = new Map<string, NameEntry>()
  for (const [key, draft] of drafts) {
    const entry = { ...draft, members: chooseReady(draft.members) }
    if (isWildcard(key))
      wildcards.set(key.slice(2), { ...entry, kind: draft.kind === 'record' ? 'record' : 'wildcard' })
    else entries.set(key, entry)
  }
  return { network, entries, wildcards, holders: new Map(holders.map((holder) => [holder.id, holder])), addresses }
}

export function memberOf({ id, name, addresses, readiness }: Holder): Member {
  return { container: { id, name }, addresses, readiness, answered: true }
}

/**
 * Of those that share a name the ones that are ready are answered; where none is, those that are starting; where all
 * have failed their checks, all of them: an address that may work is worth more than none.
 */
export function chooseReady(members: readonly Member[]): Member[] {
  const best = (['ready', 'starting', 'unhealthy'] as const).find((wanted) =>
    members.some(({ readiness }) => readiness === wanted),
  )
  return members.map((member) => ({ ...member, answered: member.readiness === best }))
}

/** The entry of a name, else that of the nearest wildcard above it. */
export function findWildcard(table: NameTable, name: string): NameEntry | undefined {
  if (table.wildcards.size === 0) return undefined
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
    const entry = table.wildcards.get(name.slice(dot + 1))
    if (entry) return entry
  }
  return undefined
}

/** Records of this type that an entry has. */
export function recordsOf(entry: NameEntry, type: string, name = ''): LocalRecord[] {
  if (type === 'A' || type === 'AAAA') {
    const family = type === 'A' ? 'ipv4' : 'ipv6'
    return entry.members
      .filter(({ answered }) => answered)
      .flatMap(({ addresses }) => addresses)
      .filter((address, at, all) => familyOf(address) === family && all.indexOf(address) === at)
      .map((address) => ({ name, data: { type, address } }))
  }
  return entry.records.filter((data) => data.type === type).map((data) => ({ name, data }))
}

function isWildcard(name: string): boolean {
  return name.startsWith('*.')
}
