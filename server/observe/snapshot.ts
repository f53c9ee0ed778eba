import type { PortBinding, PortRequest, RestartPolicy, ShownStatus } from '../cnm/container'
import type { NetworkNames } from '../cnm/network-names'
import type { OperationStatus, OperationVerb } from '../cnm/operation'
import type { Policy } from '../cnm/policy'
import type { Told } from '../cnm/sentence'
import type { Service, ServiceMember } from '../cnm/service'
import type { Shaping } from '../cnm/shaping'
import type { DriftCode, DriftHurt, DriftMend } from './drift-codes'
import type { About } from './subjects'

/**
 * The live picture as the browser gets it: plain JSON, entities by id. Nothing here is computed
 * in the browser from anything else.
 */
export interface Snapshot {
  readonly host: HostView
  readonly networks: Readonly<Record<string, NetworkView>>
  readonly containers: Readonly<Record<string, ContainerView>>
  readonly endpoints: Readonly<Record<string, EndpointView>>
  readonly services: Readonly<Record<string, ServiceView>>
  /** Node id (network's or container's id, or "host") to where a person put it. */
  readonly positions: Readonly<Record<string, { readonly x: number; readonly y: number }>>
  /** The latest 50 operations by id. */
  readonly operations: Readonly<Record<string, OperationView>>
  /** What the kernel lacks or has too much, by object key. */
  readonly drift: Readonly<Record<string, DriftView>>
}

/** Who made it: Patchbay, a Docker Engine on this host, or somebody with `ip link`. */
export type Origin = 'patchbay' | 'docker' | 'kernel'

export interface HostView {
  readonly name: string
  readonly kernel: string
  /** Links that lead out: neither loopback, bridge nor bridge port. */
  readonly uplinks: readonly { readonly name: string; readonly up: boolean; readonly addresses: readonly string[] }[]
  readonly docker: 'absent' | 'connected' | 'lost'
  readonly ruleCount: number
}

export interface NetworkView {
  readonly id: string
  readonly name: string
  readonly driver: string
  readonly origin: Origin
  readonly predefined: boolean
  readonly internal: boolean
  readonly pools: readonly {
    readonly subnet: string
    /** Empty where another engine names none. */
    readonly gateway: string
    readonly ipRange?: string
    /** Addresses taken out of the pool on purpose: name to address. */
    readonly auxAddresses?: Readonly<Record<string, string>>
  }[]
  /**
   * It only keeps a configuration that networks are made from, and what families these get; nothing of it is in the
   * kernel. Absent: a network that containers can be on.
   */
  readonly configuration?: { readonly ipv4: boolean; readonly ipv6: boolean }
  /** Name of the configuration that it was made from; absent: its own. */
  readonly configFrom?: string
  /** Who hands out addresses: "default" (the pools), "dhcp" (a server outside), "null" (nobody). */
  readonly ipamDriver?: string
  readonly ipamOptions?: Readonly<Record<string, string>>
  /** Addresses that the driver keeps, and for whom: "198.51.100.9" to "the shim of the host". */
  readonly reserved?: Readonly<Record<string, Told>>
  /** What of the host's lies where its subnets do; absent: nothing. */
  readonly collisions?: readonly Told[]
  /** Device on the host, where the driver has one. */
  readonly device: string | null
  /** Link of the host that its endpoints' links stand on, where the driver has such. */
  readonly parent: string | null
  /** Of the device, or of the parent. `missing`: recorded but not in the kernel. */
  readonly deviceState: 'up' | 'down' | 'missing' | 'none'
  readonly options: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
  /** Records and upstream servers of its own for the resolver. */
  readonly names: NetworkNames
  /** Absent: none. */
  readonly policy?: Policy
  /** Index into the ten network colours. */
  readonly colour: number
  /** Empty where nobody knows: the kernel keeps no such date for a bridge or namespace that somebody made. */
  readonly createdAt: string
}

export interface ContainerView {
  readonly id: string
  readonly name: string
  readonly image: string
  readonly origin: Origin
  readonly status: ShownStatus
  readonly pid: number | null
  readonly exitCode: number | null
  readonly oomKilled: boolean
  readonly error: Told
  readonly command: readonly string[]
  readonly hostname: string
  readonly networkMode: string
  readonly ports: readonly PortBinding[]
  /** What it is asked to publish; absent: nothing, or it is none of ours. */
  readonly portRequests?: readonly PortRequest[]
  readonly pidsLimit: number | null
  readonly memoryBytes: number | null
  /** Thousand-millionths of a core. */
  readonly nanoCpus: number | null
  readonly restartPolicy: RestartPolicy
  /** Starts by that policy since somebody started it. */
  readonly restartCount: number
  /** null where nobody asks it. */
  readonly health: 'starting' | 'healthy' | 'unhealthy' | null
  /** Absent: none. */
  readonly policy?: Policy
  readonly mounts: readonly {
    readonly type: string
    readonly source: string
    readonly target: string
    readonly readOnly: boolean
  }[]
  readonly sandbox: { readonly id: string; readonly key: string } | null
  /** Empty where nobody knows: the kernel keeps no such date for a bridge or namespace that somebody made. */
  readonly createdAt: string
  readonly startedAt: string | null
  readonly finishedAt: string | null
}

export interface EndpointView {
  readonly id: string
  readonly networkId: string
  readonly containerId: string
  readonly ifname: string | null
  readonly hostIfname: string | null
  /** With prefix length. */
  readonly ipv4Address: string | null
  /** With prefix length. */
  readonly ipv6Address: string | null
  readonly macAddress: string | null
  readonly gateway: string | null
  readonly isDefaultGateway: boolean
  readonly ipv6Gateway: string | null
  readonly isIpv6DefaultGateway: boolean
  /** What a DHCP server has lent it; absent where its address comes from elsewhere. */
  readonly lease?: LeaseView
  readonly aliases: readonly string[]
  /** What else was asked of it by name; absent: nothing, all was left to the network. */
  readonly asked?: AskedView
  /** What its cable is made to be like; absent: nothing was asked for. */
  readonly shaping?: ShapingView
  /** Names by which others on the network reach it; empty where there is no resolver. */
  readonly dnsNames: readonly string[]
  /** `idle`: the container is stopped. `missing`, `down`: the kernel has not what was wanted. */
  readonly state: 'up' | 'down' | 'missing' | 'idle'
}

/** As one asks for it: without prefix lengths, links as "container:alias". */
export interface AskedView {
  readonly ipv4Address?: string
  readonly ipv6Address?: string
  readonly macAddress?: string
  readonly linkLocalIps?: readonly string[]
  readonly links: readonly string[]
  readonly gwPriority: number
  readonly driverOpts: Readonly<Record<string, string>>
}

/** An address on a network behind which several containers answer. */
export interface ServiceView {
  readonly id: string
  readonly name: string
  readonly networkId: string
  readonly ipv4Address: string | null
  readonly ipv6Address: string | null
  readonly ports: Service['ports']
  readonly affinity: Service['affinity']
  /** What members are chosen by. */
  readonly selection: {
    readonly containers: readonly string[]
    readonly labels: Readonly<Record<string, string>>
    readonly alias: string
    readonly weights: Readonly<Record<string, number>>
  }
  /** Who answers now, and why others do not; in the order of their turns. */
  readonly members: readonly {
    readonly containerId: string
    readonly endpointId: string
    readonly weight: number
    readonly out: ServiceMember['out']
  }[]
  readonly createdAt: string
}

export type ShapingView = Omit<Shaping, 'mtuBefore'>
/** A lease of a DHCP server's, as it was prolonged last. */
export interface LeaseView {
  readonly server: string | null
  readonly seconds: number | null
  readonly nameServers: readonly string[]
  readonly renewedAt: string
}

export interface OperationView {
  readonly id: string
  readonly verb: OperationVerb
  readonly subjects: readonly string[]
  readonly actor: string
  readonly status: OperationStatus
  readonly commands: readonly string[]
  readonly error: Told | null
  readonly startedAt: string
  readonly durationMs: number | null
}

/** Without what it ran. */
export type BriefOperationView = Omit<OperationView, 'commands'>

export interface DriftView {
  readonly key: string
  /**
   * Keys of all the objects that it is about: what hangs on a missing link is told with it. Of many that are alike its own
   * alone, which a repair knows.
   */
  readonly keys: readonly string[]
  /** So many more that are alike are told, and repaired, with it. */
  readonly alike?: number
  /** `obstacle`: somebody else's, which stands in the way and is never touched. */
  readonly kind: 'missing' | 'foreign' | 'changed' | 'obstacle'
  /** Id of the network, endpoint or container that it belongs to; null: the host. */
  readonly subjectId: string | null
  /** Ids of networks and endpoints where it hurts, where those are others than `subjectId`. */
  readonly at?: readonly string[]
  /** One sentence: what is wrong. */
  readonly summary: string
  /** Whom it is about, by name; null: the host. */
  readonly about: About | null
  /** What is wrong, as codes with values; at least one. */
  readonly words: readonly DriftWord[]
  /** What does not work because of it. */
  readonly hurts: DriftHurt
  /** What a repair does, and whether traffic notices it. */
  readonly mends: DriftMend
  /** True: it bears no mark of Patchbay's, and goes only where a person means this very one. */
  readonly byHand: boolean
  /** The commands that would mend it; empty for what Patchbay leaves alone. */
  readonly commands: readonly string[]
  /** What automatic repair makes of it; absent: nothing. */
  readonly automatic?:
    | { readonly state: 'waiting'; readonly at: string }
    | { readonly state: 'gaveUp'; readonly times: number }
}

/** A sentence of the web's `drift.what`, with what stands in it. */
export interface DriftWord {
  readonly code: DriftCode
  readonly values: Readonly<Record<string, string>>
}

/** Maps of the snapshot that change by entity. */
export const collections = [
  'networks',
  'containers',
  'endpoints',
  'services',
  'positions',
  'operations',
  'drift',
] as const
export type Collection = (typeof collections)[number]

/** What changed from one version to the next. */
export interface SnapshotChange {
  readonly host?: HostView
  readonly set: { readonly [Name in Collection]?: Snapshot[Name] }
  readonly remove: { readonly [Name in Collection]?: readonly string[] }
}

/** `epoch` is the daemon's run; a version means nothing under another epoch. */
export type SnapshotEvent =
  | { readonly type: 'snapshot'; readonly epoch: string; readonly version: number; readonly snapshot: Snapshot }
  | { readonly type: 'change'; readonly epoch: string; readonly version: number; readonly change: SnapshotChange }

/** Rates of one endpoint's cable, seen from the sandbox; bytes and packets a second. */
export interface TrafficView {
  readonly rxBytesPerSecond: number
  readonly txBytesPerSecond: number
  readonly rxPacketsPerSecond: number
  readonly txPacketsPerSecond: number
  readonly rxBytes: number
  readonly txBytes: number
}

/** What a rule or MAC belongs to, for links in the tables. */
export type OwnerView =
  | { readonly type: 'network'; readonly id: string; readonly name: string }
  | { readonly type: 'container'; readonly id: string; readonly name: string }
  | {
      readonly type: 'endpoint'
      readonly id: string
      readonly name: string
      readonly containerId: string
      readonly networkId: string
    }
  | { readonly type: 'service'; readonly id: string; readonly name: string; readonly networkId: string }
  | { readonly type: 'port'; readonly containerId: string; readonly name: string; readonly networkId: string }
  | { readonly type: 'patchbay'; readonly name: string }
  | { readonly type: 'docker'; readonly name: string }

export interface RuleView {
  /** Stable while the rule stays: table, chain, arguments and how often the same occurred before it. */
  readonly key: string
  /** 1-based place in its chain. */
  readonly number: number
  /** Match part as iptables prints it. */
  readonly match: string
  /** "ACCEPT", "DROP", "PATCHBAY-USER" …; empty where the rule has none. */
  readonly target: string
  readonly targetArgs: string
  /** True: the target is a chain of the same table. */
  readonly isJump: boolean
  readonly packets: number
  readonly bytes: number
  readonly owner: OwnerView | null
  /** The whole line, as iptables-save prints it. */
  readonly text: string
}

export interface ChainView {
  readonly name: string
  /** Policy of a built-in chain, else null. */
  readonly policy: string | null
  readonly packets: number
  readonly bytes: number
  readonly rules: readonly RuleView[]
}

export interface TableView {
  readonly name: string
  readonly chains: readonly ChainView[]
}

/** The host's firewall of one family. */
export interface FirewallView {
  /** "nf_tables" or "legacy" */
  readonly variant: string
  readonly readAt: string
  readonly tables: readonly TableView[]
}

/** Counters alone, by rule key, of the rules whose counters moved. */
export type FirewallEvent =
  | { readonly type: 'firewall'; readonly firewall: FirewallView }
  | {
      readonly type: 'counters'
      readonly readAt: string
      readonly rules: Readonly<Record<string, { readonly packets: number; readonly bytes: number }>>
      /** By "table chain". */
      readonly policies: Readonly<Record<string, { readonly packets: number; readonly bytes: number }>>
    }

export interface FdbEntryView {
  /** "<bridge> <port> <mac> <vlan>" */
  readonly key: string
  readonly bridge: string
  readonly port: string
  readonly mac: string
  readonly vlan: number | null
  /** `local`: the port's own address; `static`, `learned`: as in the kernel's table. */
  readonly type: 'local' | 'static' | 'learned'
  /** Seconds since it was last used, and since it was last updated; null for permanent ones. */
  readonly usedSeconds: number | null
  readonly updatedSeconds: number | null
  readonly owner: OwnerView | null
}

export interface FdbBridgeView {
  readonly name: string
  readonly owner: OwnerView | null
  /** Seconds until an unused learned entry goes. */
  readonly ageingSeconds: number
  readonly ports: readonly string[]
}

export interface FdbView {
  readonly readAt: string
  readonly bridges: readonly FdbBridgeView[]
  readonly entries: readonly FdbEntryView[]
}

export type FdbEvent =
  | { readonly type: 'fdb'; readonly fdb: FdbView }
  | { readonly type: 'change'; readonly set: readonly FdbEntryView[]; readonly remove: readonly string[] }
