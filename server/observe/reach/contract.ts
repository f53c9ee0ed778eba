import type { PortBinding } from '../../cnm/container'
import type { Told } from '../../cnm/sentence'
import type { ProbeOutcome, ProbeResult } from '../../kernel/probe'
import type { CauseCode } from '../trace/codes'
import type { Outcome, Place, Said, TraceQuestion } from '../trace/contract'

/** Who reaches whom: computed from one look at the kernel, and verified by probes where somebody asks for it. */
export interface Reach {
  /** The plan first, then rows as they are computed, then the end. */
  compute(request: ReachRequest, signal: AbortSignal): AsyncIterable<ReachEvent>
  /** Sends a real probe for every cell, row by row in the background; gives its number. */
  verify(request: ReachRequest, actor: string): string
  /** The whole first, then more as it comes; ends with the run. Throws not-found for one that is long over. */
  follow(id: string, signal: AbortSignal): AsyncIterable<VerifyEvent>
  cancel(id: string): void
}

export interface ReachRequest {
  /** Containers by id, how they are called, the path of their network namespace, and which of the host's ports lead there. */
  readonly containers: readonly {
    readonly id: string
    readonly name: string
    readonly key: string
    readonly published: readonly PortBinding[]
  }[]
  /** Addresses outside that are to be reached, and that ask, too. */
  readonly outside: readonly string[]
  /** Whether containers are called by name, as their own programs would, or by address. */
  readonly by: 'name' | 'address'
  /** `listening`: every port that somebody listens on there, and every published one, a column each. */
  readonly what:
    | { readonly kind: 'echo' }
    | { readonly kind: 'listening' }
    | { readonly kind: 'port'; readonly protocol: 'tcp' | 'udp'; readonly port: number }
}

/** A row or the head of a column. */
export interface ReachEnd {
  readonly place: Place
  /** As people call it; empty for the host. */
  readonly name: string
}

export interface ReachColumn extends ReachEnd {
  readonly protocol: TraceQuestion['protocol']
  readonly port: number | null
  /** The port of the host's is published: whom it leads to, by name. */
  readonly leadsTo?: { readonly name: string; readonly port: number }
}

/** What becomes of a packet; many ways share one. */
export interface ReachVerdict {
  /** Null: it is itself. */
  readonly outcome: Outcome | null
  readonly cause: Said<CauseCode> | null
  /** Why it could not be computed; '' where it was. */
  readonly error: Told
}

export type ReachEvent =
  | {
      readonly type: 'plan'
      readonly rows: readonly ReachEnd[]
      readonly columns: readonly ReachColumn[]
      /** Columns of ports that are too many to be shown. */
      readonly cut: number
    }
  | {
      readonly type: 'cells'
      /** Those that no event before has had; they are numbered from 0 as they come. */
      readonly verdicts: readonly ReachVerdict[]
      /** Three numbers a cell: its row, its column and its verdict's. */
      readonly cells: readonly number[]
    }
  | { readonly type: 'done'; readonly durationMs: number; readonly computedAt: string }
  | { readonly type: 'failed'; readonly message: Told }

export interface VerifiedCell {
  readonly row: number
  readonly column: number
  readonly result: ProbeResult
  readonly errno: ProbeOutcome['errno']
  readonly agreement: 'agrees' | 'differs' | 'undecided'
}

export type VerifyEvent =
  | { readonly type: 'state'; readonly state: VerifyState; readonly cells: readonly VerifiedCell[] }
  | { readonly type: 'cells'; readonly state: VerifyState; readonly cells: readonly VerifiedCell[] }

export interface VerifyState {
  readonly stage: 'explaining' | 'sending' | 'done' | 'cancelled' | 'failed'
  readonly message: Told | null
  /** Probes with a result, of all that are to be sent. */
  readonly sent: number
  readonly total: number
}
