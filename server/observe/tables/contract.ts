import type { NetnsId } from '../../cnm/netns-state'
import type { FirewallEvent, Snapshot } from '../snapshot'
import type { FirewallQuestion, NamespaceView, TableCounts, TableEvent, TableQuestion } from './rows'

/** The kernel's tables of every network namespace, as long as somebody looks at one. */
export interface NamespaceTables {
  /** All there are now, the host's first, named after the containers of the picture. */
  list(picture: Pick<Snapshot, 'containers'>): Promise<NamespaceView[]>
  /** Throws not-found. */
  count(namespace: NetnsId): Promise<TableCounts>
  /** The table whole, then what changes; "gone" at last where the namespace ends before the signal. */
  watch(question: TableQuestion, signal: AbortSignal): AsyncIterable<TableEvent>
  /** Rules with their owners, who are looked up in what `picture` gives. */
  watchFirewall(
    question: FirewallQuestion,
    picture: () => Snapshot,
    signal: AbortSignal,
  ): AsyncIterable<NamespaceFirewallEvent>
}

export type NamespaceFirewallEvent = FirewallEvent | Extract<TableEvent, { type: 'failed' | 'gone' }>
