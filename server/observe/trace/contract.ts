import type { Family } from '../../cnm/address'
import type { NetnsId } from '../../cnm/netns-state'
import type { ConnectInput, ContainerUpdateInput, EndpointUpdateInput, NetworkUpdateInput } from '../../engine/contract'
import type { CauseCode, RemedyCode, SaidCode, Values } from './codes'

/** Explains from the tables of the kernel what becomes of a packet. Reads, and changes nothing. */
export interface Tracer {
  /** Throws not-found where a place is not there, invalid-parameter for a question that makes no sense. */
  /** With a change: as it would be had that been made. Throws what the change itself would throw, too. */
  explain(question: TraceQuestion, change?: TraceChange): Promise<Explanation>
  /**
   * Many questions upon one look at the kernel, in their order, some at a time as they are computed; they are gone through
   * twice. Where a question throws, its place holds the error. Sockets are read without their processes.
   */
  judgeAll(questions: Iterable<TraceQuestion>): AsyncIterable<readonly Judgement[]>
}

export type Judgement = Judged | { readonly error: Error }

/** How a way ends, without the steps: of a quarter of a million ways they would fill the memory. */
export type Judged = Pick<Explanation, 'address'> & Pick<Verdict, 'outcome' | 'cause'>

/**
 * An end of the way. `address` as `from` is somebody outside whose packet comes in by the link that leads there; as `to`
 * it is wherever that address leads. `name` is looked up as the asking container's resolver would.
 */
export type Place =
  | { readonly kind: 'container'; readonly id: string }
  | { readonly kind: 'namespace'; readonly id: NetnsId }
  | { readonly kind: 'host' }
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'name'; readonly name: string }

export type TraceProtocol = 'tcp' | 'udp' | 'icmp'

export interface TraceQuestion {
  /** No name. */
  readonly from: Place
  readonly to: Place
  /** `icmp` is an echo request; of ICMPv6 where the packet is IPv6. */
  readonly protocol: TraceProtocol
  /** Of tcp and udp. */
  readonly port?: number
  /** One that nobody uses where absent. */
  readonly sourcePort?: number
  /**
   * A packet of a connection that has begun, as it is remembered on the way (conntrack): the first that fits where no
   * source port is given. Of tcp and udp; a new connection where absent.
   */
  readonly isExisting?: boolean
  /** Where both ends have both: IPv4 where absent. */
  readonly family?: Family
  /** Bytes of the whole IP packet, not to be fragmented; 64 where absent. */
  readonly size?: number
}

/** A change that is not made, but explained as if it had been. References as the engine takes them. */
export type TraceChange =
  /** With `leaving`, a network: the cable is moved from there. */
  | (ConnectInput & { readonly kind: 'connect'; readonly leaving?: string })
  | { readonly kind: 'disconnect'; readonly network: string; readonly container: string }
  | { readonly kind: 'network'; readonly network: string; readonly changes: NetworkUpdateInput }
  | {
      readonly kind: 'endpoint'
      readonly network: string
      readonly container: string
      readonly changes: EndpointUpdateInput
    }
  | { readonly kind: 'container'; readonly container: string; readonly changes: ContainerUpdateInput }

export interface Explanation {
  readonly question: TraceQuestion
  /** What `to` came to be; null where that is not known (no such name, no address of the family). */
  readonly address: string | null
  readonly there: Leg
  /** The answer's way; null where nothing arrived, or what answers cannot be known. */
  readonly back: Leg | null
  readonly verdict: Verdict
  /** What could not be judged, and might make it otherwise. */
  readonly caveats: readonly Said[]
  /** Reading included. */
  readonly durationMs: number
}

export interface Leg {
  readonly steps: readonly TraceStep[]
}

export interface TraceStep {
  /** Null: outside of this machine. */
  readonly netns: NetnsId | null
  readonly place: TracePlace
  readonly kind: StepKind
  readonly said: Said
  /** What the kernel has there, in the words of its tools: a line of `ip route`, "-A FORWARD …"; '' where there is none. */
  readonly evidence: string
  /** The packet as it is after this step. */
  readonly packet: TracePacket
  /** Here it ends, well or not. */
  readonly isEnd: boolean
}

/** What of the graph a step lights. */
export interface TracePlace {
  readonly isHost: boolean
  readonly containerId: string | null
  readonly endpointId: string | null
  readonly networkId: string | null
  /** In the step's namespace. */
  readonly links: readonly string[]
  /** Of a rule: where it stands, its number from 1; of a chain's policy the number is null. */
  readonly rule: {
    readonly family: Family
    /** Of a table that iptables does not know, nft's family: "inet", "bridge". */
    readonly nft?: string
    /** Of iptables-legacy. */
    readonly isLegacy?: boolean
    readonly table: string
    readonly chain: string
    readonly number: number | null
  } | null
}

export type StepKind =
  | 'name'
  | 'source'
  | 'route'
  | 'rule-of-routing'
  | 'neighbour'
  | 'bridge'
  | 'fdb'
  | 'hook'
  | 'chain'
  | 'rule'
  | 'nat'
  | 'link'
  | 'sysctl'
  | 'conntrack'
  | 'socket'
  | 'mtu'

export interface TracePacket {
  readonly family: Family
  readonly protocol: TraceProtocol
  readonly source: string
  readonly destination: string
  readonly sourcePort: number | null
  readonly destinationPort: number | null
  readonly sourceMac: string | null
  readonly destinationMac: string | null
  readonly mark: number
  readonly ttl: number
  readonly size: number
  /** The links, in the step's namespace, that it came in by and goes out by. */
  readonly inLink: string | null
  readonly outLink: string | null
}

/** A sentence without its words: the web has them under `explain.said`, `explain.cause`, `explain.remedy`, by code. */
export interface Said<Code extends string = SaidCode> {
  readonly code: Code
  readonly values: Values
}

/**
 * `answered`: somebody takes it and the answer comes back. `delivered-unanswered`: it arrives, and no answer can come back.
 * `rejected`: somebody says no (a reset, an ICMP error by a rule or by who does not listen). `unreachable`: the sender learns
 * that there is no way. `dropped`: a rule or the kernel drops it without a word. `lost`: it goes where nobody takes it.
 * `unknown`: what becomes of it is decided where nothing can be seen.
 */
export type Outcome = 'answered' | 'delivered-unanswered' | 'dropped' | 'rejected' | 'unreachable' | 'lost' | 'unknown'

export interface Verdict {
  readonly outcome: Outcome
  readonly cause: Said<CauseCode>
  /** What would mend it, the best first; the value `command`, where there is one, can be typed in a shell. */
  readonly remedies: readonly Said<RemedyCode>[]
  /** The step that decided. */
  readonly at: { readonly leg: 'there' | 'back'; readonly step: number } | null
}
