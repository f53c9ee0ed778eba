import type { Socket } from 'node:dgram'
import type { Server } from 'node:net'
import type { RecordData, Upstream } from '../cnm/network-names'
import type { Netns } from '../plan/object'

/** What the resolver asks the engine: pure look-ups in memory. */
export interface NameSource {
  /** Another number after every change that may change an answer: what was found before is then looked up anew. */
  readonly generation: number
  /** What the sandbox in this namespace sees; undefined where there is none. */
  of(netns: Netns): SandboxNames | undefined
}

/** The names of one sandbox, as they are now. */
export interface SandboxNames {
  readonly asker: Asker
  /** Undefined: not a name of ours, forward the question. `name` is in lower case, without the last dot. */
  find(name: string, type: string): Found | undefined
  upstreams(): Forwarding
}

export interface Asker {
  readonly id: string
  readonly name: string
  /** Names of the networks that it is on. */
  readonly networks: readonly string[]
}

/** Where other questions go. */
export interface Forwarding {
  /** In the order in which they are asked. */
  readonly servers: readonly Upstream[]
  /** Why none is asked: the sandbox is only on internal networks, or nobody knows a server. */
  readonly refusal: 'internal' | 'no-server' | null
  /** A name without a dot stays here: the person set `ndots`, so the client tries its search domains. */
  readonly keepsShortNames: boolean
}

/** A record to answer with; `name` is empty where it is that of the question. */
export interface LocalRecord {
  readonly name: string
  readonly data: RecordData
}

/** What is known about a question. */
export interface Found {
  /** None: the name is ours, and has no records of the type. */
  readonly records: readonly LocalRecord[]
  /** Addresses of the hosts that the records name. */
  readonly additionals: readonly LocalRecord[]
  /** A name that is not ours, to which the records lead: it is asked of the upstreams. */
  readonly follow: string | null
  readonly origin: Origin
}

/** By what a name leads to a container, or that it is a record of the network's. */
export type NameKind = 'name' | 'alias' | 'id' | 'hostname' | 'link' | 'wildcard' | 'record' | 'address'

/** Why an answer is what it is. */
export interface Origin {
  readonly kind: NameKind
  readonly network: { readonly id: string; readonly name: string }
  /** The name that matched: "web", "*.web". */
  readonly matched: string
  /** All that share the name, also those that were left out. */
  readonly members: readonly Member[]
}

/** One of those that share a name. */
export interface Member {
  /** null: a record of the network's. */
  readonly container: { readonly id: string; readonly name: string } | null
  readonly addresses: readonly string[]
  readonly readiness: Readiness
  /** False: its health check keeps it out of the answer. */
  readonly answered: boolean
}

/** `ready`: its health check is content, or it has none. */
export type Readiness = 'ready' | 'starting' | 'unhealthy'

/** A name that a container can look up now. */
export interface ResolvableName {
  readonly name: string
  readonly kind: NameKind
  readonly network: { readonly id: string; readonly name: string }
  readonly members: readonly Member[]
  /** Records other than addresses, as in a zone file: "SRV 10 5 80 web". */
  readonly records: readonly string[]
}

/** A question and its answer, as the live view shows them. */
export interface QueryView {
  /** Grows by one with every question of this daemon. */
  readonly sequence: number
  readonly at: string
  readonly container: { readonly id: string; readonly name: string } | null
  readonly networks: readonly string[]
  readonly transport: 'udp' | 'tcp'
  /** As in a zone file: what is no plain character is "\\ddd". */
  readonly name: string
  /** "A", "TYPE65". */
  readonly type: string
  /** "NOERROR", "NXDOMAIN"; empty: nobody answered in time. */
  readonly code: string
  /** The first of them, in the order in which they were sent. */
  readonly answers: readonly string[]
  readonly answerCount: number
  readonly cause: Cause
  readonly durationMs: number
}

/** Where an answer came from. */
export type Cause =
  | { readonly from: 'names'; readonly origin: Origin }
  /** `tried`: servers asked before it, which failed. */
  | { readonly from: 'upstream'; readonly server: string; readonly tried: readonly string[] }
  /** Nobody answered. */
  | { readonly from: 'silence'; readonly tried: readonly string[] }
  | {
      readonly from: 'refusal'
      readonly reason: 'internal' | 'no-server' | 'short-name' | 'busy' | 'malformed' | 'error'
    }

/** Questions as they come. `missed`: so many more came than are kept. */
export interface QueryEvent {
  readonly queries: readonly QueryView[]
  readonly missed: number
}

/** The latest questions of the daemon, kept in a small ring. */
export interface Queries {
  /** Those that are kept first, then what comes, gathered. Ends with `signal`. */
  watch(signal: AbortSignal): AsyncIterable<QueryEvent>
}

/** Answers DNS questions on sockets that live in sandboxes. */
export interface Resolver {
  /** Serves on a socket that the kernel room opened inside `netns`; stops when it is closed. */
  listen(netns: Netns, socket: Socket | Server): void
  readonly queries: Queries
}
