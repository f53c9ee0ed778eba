import type { Family } from '../cnm/address'
import type { FoundNetns, NetCounters, NetnsId, NetnsState } from '../cnm/netns-state'
import type { IptablesVariant } from './read-firewall'

/** Every network namespace of this machine that the daemon can see, and what is in each. Reading changes nothing. */
export interface NetnsReader {
  /** All there are now: of all processes and all mounts. The daemon's own is first. */
  find(): Promise<readonly FoundNetns[]>
  /**
   * Throws not-found where the namespace has gone. About 1 ms; no process is started. With `parts` no more than those
   * is asked for: the other lists are empty.
   */
  read(netns: FoundNetns, parts?: readonly NetnsPart[]): Promise<NetnsState>
  /** Of all its links, by index; a fraction of what `read` costs. Throws as that does. */
  readCounters(netns: FoundNetns): Promise<ReadonlyMap<number, NetCounters>>
  /**
   * Files of /proc as a process in that namespace reads them (/proc/sys/net/…, /proc/self/net/…); those that cannot be
   * read are left out.
   */
  texts(netns: FoundNetns, paths: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** Which tables of nft there are, those of iptables-nft among them; no process is started. */
  nftTables(netns: FoundNetns): Promise<readonly NftTable[]>
  /** How many rules of nft there are in the tables that count, rules of iptables-nft among them; no process is started. */
  countNftRules(netns: FoundNetns, counts: (table: NftTable) => boolean): Promise<number>
  /** All rules of nft as the kernel writes them, to be compared: equal rules, made in the same order, are equal bytes. No process is started. */
  rawNftRules(netns: FoundNetns): Promise<Buffer>
  /**
   * Tells when rules of nft have changed in another namespace that the kernel has a number for in the daemon's, with that
   * number, as links that lead there have it. `lost`: changes may have been missed. Gives how to stop.
   */
  watchRules(changed: (number: number) => void, lost: () => void): () => void
  /** Sockets of TCP and UDP that take what comes, without their processes; about 1 ms, no process is started. Throws system where the kernel has not that netlink. */
  listeners(netns: FoundNetns): Promise<readonly NetSocket[]>
  /**
   * Which namespaces of `others` the numbers in `linkNetnsId` of that one's links mean. To tell, the kernel numbers all
   * of `others` in the daemon's namespace, as it does by itself for those that a link leads to (`ip netns list-id`).
   */
  peers(netns: FoundNetns, others: readonly FoundNetns[]): Promise<ReadonlyMap<number, NetnsId>>
  /**
   * Tells when something in there has changed; read again to learn what. `lost`: changes may have been missed, or the
   * namespace has gone; it is called once at the beginning, too, when it is being watched. Keeps no namespace alive.
   * Gives how to stop.
   */
  watch(netns: FoundNetns, changed: (what: NetnsPart) => void, lost: () => void): () => void
  /**
   * Tells when namespaces may have come or gone: by mounts, and by links that lead there. One of processes alone is
   * only found by looking. Gives how to stop.
   */
  watchFound(changed: () => void): () => void
  /** Processes that have a tun or tap device open. Looks at every open file of the machine: some 10 ms. */
  tunHolders(): Promise<readonly TunHolder[]>
  /** Ends what runs for it. */
  close(): Promise<void>
}

export interface TunHolder {
  /** Where the process is now; it may have opened the device elsewhere. */
  readonly netnsId: NetnsId
  readonly link: string
  readonly pid: number
  /** As it calls itself: hostile text. */
  readonly name: string
}

/** "inet mine", "ip filter". */
export interface NftTable {
  /** "ip", "ip6", "inet", "arp", "bridge", "netdev" */
  readonly family: string
  readonly name: string
}

export type NetnsPart = 'links' | 'addresses' | 'routes' | 'rules' | 'neighbours' | 'fdb'

/**
 * What programs have to be asked for; one process each, in the namespace. Each throws not-found where the namespace has
 * gone, CommandError where a program fails.
 */
export interface NetnsTables {
  /** As iptables-save -c prints it; '' where that variant has no tables there, or this machine has not that variant. */
  firewall(netns: FoundNetns, family: Family, variant: IptablesVariant): Promise<string>
  /** `nft -j list ruleset`, tables of iptables-nft included. */
  nftables(netns: FoundNetns): Promise<string>
  /** The same as people read it, with handles: `nft -a list ruleset`. */
  nftablesText(netns: FoundNetns): Promise<string>
  sockets(netns: FoundNetns, choice?: Choice<NetSocket>): Promise<Chosen<NetSocket>>
  flows(netns: FoundNetns, choice?: Choice<Flow>): Promise<Chosen<Flow>>
  /** Of /proc/sys/net, by name with dots ("net.ipv4.ip_forward", a dot in a link's name as a slash); those that decide what becomes of a packet. */
  sysctls(netns: FoundNetns): Promise<ReadonlyMap<string, string>>
  /**
   * Tells when rules of nftables (those of iptables-nft among them) or connections have changed. `lost`: changes may have
   * been missed. A process tells it that stays in the namespace and keeps it alive: stop when nobody else is in it.
   */
  watch(netns: FoundNetns, table: 'nftables' | 'flows', changed: () => void, lost: () => void): () => void
  /** True: nothing but such processes keeps it alive. */
  isOnlyOurs(netns: FoundNetns): boolean
}

/** Which rows of a table that may be larger than what is to be held of it. */
export interface Choice<Row> {
  readonly keep?: (row: Row) => boolean
  /** 20,000 where absent. */
  readonly limit?: number
}

export interface Chosen<Row> {
  readonly rows: readonly Row[]
  /** Kept by the choice, but beyond its limit. */
  readonly cut: number
  /** In the whole table. */
  readonly total: number
}

export interface NetSocket {
  readonly protocol: 'tcp' | 'udp' | 'sctp' | 'raw' | 'packet'
  /** Null for packet sockets. */
  readonly family: Family | null
  /** "listen", "established", "time-wait" …; "unconnected" for udp that listens. */
  readonly state: string
  /** "0.0.0.0" or "::" for any. */
  readonly localAddress: string
  /** The protocol's number for raw sockets, the frame's type for packet sockets (2054: ARP); null: any. */
  readonly localPort: number | null
  readonly remoteAddress: string | null
  readonly remotePort: number | null
  /** Bound to this link. */
  readonly link: string | null
  /** Bytes that wait to be read, or connections that wait to be accepted; bytes that wait to be sent, or may wait. */
  readonly receiveQueue: number
  readonly sendQueue: number
  /** Number of its file in sockfs, unique while it is there; null for those that no file leads to (time-wait). */
  readonly inode: string | null
  /** True: an IPv6 socket that takes no IPv4. */
  readonly ipv6Only: boolean
  readonly processes: readonly { readonly pid: number; readonly name: string }[]
}

/** A connection that the kernel tracks (conntrack). */
export interface Flow {
  /** The kernel's number for it. */
  readonly id: string | null
  readonly family: Family
  readonly protocol: string
  /** "ESTABLISHED" …; null where the protocol has none. */
  readonly state: string | null
  /** Seconds until it is forgotten. */
  readonly timeout: number | null
  readonly original: FlowSide
  readonly reply: FlowSide
  /** "UNREPLIED", "ASSURED" … */
  readonly flags: readonly string[]
  readonly mark: number
  /** Of conntrack, where somebody divided it. */
  readonly zone: number | null
}

export interface FlowSide {
  readonly source: string
  readonly destination: string
  readonly sourcePort: number | null
  readonly destinationPort: number | null
  readonly packets: number | null
  readonly bytes: number | null
}
