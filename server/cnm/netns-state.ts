import type { Family } from './address'

/**
 * Which network namespace: the inode number of its file in nsfs, in decimal ("4026531840"), which is unique on this
 * machine for as long as the namespace exists. It is what `readlink /proc/PID/ns/net` shows.
 */
export type NetnsId = string

/** A namespace that was found, and how to get into it. */
export interface FoundNetns {
  readonly id: NetnsId
  /** A file that leads into it: /proc/PID/ns/net, or a mount, perhaps by way of /proc/PID/root. May be gone by the time it is opened. */
  readonly path: string
  /** Files that it is mounted on ("/run/netns/blue"), in the order of /proc/self/mountinfo. */
  readonly mounts: readonly string[]
  /** Where it is mounted among the mounts of another process; absent where the daemon has it mounted, or nobody has. */
  readonly elsewhere?: { readonly pid: number; readonly process: string; readonly mount: string }
  /** Processes in it, lowest first; the first few of many. Empty: held by a mount only. */
  readonly processes: readonly { readonly pid: number; readonly name: string }[]
  readonly processCount: number
  /** The one that the daemon manages. */
  readonly isHost: boolean
}

/** A network namespace as the kernel had it at one moment. Everything in the order of the kernel. */
export interface NetnsState {
  readonly id: NetnsId
  readonly links: readonly NetLink[]
  readonly addresses: readonly NetAddress[]
  /** Of all tables, local included. */
  readonly routes: readonly NetRoute[]
  readonly rules: readonly RoutingRule[]
  /** ARP and neighbour discovery; entries of bridges and vxlan are in `fdb`. */
  readonly neighbours: readonly Neighbour[]
  readonly fdb: readonly FdbRecord[]
}

export interface NetLink {
  readonly index: number
  readonly name: string
  /** "bridge", "veth", "macvlan", "vxlan", "tun" …; null for devices that no link driver made (eth0, lo). */
  readonly kind: string | null
  /** "ether", "loopback", "none" … as `ip link` says. */
  readonly type: string
  /** Set up by somebody. */
  readonly up: boolean
  /** Up, and something answers at the other end (IFF_LOWER_UP). */
  readonly carrier: boolean
  /** "up", "down", "lowerlayerdown", "unknown" … */
  readonly operstate: string
  readonly promiscuous: boolean
  readonly noArp: boolean
  readonly mac: string | null
  readonly mtu: number
  /** Number by which rules name several links at once; absent: 0, as the kernel has it. */
  readonly group?: number
  readonly alias: string | null
  /** Its queue where that holds back, limits or loses what goes out: "tbf", "netem" …; absent where it does not. */
  readonly shaper?: string
  /** Index of the bridge (bond, vrf …) that it is a port of. */
  readonly master: number | null
  /** Index of the link beneath or opposite (IFLA_LINK): the other end of a veth, the parent of a macvlan or vlan. */
  readonly link: number | null
  /**
   * The kernel's number, in this namespace, of the namespace where `link` is; -1: one without a number; null: in this
   * one, or there is no `link`.
   */
  readonly linkNetnsId: number | null
  /** Driver's attributes that say what it does; only those of its kind. */
  readonly bridge?: {
    readonly stp: boolean
    readonly vlanFiltering: boolean
    /** Seconds. */
    readonly ageing: number
    /** Shows its own frames to rules of iptables, whatever is said of all bridges (nf_call_iptables). */
    readonly callsIptables?: boolean
    readonly callsIp6tables?: boolean
  }
  readonly port?: {
    /** "disabled", "listening", "learning", "forwarding", "blocking" */
    readonly state: string
    readonly isolated: boolean
    readonly hairpin: boolean
    readonly learning: boolean
    readonly flood: boolean
  }
  readonly macvlan?: { readonly mode: string }
  readonly ipvlan?: { readonly mode: string; readonly flag: 'bridge' | 'private' | 'vepa' }
  readonly vxlan?: {
    readonly vni: number
    readonly local: string | null
    /** Where frames go that no FDB entry sends elsewhere: a group or one VTEP. */
    readonly remote: string | null
    readonly port: number
    readonly learning: boolean
  }
  readonly vlan?: { readonly id: number }
  readonly tun?: { readonly mode: 'tun' | 'tap' }
  readonly counters: NetCounters
}

export interface NetCounters {
  readonly rxBytes: number
  readonly rxPackets: number
  readonly rxErrors: number
  readonly rxDropped: number
  readonly txBytes: number
  readonly txPackets: number
  readonly txErrors: number
  readonly txDropped: number
}

export interface NetAddress {
  readonly index: number
  readonly family: Family
  readonly address: string
  readonly prefixLength: number
  /** Of a point-to-point link: the address of the other end. */
  readonly peer: string | null
  /** "global", "link", "host" */
  readonly scope: string
  /** "permanent", "dynamic", "tentative", "dadfailed", "deprecated" … as `ip address` prints them. */
  readonly flags: readonly string[]
}

export interface NetRoute {
  readonly family: Family
  /** 254 is main, 255 local, 253 default. */
  readonly table: number
  /** "unicast", "local", "broadcast", "multicast", "blackhole", "unreachable", "prohibit", "throw" */
  readonly type: string
  /** CIDR; "0.0.0.0/0" or "::/0" for the default route. */
  readonly destination: string
  /** Where from, for source-specific routes; null: from anywhere. */
  readonly from: string | null
  readonly hops: readonly {
    readonly gateway: string | null
    /** Null where there is none (blackhole …). */
    readonly index: number | null
    /** From 1. */
    readonly weight: number
    /** "onlink", "linkdown", "dead" … */
    readonly flags: readonly string[]
  }[]
  /** The address that packets of this host bear, where the route says so. */
  readonly source: string | null
  readonly metric: number
  /** "kernel", "boot", "static", "dhcp", "ra", "bird" …; the number as text for others. */
  readonly protocol: string
  readonly scope: string
  readonly mtu: number | null
  /** How many hops what this host sends by it lives, where the route says so. */
  readonly hopLimit?: number
}

/** A rule of policy routing (`ip rule`). */
export interface RoutingRule {
  readonly family: Family
  readonly priority: number
  /** CIDR; null: any. */
  readonly from: string | null
  readonly to: string | null
  readonly iif: string | null
  readonly oif: string | null
  readonly mark: number | null
  readonly mask: number | null
  /** "lookup", "blackhole", "unreachable", "prohibit", "goto", "nop" */
  readonly action: string
  readonly table: number | null
  readonly inverted: boolean
  /** What the table says counts only where its prefix is longer than this (`suppress_prefixlength`). */
  readonly suppressPrefixLength?: number
  /** Of the action "goto": the priority that it goes on with. */
  readonly goto?: number
  /** Further conditions, as `ip rule` writes them ("uidrange 0-99", "ipproto tcp", "sport 53" …). */
  readonly otherConditions?: readonly string[]
  /** The number of the protocol, and first and last of ports and users, of those of them that ask for such. */
  readonly only?: {
    readonly protocol?: number
    readonly sourcePorts?: readonly [number, number]
    readonly destinationPorts?: readonly [number, number]
    readonly users?: readonly [number, number]
  }
}

export interface Neighbour {
  readonly family: Family
  readonly index: number
  readonly address: string
  readonly mac: string | null
  /** "reachable", "stale", "delay", "probe", "failed", "incomplete", "permanent", "noarp" */
  readonly state: string
  readonly isRouter: boolean
  /** Answers ARP for that address here (`ip neigh add proxy`). */
  readonly isProxy: boolean
}

/** An entry of the MAC table of a bridge or vxlan. */
export interface FdbRecord {
  /** The port, or the vxlan itself. */
  readonly index: number
  /** The bridge; null: the entry is the device's own ("self"). */
  readonly master: number | null
  readonly mac: string
  readonly vlan: number | null
  /** "local" (the port's own), "static", "learned" */
  readonly type: 'local' | 'static' | 'learned'
  /** Of a vxlan: the VTEP that the frame is sent to. */
  readonly remote: string | null
  readonly vni: number | null
  /** Seconds since it was last used and written; null for those that do not age. */
  readonly usedSeconds: number | null
  readonly updatedSeconds: number | null
}
