import type { NetnsId } from '../../cnm/netns-state'

export type Hook = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING'

/** Where a packet is seen by rules. */
export interface HookPlace {
  readonly netns: NetnsId
  readonly hook: Hook
  readonly inLink: string | null
  readonly outLink: string | null
  /** Of the family bridge, whose links are the bridge's ports. */
  readonly bridge?: string
}
