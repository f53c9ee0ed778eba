import type { Family } from '../../cnm/address'
import type { FdbRecord, Neighbour, NetAddress, NetnsId, NetRoute, RoutingRule } from '../../cnm/netns-state'
import type { Told } from '../../cnm/sentence'
import type { Flow, NetSocket } from '../../kernel/netns-contract'
import type { OwnerView, RuleView } from '../snapshot'
import type { NamespaceView as WiredNamespace } from '../wiring/view'

/** A namespace by the name that the wiring has for it. */
export type NamespaceView = Pick<
  WiredNamespace,
  'id' | 'kind' | 'name' | 'containerId' | 'mounts' | 'elsewhere' | 'processes' | 'processCount'
>

/** How many rows each table has that is cheap to count, of nftables its rules; null: that cannot be told. */
export type TableCounts = Readonly<
  Record<'addresses' | 'routes' | 'rules' | 'neighbours' | 'fdb' | 'sockets', number>
> &
  Readonly<Record<'flows' | 'iptables' | 'nftables', number | null>>

export interface TableRow {
  /** Stable while what it is about stays. */
  readonly key: string
}

export interface AddressRow extends TableRow, NetAddress {
  readonly link: string
}

export interface RouteRow extends TableRow, Omit<NetRoute, 'hops'> {
  readonly hops: readonly {
    readonly gateway: string | null
    readonly link: string | null
    readonly weight: number
    readonly flags: readonly string[]
  }[]
}

export interface RuleRow extends TableRow, RoutingRule {}

export interface NeighbourRow extends TableRow, Omit<Neighbour, 'index'> {
  readonly link: string
}

export interface FdbEntryRow extends TableRow, Omit<FdbRecord, 'index' | 'master' | 'usedSeconds' | 'updatedSeconds'> {
  readonly port: string
  /** Null: the entry is the device's own. */
  readonly bridge: string | null
  /** When it was last updated, in seconds since 1970; null for those that do not age. */
  readonly updatedAt: number | null
}

export interface SocketRow extends TableRow, Omit<NetSocket, 'processes' | 'inode'> {
  /** `container`: id of the container that the process is one of, whosever network it uses. */
  readonly processes: readonly { readonly pid: number; readonly name: string; readonly container: string | null }[]
}

export interface FlowRow extends TableRow, Omit<Flow, 'id' | 'timeout'> {
  /** When it is forgotten if nothing comes, in seconds since 1970. */
  readonly expiresAt: number | null
}

/** A rule of nftables, or what else a table holds. */
export interface NftRow extends TableRow {
  readonly family: string
  readonly table: string
  readonly kind: 'chain' | 'rule' | 'object'
  /** The chain; of an object its kind and name, such as "set bad". */
  readonly name: string
  readonly handle: number
  /** As `nft list ruleset` prints it; of a rule that iptables made as iptables-save does, for nft leaves out what is iptables' own. */
  readonly text: string
  readonly packets: number | null
  readonly bytes: number | null
  /** Made by iptables-nft. */
  readonly ofIptables: boolean
  /** Of a rule that iptables made, what iptables says of it. */
  readonly iptables: Pick<RuleView, 'match' | 'target' | 'targetArgs' | 'isJump'> | null
  readonly owner: OwnerView | null
}

export interface SysctlRow extends TableRow {
  readonly name: string
  readonly value: string
}

export interface TableRows {
  readonly addresses: AddressRow
  readonly routes: RouteRow
  readonly rules: RuleRow
  readonly neighbours: NeighbourRow
  readonly fdb: FdbEntryRow
  readonly sockets: SocketRow
  readonly flows: FlowRow
  readonly nftables: NftRow
  readonly sysctls: SysctlRow
}

export type TableName = keyof TableRows
export type AnyRow = TableRows[TableName]

/** `total`: rows of the whole table; `cut`: those that were asked for and are left out of what is sent. */
export type TableEvent<Row extends TableRow = AnyRow> =
  | { readonly type: 'whole'; readonly rows: readonly Row[]; readonly cut: number; readonly total: number }
  | {
      readonly type: 'change'
      readonly set: readonly Row[]
      readonly remove: readonly string[]
      readonly cut: number
      readonly total: number
      /** True: what the whole had no room for. It is no news. */
      readonly isRest?: true
    }
  /** What is shown is what was there last; it is read again by itself. */
  | { readonly type: 'failed'; readonly message: Told }
  /** The namespace has gone: no more comes. */
  | { readonly type: 'gone' }

export interface TableQuestion {
  readonly namespace: NetnsId
  readonly table: TableName
  /** Only rows in which this stands; lower case. */
  readonly search?: string
}

export interface FirewallQuestion {
  readonly namespace: NetnsId
  readonly family: Family
  readonly variant: 'nf_tables' | 'legacy'
}
