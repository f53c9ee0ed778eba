import type { Told } from '../../cnm/sentence'

/** A field of a layer, and where in the packet it stands. */
export interface Field {
  /** As Wireshark's users know it: "Source Port". */
  readonly name: string
  /** What came from the packet has its control characters made visible. */
  readonly value: string
  /** First byte and the one behind the last. */
  readonly from: number
  readonly to: number
  readonly fields?: readonly Field[]
}

/** A protocol's part of a packet. */
export interface Layer extends Field {
  readonly fields: readonly Field[]
}

export type ProtocolName =
  | 'Ethernet'
  | 'ARP'
  | 'IPv4'
  | 'IPv6'
  | 'ICMP'
  | 'ICMPv6'
  | 'IGMP'
  | 'TCP'
  | 'UDP'
  | 'DNS'
  | 'MDNS'
  | 'HTTP'
  | 'VXLAN'
  | 'DHCP'
  | 'STP'
  | 'LLDP'

/** One line on a packet. */
export interface Summary {
  /** Addresses of the innermost network layer that is named; MACs where there is none. */
  readonly source: string
  readonly destination: string
  readonly sourcePort: number | null
  readonly destinationPort: number | null
  readonly protocol: ProtocolName
  /** "53214 → 80 [SYN] Seq=0 Win=64240 MSS=1460": as tcpdump and Wireshark put it. */
  readonly info: string
  /** In so many others: VXLAN, GRE, IP. */
  readonly tunnels: number
  /**
   * What stays of a packet while it is passed on: without MACs, TTL, checksums and what NAT changes. Equal for two captures
   * of one packet; also for two packets that nothing but time tells apart.
   */
  readonly identity: string
}

/** A packet as lists show it. */
export interface PacketRow extends Summary {
  /** From 1, in the order of time. */
  readonly number: number
  /** Index into the points. */
  readonly point: number
  /** Nanoseconds since the capture began. */
  readonly atNs: number
  /** As it was on the wire. */
  readonly length: number
}

export interface PacketDetail {
  readonly number: number
  readonly layers: readonly Layer[]
  /** In base64; as much as was captured. */
  readonly bytes: string
  readonly originalLength: number
  /** ISO 8601, with nanoseconds. */
  readonly time: string
}

/** How a link of the host is called that no more is known of. */
export const hostLabel = (link: string) => `host ${link}`

/** Where packets are taken from. */
export interface PointView {
  /** "web eth0", "host vethab12", "lab br-0123": for people; hostile, like every name. */
  readonly label: string
  readonly place: 'container' | 'host' | 'namespace'
  /** Name of the container, or of the namespace. */
  readonly owner: string
  readonly link: string
  /** The container and network that it belongs to, where it does. */
  readonly containerId: string | null
  readonly networkId: string | null
  /** The container's own: what is sent from one of them begins at it, and what is sent to one ends there. */
  readonly addresses: readonly string[]
}

export interface CaptureLimits {
  readonly seconds: number
  readonly bytes: number
  readonly packets: number
}

/** `failed`: tcpdump ended by itself, at every point; why is told at each. */
export type CaptureEnd = 'stopped' | 'seconds' | 'bytes' | 'packets' | 'failed'

export type PointEnd = {
  readonly point: number
  /** By the kernel, as tcpdump says; null: it did not say. */
  readonly received: number | null
  readonly dropped: number | null
  /** Why it ended by itself; null where it was stopped. */
  readonly complaint: Told | null
}

export type CaptureEvent =
  | {
      readonly type: 'started'
      readonly points: readonly PointView[]
      readonly limits: CaptureLimits
      /** ISO 8601 */
      readonly startedAt: string
      readonly filter: string
    }
  | {
      readonly type: 'packets'
      readonly rows: readonly PacketRow[]
      /** Bytes of packets so far, packets that the kernel dropped, and seconds that are left. */
      readonly bytes: number
      readonly dropped: number
      readonly secondsLeft: number
    }
  /** One of several points has ended by itself; the others go on. */
  | { readonly type: 'pointEnded'; readonly end: PointEnd }
  | {
      readonly type: 'ended'
      readonly reason: CaptureEnd
      readonly ends: readonly PointEnd[]
    }
  /** There is no such capture any more: what the page has is all there is. */
  | { readonly type: 'gone' }

/** What is asked for: a cable of a container's (at its end in there, or at the host's), a network's link, or any link. */
export interface PointRequest {
  /** By name or id. Its first cable, where neither network nor link is named. */
  readonly container?: string
  readonly network?: string
  readonly end?: 'container' | 'host'
  /** The inode of a namespace; the daemon's own where absent. */
  readonly namespace?: string
  readonly link?: string
}

/** All that could be captured at. */
export interface PointsView {
  readonly places: readonly {
    readonly namespace: string
    readonly place: PointView['place']
    readonly owner: string
    readonly containerId: string | null
    readonly links: readonly {
      readonly name: string
      readonly kind: string
      readonly up: boolean
      /** Of a bridge, or of a cable. */
      readonly networkId: string | null
      readonly networkName: string | null
      /** The container at the other end of this cable. */
      readonly cableOf: string | null
    }[]
  }[]
  /** Namespaces that went while they were read, or were too many. */
  readonly unread: number
}
