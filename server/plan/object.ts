import type { Family } from '../cnm/address'
import type { PortSettings } from './port'

/**
 * What can exist in the kernel (and beside it) because Patchbay wants it. Drivers give these,
 * `diff` compares them, `server/kernel` makes and reads them. All values are plain JSON.
 */

/** The namespace that the daemon was started in, or the one behind this absolute path. */
export type Netns = 'host' | `/${string}`

export interface NamespaceObject {
  readonly kind: 'namespace'
  /** Path under the run directory: its owner mark. */
  readonly path: `/${string}`
}

export interface BridgeLink {
  readonly kind: 'link'
  readonly type: 'bridge'
  readonly netns: Netns
  readonly name: string
  /** Owner mark: interface alias `patchbay:<id>`. */
  readonly alias: string
  readonly mtu: number
  readonly up: boolean
  /** Takes part in the spanning tree; absent: as the kernel has it (it does not). */
  readonly stp?: boolean
  /** Sends multicast only where somebody listens; absent: as the kernel has it (it does). */
  readonly multicastSnooping?: boolean
  /** Number by which rules name all links of a group at once (`-m devgroup`); the kernel's own is 0. */
  readonly group?: number
}

/** A veth pair, held by its host side. Its other end is born inside the sandbox's namespace. */
export interface VethLink {
  readonly kind: 'link'
  readonly type: 'veth'
  readonly netns: Netns
  readonly name: string
  readonly alias: string
  readonly mtu: number
  readonly up: boolean
  readonly master: string
  readonly hairpin: boolean
  /** Reaches no other isolated port of its bridge. */
  readonly isolated?: boolean
  /** Settings of the port that are not as on a new one; nobody wishes them so. */
  readonly otherwise?: PortSettings
  /** Its MTU is the pair's where absent. */
  readonly peer: { readonly netns: Netns; readonly name: string; readonly mac: string; readonly mtu?: number }
}

/** A link that something else brings into being (`lo`, a veth's other end); only its state is ours. */
export interface InnerLink {
  readonly kind: 'link'
  readonly type: 'inner'
  readonly netns: Netns
  readonly name: string
  readonly up: boolean
}

/** A link that only passes on what is redirected to it: its own queue then holds for traffic that arrives elsewhere. */
export interface IfbLink {
  readonly kind: 'link'
  readonly type: 'ifb'
  readonly netns: Netns
  readonly name: string
  readonly alias: string
  readonly mtu?: number
  readonly up: boolean
}

/** Another address on the wire of a parent of the host's; born inside the sandbox, or on the host as its shim. */
export interface MacvlanLink {
  readonly kind: 'link'
  readonly type: 'macvlan'
  readonly netns: Netns
  readonly name: string
  readonly alias: string
  /** The host's link that it stands on. */
  readonly parent: string
  readonly mode: 'bridge' | 'private' | 'vepa' | 'passthru'
  readonly mac: string
  /** Absent: the parent's. */
  readonly mtu?: number
  readonly up: boolean
}

/** As macvlan, with the parent's own MAC. */
export interface IpvlanLink {
  readonly kind: 'link'
  readonly type: 'ipvlan'
  readonly netns: Netns
  readonly name: string
  readonly alias: string
  readonly parent: string
  readonly mode: 'l2' | 'l3' | 'l3s'
  /** Whether those on one parent reach each other: by themselves, not at all, by way of the switch outside. */
  readonly flag: 'bridge' | 'private' | 'vepa'
  readonly mtu?: number
  readonly up: boolean
}

/** A VLAN of a link of the host's: frames that carry this number on its wire. */
export interface VlanLink {
  readonly kind: 'link'
  readonly type: 'vlan'
  readonly netns: 'host'
  readonly name: string
  readonly alias: string
  readonly parent: string
  readonly vlanId: number
  readonly mtu?: number
  readonly up: boolean
}

/** A link that leads nowhere: the parent of networks that are to stay on this host. */
export interface DummyLink {
  readonly kind: 'link'
  readonly type: 'dummy'
  readonly netns: 'host'
  readonly name: string
  readonly alias: string
  readonly mtu?: number
  readonly up: boolean
}

/** Links that stand on a link of the host's and vanish with it. */
export type StandingLink = MacvlanLink | IpvlanLink | VlanLink

/** Links that Patchbay makes and marks. */
export type OwnLink = BridgeLink | VethLink | StandingLink | DummyLink | IfbLink

export type LinkObject = OwnLink | InnerLink

/** A link of the host's that is not ours and that ours stand on: expected, never made, changed or removed. */
export interface ParentObject {
  readonly kind: 'parent'
  readonly netns: 'host'
  readonly name: string
  /** Mark of the network that needs it. */
  readonly neededBy: string
}

export interface AddressObject {
  readonly kind: 'address'
  readonly netns: Netns
  readonly link: string
  /** "172.18.0.2/16", "fd00:29::2/64" */
  readonly address: string
  /** `link`: never the source of what leaves the link. */
  readonly scope?: 'link'
  /** Never chosen as the source of what others ask for: IPv6 would prefer the one that fits longest. */
  readonly deprecated?: boolean
}

export interface RouteObject {
  readonly kind: 'route'
  readonly netns: Netns
  /** "default" for IPv4, "::/0" for IPv6, or CIDR. */
  readonly destination: string
  readonly via?: string
  /** Empty where packets are thrown away. */
  readonly link: string
  /** Only of routes that somebody else made. */
  readonly metric?: number
  /** What becomes of packets instead of leaving by a link; only of routes that somebody else made. */
  readonly fate?: 'blackhole' | 'unreachable' | 'prohibit'
  /** By which link these packets should go; only of routes of the host's that take them elsewhere. */
  readonly expected?: string
}

/** An entry of a neighbour table that contradicts what is wanted: that address is somebody else's. Never made. */
export interface NeighbourObject {
  readonly kind: 'neighbour'
  readonly netns: Netns
  readonly link: string
  readonly address: string
  readonly mac: string
  readonly permanent: boolean
  /** Whose address it is. */
  readonly expected: string
}

/** An entry of a bridge's MAC table that contradicts what is wanted: that MAC is behind another port. Never made. */
export interface FdbObject {
  readonly kind: 'fdb'
  readonly netns: 'host'
  readonly bridge: string
  /** The port that frames go to. */
  readonly link: string
  readonly mac: string
  readonly vlan: number | null
  readonly permanent: boolean
  /** The port where it is. */
  readonly expected: string
}

/**
 * A rule of policy routing (`ip rule`) that has packets looked up elsewhere than in the main table, so that what belongs to
 * networks, or what they send outward, goes another way. Always somebody else's: never made.
 */
export interface LookupObject {
  readonly kind: 'lookup'
  readonly netns: 'host'
  readonly family: Family
  readonly priority: number
  /** As `ip rule` takes them: ['to', '172.18.0.0/16', 'lookup', '100']. */
  readonly args: readonly string[]
  /** The links whose packets they are. */
  readonly expected: readonly string[]
  /** Where they go: names of links, or "blackhole" and the like. */
  readonly leads: string
  /** `sent`: only what those networks send outward; it is nobody's but whoever wrote it. */
  readonly concerns: 'received' | 'sent'
}

export interface ChainObject {
  readonly kind: 'chain'
  readonly netns: Netns
  readonly family?: FirewallFamily
  readonly table: Table
  readonly name: string
  /** True: the administrator's; made if missing, never flushed, its rules never touched, removed only by teardown. */
  readonly foreignRules?: boolean
}

/** Policy of a built-in chain. `before` is what to put back when it is removed. */
export interface PolicyObject {
  readonly kind: 'policy'
  readonly netns: Netns
  readonly family?: FirewallFamily
  readonly table: Table
  readonly chain: string
  readonly policy: 'ACCEPT' | 'DROP'
  readonly before: 'ACCEPT' | 'DROP'
}

export type Table = 'raw' | 'mangle' | 'nat' | 'filter'

/** ip6tables' tables; absent: those of iptables. */
export type FirewallFamily = 'ipv6'

export interface RuleObject {
  readonly kind: 'rule'
  readonly netns: Netns
  readonly family?: FirewallFamily
  readonly table: Table
  readonly chain: string
  /**
   * Matches and target as an argument list, written exactly as iptables-save prints them
   * (so that what is read back compares equal), owner mark included:
   * ['-i','br-…','-m','comment','--comment','patchbay:<id>','-j','ACCEPT'].
   */
  readonly args: readonly string[]
  /** 1: becomes the first rule, 2: the second …; absent: appended. */
  readonly position?: number
  /** Which rule of its chain it is, from 1, those of others counted; only of rules that were read. */
  readonly number?: number
}

/**
 * What a namespace sends itself to this port of one of its own addresses goes to another port, over UDP and TCP, and
 * answers come back as from the first. Port by port and untracked: who tracks connections there sees the first alone, and
 * where nobody does, packets are not slowed by it as they are by rules of nat.
 */
export interface RedirectObject {
  readonly kind: 'redirect'
  readonly netns: Netns
  /** Comment on its rules: `patchbay:<id>`. */
  readonly owner: string
  readonly address: string
  readonly port: number
  readonly to: number
}

export interface SysctlObject {
  readonly kind: 'sysctl'
  readonly netns: Netns
  /** Slashes as under /proc/sys: "net/ipv4/conf/br-0123/route_localnet" (device names may hold dots). */
  readonly name: string
  readonly value: string
  /** What to put back when it is removed; absent: nothing (it goes with its link or namespace). */
  readonly before?: string
}

/** `dns`: the resolver of a sandbox. `port`: a published port that the host's own firewall guards. */
export type SocketService = 'dns' | 'port'

/** A socket that the daemon itself listens on inside a namespace. */
export interface SocketObject {
  readonly kind: 'socket'
  readonly netns: Netns
  readonly protocol: 'tcp' | 'udp'
  readonly address: string
  readonly port: number
  /** Who answers on it; handed to the daemon's listener of that name. */
  readonly service: SocketService
  /** Of a published port: where in a container what comes is handed on to. */
  readonly to?: { readonly address: string; readonly port: number }
}

/**
 * A queue through which leaves what a link sends. tbf: no faster than so many bytes a second, `burstBytes` at once,
 * `limitBytes` waiting; what is more is dropped. netem: later by so much; 1:1 is the queue inside of the one at the root.
 */
export type QdiscObject = {
  readonly kind: 'qdisc'
  readonly netns: Netns
  readonly link: string
} & (
  | {
      readonly type: 'tbf'
      readonly parent: 'root'
      readonly bytesPerSecond: number
      readonly burstBytes: number
      readonly limitBytes: number
    }
  | {
      readonly type: 'netem'
      readonly parent: 'root' | '1:1'
      readonly delayMs: number
      readonly jitterMs: number
      readonly limitPackets: number
    }
  | { readonly type: 'clsact'; readonly parent: 'clsact' }
)

/** What becomes of packets that arrive at a link (ingress) or leave by it (egress), before any queue; hangs on its clsact. */
export type FilterObject = {
  readonly kind: 'filter'
  readonly netns: Netns
  readonly link: string
  readonly hook: 'ingress' | 'egress'
} & (
  | {
      readonly type: 'loss'
      /** One is dropped where a number of 32 bits, chosen by chance, is not below this. */
      readonly threshold: number
    }
  | { readonly type: 'redirect'; readonly to: string }
)
/** A DHCP client that holds a lease for a link inside a sandbox; addresses and routes by it are objects of their own. */
export interface LeaseObject {
  readonly kind: 'lease'
  readonly netns: Netns
  readonly link: string
  /** The endpoint's: owner mark, and name of its files under the run directory. */
  readonly id: string
  /** What the server is told; empty: nothing. */
  readonly hostname: string
  /** Hexadecimal digits by which the server tells it apart where several links have one MAC. */
  readonly clientId?: string
  /** An address that it had, and asks for again. */
  readonly wish?: string
}

/**
 * What the kernel tracks of connections by a published port. Nobody makes or looks for it; where the port goes and the
 * cable stays, it is forgotten, so that nothing more passes by what no rule stands for.
 */
export interface FlowsObject {
  readonly kind: 'flows'
  readonly netns: 'host'
  /** The host's end of the cable that they go over. */
  readonly link: string
  /** The container's, in which its ends of them are. */
  readonly sandbox: Netns
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  /** The container's, without prefix length. */
  readonly address: string
  readonly port: number
  /** Absent where the container's own address is published. */
  readonly hostPort?: number
}

export type KernelObject =
  | FlowsObject
  | NamespaceObject
  | LinkObject
  | ParentObject
  | AddressObject
  | RouteObject
  | NeighbourObject
  | FdbObject
  | LookupObject
  | QdiscObject
  | FilterObject
  | ChainObject
  | PolicyObject
  | RuleObject
  | RedirectObject
  | SysctlObject
  | SocketObject
  | LeaseObject

/** Stable identity: equal for the wanted and the present form of one object. */
export function keyOf(object: KernelObject): string {
  switch (object.kind) {
    case 'namespace':
      return `namespace ${object.path}`
    case 'link':
      return `link ${object.netns} ${object.name}`
    case 'parent':
      return `parent ${object.netns} ${object.name}`
    case 'address':
      return `address ${object.netns} ${object.link} ${object.address}`
    case 'route':
      return `route ${object.netns} ${object.destination} ${object.link}${routeVariant(object)}`
    case 'neighbour':
      return `neighbour ${object.netns} ${object.link} ${object.address}`
    case 'fdb':
      return `fdb ${object.netns} ${object.bridge} ${object.link} ${object.mac} ${object.vlan ?? ''}`
    case 'lookup':
      return `lookup ${object.netns} ${object.family} ${object.priority} ${object.args.join(' ')}`
    case 'qdisc':
      return `qdisc ${object.netns} ${object.link} ${object.parent}`
    case 'filter':
      return `filter ${object.netns} ${object.link} ${object.hook} ${object.type}`
    case 'chain':
      return `chain ${object.netns} ${tableKey(object)} ${object.name}`
    case 'policy':
      return `policy ${object.netns} ${tableKey(object)} ${object.chain}`
    case 'rule':
      return keyOfRule(object)
    case 'redirect':
      return `redirect ${object.netns} ${object.address} ${object.port}`
    case 'sysctl':
      return `sysctl ${object.netns} ${object.name}`
    case 'flows':
      return `flows ${object.netns} ${object.protocol} ${object.hostPort ?? ''} ${object.address} ${object.port}`
    case 'socket':
      return `socket ${object.netns} ${object.protocol} ${object.address} ${object.port}`
    case 'lease':
      return `lease ${object.netns} ${object.id}`
  }
}

function routeVariant({ metric, fate }: RouteObject): string {
  return `${fate === undefined ? '' : ` ${fate}`}${metric === undefined ? '' : ` ${metric}`}`
}

/** Rules are thousands, and each is asked for its key many times while two lists are compared. */
const ruleKeys = new WeakMap<RuleObject, string>()

function keyOfRule(rule: RuleObject): string {
  const known = ruleKeys.get(rule)
  if (known !== undefined) return known
  const key = `rule ${rule.netns} ${tableKey(rule)} ${rule.chain} ${JSON.stringify(rule.args)}`
  ruleKeys.set(rule, key)
  return key
}

/** "filter", or "ipv6 filter": the two families' tables have nothing in common but their names. */
export function tableKey({ family, table }: { readonly family?: FirewallFamily; readonly table: Table }): string {
  return family === undefined ? table : `${family} ${table}`
}

/** The owner mark `patchbay:<id>`, or undefined where the object carries none of its own. */
export function ownerOf(object: KernelObject): string | undefined {
  if (object.kind === 'link') return object.type === 'inner' ? undefined : object.alias
  if (object.kind === 'parent') return object.neededBy
  if (object.kind === 'lease') return markOf(object.id)
  if (object.kind === 'redirect') return object.owner
  if (object.kind === 'rule') {
    const at = object.args.indexOf('--comment')
    return at < 0 ? undefined : object.args[at + 1]
  }
  return undefined
}

/** A link that stands on another of the host's. */
export function isStanding(object: KernelObject): object is StandingLink {
  return object.kind === 'link' && (object.type === 'macvlan' || object.type === 'ipvlan' || object.type === 'vlan')
}

export function markOf(id: string): string {
  return `patchbay:${id}`
}
