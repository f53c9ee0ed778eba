import type { EndpointView } from '@/server/observe/snapshot'
import { type Arrangement, compare } from './arrangement'
import type { Places } from './layout'

export interface Jacks {
  /** By network id: endpoint ids in the order of their jacks. */
  readonly ofNetwork: ReadonlyMap<string, readonly EndpointView[]>
  readonly ofSandbox: ReadonlyMap<string, readonly EndpointView[]>
}

/** Jacks stand in the order of what hangs on them, so that cables do not cross at the strip or at the card. */
export function orderJacks(arrangement: Arrangement, places: Places): Jacks {
  const across = (id: string) => places[id]?.x ?? Number.MAX_SAFE_INTEGER
  const order = (ids: readonly { id: string }[], other: 'networkId' | 'containerId') =>
    new Map(
      ids.map(({ id }) => [
        id,
        arrangement.endpointsOf(id).toSorted((a, b) => across(a[other]) - across(b[other]) || compare(a.id, b.id)),
      ]),
    )
  return { ofNetwork: order(arrangement.strips, 'containerId'), ofSandbox: order(arrangement.cards, 'networkId') }
}
