import type { NetnsId } from '../../cnm/netns-state'
import type { FirewallEvent, Snapshot } from '../snapshot'
import type { FirewallQuestion, NamespaceView, TableCounts, TableEvent, TableQuestion } from './rows'

/** The kernel's tables of every network namespace, as long as somebody looks at one. */
export interface NamespaceTables {
  /** All there are now, the host's first, named after the containers of the picture. */
  list(picture: Pick<Snapshot, 'containers'>): Promise<NamespaceView[]>
  /** Throws not-found. */
  count(namespace: NetnsId): Promise<TableCounts>
  /** The table whole, then what changes, with owners of rules from what `picture` gives; "gone" at last where the namespace ends before the signal. */
  watch(question: TableQuestion, picture: () => Snapshot, signal: AbortSignal): AsyncIterable<TableEvent>
  /** Rules of iptables. */
  watchFirewall(
    question: FirewallQuestion,
    picture: () => Snapshot,
    signal: AbortSignal,
  ): AsyncIterable<NamespaceFirewallEvent>
}

export type NamespaceFirewallEvent = FirewallEvent | Extract<TableEvent, { type: 'failed' | 'gone' }>
