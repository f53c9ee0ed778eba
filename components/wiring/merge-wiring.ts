import type { WiringCollection, WiringEvent, WiringPicture } from '@/server/observe/wiring/view'
import { isShallowEqual, mergeEntities, patched } from '../trpc/merge'

export const emptyWiring: WiringPicture = { namespaces: {}, links: {}, cables: {} }

const isCollection: Record<WiringCollection, true> = { namespaces: true, links: true, cables: true }
const collections = Object.keys(isCollection) as WiringCollection[]

/** The picture after an event; what did not change keeps its identity. */
export function mergeWiring(before: WiringPicture, event: WiringEvent): WiringPicture {
  const after = mergeEntities(collections, before, (name) =>
    event.type === 'wiring'
      ? event.wiring[name]
      : patched(before[name], event.change.set[name], event.change.remove[name]),
  )
  // The members are those of the daemon's picture, each either as it came or as it was.
  return (isShallowEqual(before, after) ? before : after) as WiringPicture
}
