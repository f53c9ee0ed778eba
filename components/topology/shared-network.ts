import type { ContainerView, Snapshot } from '@/server/observe/snapshot'
import { isUp } from '../sandbox/container-status'

/** Whose network stack a container shares. */
export interface SharedNetwork {
  /** Name or id as the network mode has it; the container's name where it is known. */
  readonly name: string
  readonly ownerId: string | null
  /** The other has got a new stack since, or is gone: this one is left in the old one, without a cable. */
  readonly cutOff: boolean
}

/** Undefined for a container with a stack of its own. */
export function sharedNetwork(
  container: Pick<ContainerView, 'networkMode' | 'sandbox' | 'status' | 'origin'>,
  containers: Snapshot['containers'],
): SharedNetwork | undefined {
  const [, reference] = /^container:(.+)$/.exec(container.networkMode) ?? []
  if (reference === undefined) return undefined
  const owner = containers[reference] ?? Object.values(containers).find(({ name }) => name === reference)
  if (!owner) return { name: reference.slice(0, 12), ownerId: null, cutOff: isUp(container.status) }
  // Docker does not tell the stack of one that shares another's.
  const isTold = container.origin === 'patchbay' && isUp(container.status)
  return { name: owner.name, ownerId: owner.id, cutOff: isTold && container.sandbox?.id !== owner.sandbox?.id }
}

/** Who shares this container's stack now. */
export function sharersOf(container: ContainerView, containers: Snapshot['containers']): ContainerView[] {
  return Object.values(containers).filter((other) => {
    const shared = sharedNetwork(other, containers)
    return shared?.ownerId === container.id && !shared.cutOff
  })
}
