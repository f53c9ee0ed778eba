import type { Family } from '../cnm/address'
import type { HostPlace } from '../cnm/host-place'
import type { Look } from '../kernel/contract'
import type { KernelObject, VethLink } from '../plan/object'

/** A link of the daemon's namespace, as far as the picture needs it. */
export interface HostLink {
  readonly index: number
  readonly name: string
  /** "bridge", "veth" …; null for physical ones and the loopback. */
  readonly kind: string | null
  /** "ether", "loopback", "ipip" … */
  readonly type: string
  /** Set up by somebody. */
  readonly up: boolean
  /** Up, and something answers at the other end. */
  readonly carrier: boolean
  readonly mac: string | null
  readonly mtu: number
  readonly alias: string | null
  readonly master: string | null
  /** The kernel's number of the namespace where the other end of a veth is; null: here, or no veth. */
  readonly peerNetnsId: number | null
  /** With prefix length, link-local IPv6 left out; empty for bridge ports and links of Patchbay's. */
  readonly addresses: readonly string[]
  /** Its settings as a bridge's port; null where it is none. */
  readonly port: Pick<VethLink, 'hairpin' | 'isolated' | 'otherwise'> | null
  /** Of a bridge: seconds until a learned address is forgotten. */
  readonly ageingSeconds: number | null
}

export interface LinkCounters {
  readonly rxBytes: number
  readonly rxPackets: number
  readonly txBytes: number
  readonly txPackets: number
}

/** The host's rules of one family with counters, as iptables-save prints them. */
export interface FirewallText {
  /** "nf_tables" or "legacy" */
  readonly variant: string
  readonly text: string
}

/** One row of a bridge's MAC table. */
export interface FdbRow {
  readonly bridge: string
  readonly port: string
  readonly mac: string
  readonly vlan: number | null
  readonly type: 'local' | 'static' | 'learned'
  /** Null for local rows. */
  readonly usedSeconds: number | null
  readonly updatedSeconds: number | null
}

/** The bridge or port is null where its name was already gone. */
export interface FdbRowEvent {
  readonly type: 'set' | 'remove'
  readonly row: Omit<FdbRow, 'bridge' | 'port'> & { readonly bridge: string | null; readonly port: string | null }
}

/** Something happened to a link or its addresses, here or in another namespace that a veth leads to. */
export interface LinkNotice {
  /** Null: the daemon's own namespace. */
  readonly netnsId: number | null
  readonly index: number
  /** Null where only the index is known. */
  readonly name: string | null
}

/** An entry of a neighbour table came, changed or went; without an address, of a bridge's MAC table. */
export interface NeighbourNotice {
  readonly netnsId: number | null
  readonly deleted: boolean
  readonly address: string | null
  readonly link: string
  /** Empty where nobody has answered. */
  readonly mac: string
}

/** `lost` is called when the source was interrupted: notices may be missing, and it goes on. Gives how to stop. */
export type StartMonitor<Notice> = (notice: (notice: Notice) => void, lost: () => void) => () => void

/** All that the live picture takes from the kernel. The real ones are in kernel-sources.ts. */
export interface ObserverSources {
  readLinks(): Promise<readonly HostLink[]>
  /** Those of the named links that there are. */
  readNamedLinks(names: readonly string[]): Promise<readonly HostLink[]>
  /**
   * A text that is another one after any packet that a rule can have counted or a bridge can have
   * learned from. Costs no process: as long as it stays, counters need not be read.
   */
  readPackets(): Promise<string>
  /** Counters of all links by name, in one read. */
  readCounters(): Promise<ReadonlyMap<string, LinkCounters>>
  /** Where the host's routes lead, and its name servers; costs no process. Absent: nobody can tell. */
  readGround?(): readonly HostPlace[]
  /**
   * Counters of the links in the sandboxes of these processes, as the other end of each would count them; by
   * `insideName`. A process that is gone has none. Absent: nobody can tell.
   */
  readInsideCounters?(pids: readonly number[]): Promise<ReadonlyMap<string, LinkCounters>>
  readFirewall(family?: Family): Promise<FirewallText>
  readFdb(): Promise<readonly FdbRow[]>
  /** What is there of what Patchbay made, as far as `look` goes. */
  readPresent(wanted: readonly KernelObject[], look: Look): Promise<readonly KernelObject[]>
  readonly monitorLinks: StartMonitor<LinkNotice>
  /** A route came or went; `netnsId` as of links. Absent: nobody tells. */
  readonly monitorRoutes?: StartMonitor<{ readonly netnsId: number | null }>
  /** An entry of a neighbour table or of a bridge's MAC table came or changed. Absent: nobody tells. */
  readonly monitorNeighbours?: StartMonitor<NeighbourNotice>
  readonly monitorFdb: StartMonitor<FdbRowEvent>
  /** One notice for each transaction. Iptables-legacy gives none. */
  readonly monitorFirewall: StartMonitor<void>
  /** Rules of nft have changed in the other namespace of this number. Absent: nobody tells. */
  readonly monitorSandboxRules?: StartMonitor<number>
  /** Nothing is asked for the time being: lets go of processes; a later read starts them again. */
  rest(): Promise<void>
}
