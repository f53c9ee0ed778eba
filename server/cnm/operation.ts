import type { OperationId } from './ids'
import type { Said } from './sentence'

export type OperationVerb =
  | 'network.create'
  | 'network.remove'
  | 'network.update'
  | 'network.connect'
  | 'network.disconnect'
  | 'endpoint.update'
  | 'service.create'
  | 'service.update'
  | 'service.remove'
  | 'container.create'
  | 'container.start'
  | 'container.stop'
  | 'container.restart'
  | 'container.rename'
  | 'container.pause'
  | 'container.unpause'
  | 'container.update'
  | 'container.terminal'
  | 'container.remove'
  | 'firewall.update'
  | 'host.reconcile'
  | 'host.update'
  | 'trace.send'
  | 'reach.verify'
  | 'capture.start'

/**
 * `running` is written before the kernel is touched; a row still `running` at start-up is
 * what a killed daemon left half done, and becomes `finished` or `undone`.
 */
export type OperationStatus = 'running' | 'done' | 'failed' | 'finished' | 'undone'

/** Without what it ran. */
export type BriefOperation = Omit<Operation, 'commands'>

/** One change: who asked for what, what ran, and how it ended. */
export interface Operation {
  readonly id: OperationId
  readonly verb: OperationVerb
  /** Names for people: what it was about ("container2", "frontend"). */
  readonly subjects: readonly string[]
  /** Ids of the records it makes or removes, for recovery. */
  readonly records: Readonly<Record<string, string>>
  readonly actor: string
  readonly status: OperationStatus
  /** The commands, as one would type them in a shell. */
  readonly commands: readonly string[]
  readonly error: Said | null
  readonly startedAt: Date
  readonly durationMs: number | null
}
