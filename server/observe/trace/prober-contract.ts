import type { NetnsId } from '../../cnm/netns-state'
import type { Told } from '../../cnm/sentence'
import type { ProbeOutcome } from '../../kernel/probe'
import type { Explanation, TraceQuestion } from './contract'

/** Sends probes that somebody asked for, and shows what the kernel did with them. */
export interface Prober {
  /** Sends one in the background; gives its number, by which it is followed. Ends within seconds, followed or not. */
  send(question: TraceQuestion, actor: string): string
  /** The whole state first, then anew with all that is seen; ends with the probe. Throws not-found for a number that is long over. */
  follow(id: string, signal: AbortSignal): AsyncIterable<ProbeState>
}

export interface ProbeState {
  /** `failed`: it could not be sent, or not be seen; `message` says why. */
  readonly stage: 'explaining' | 'opening' | 'sent' | 'done' | 'failed'
  readonly message: Told | null
  /** What was expected of it; null until that is computed. */
  readonly explanation: Explanation | null
  /** As its socket saw it; null until that is known. */
  readonly outcome: ProbeOutcome | null
  readonly comparison: Comparison | null
}

/** What was expected held against what the kernel showed. */
export interface Comparison {
  readonly agreement: 'agrees' | 'differs' | 'undecided'
  /** By step of the explanation's legs. */
  readonly there: readonly StepEvidence[]
  readonly back: readonly StepEvidence[]
  /** What decided against the probe by the kernel's own word; null: nothing that was seen. */
  readonly dropped: (SeenRule & { readonly netns: NetnsId }) | null
  /** Seen where the explanation says nothing of it. */
  readonly beside: readonly { readonly netns: NetnsId; readonly line: string }[]
  /** Where rules could not be seen at work, and why. */
  readonly blind: readonly { readonly netns: NetnsId; readonly reason: Told }[]
}

export interface SeenRule {
  /** "ip", "ip6", "inet" … */
  readonly family: string
  readonly table: string
  readonly chain: string
  /** From 1; null: the chain's policy, or a rule that nobody can name any more. */
  readonly number: number | null
}

/**
 * `seen`: the kernel shows that it was so. `contradicted`: it shows otherwise. `missing`: it would have shown, and did not.
 * `none`: no such evidence is to be had.
 */
export interface StepEvidence {
  readonly mark: 'seen' | 'contradicted' | 'missing' | 'none'
  /** In the words of tools: "out eth0 10.0.0.2:40000 > 10.0.0.3:80 SYN". */
  readonly lines: readonly string[]
}
