import type { NetLink, NetnsId } from '../../cnm/netns-state'
import type { End } from './trip'
import type { Port } from './world'

/** What comes next for a packet. */
export type Stage =
  /** A socket there has sent it. */
  | { readonly at: 'output'; readonly netns: NetnsId }
  /** It leaves by a link, to a neighbour. */
  | {
      readonly at: 'transmit'
      readonly netns: NetnsId
      readonly link: NetLink
      readonly hop: string
      readonly isGateway: boolean
    }
  /** It came in. `hasPassed`: the rules of PREROUTING saw it already, on its bridge. */
  | { readonly at: 'arrive'; readonly port: Port; readonly hasPassed: boolean; readonly isForGateway: boolean }
  /** It is for this namespace. */
  | { readonly at: 'deliver'; readonly netns: NetnsId; readonly link: NetLink }
  | Ending

export type Ending =
  | { readonly at: 'end'; readonly end: End }
  /** Somebody takes it. */
  | { readonly at: 'taken'; readonly netns: NetnsId }
  /** It leaves this machine by that link. */
  | { readonly at: 'outside'; readonly port: Port; readonly hop: string }

export function over(end: End): Stage {
  return { at: 'end', end }
}
