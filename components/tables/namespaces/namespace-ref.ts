import type { ContainerView } from '@/server/observe/snapshot'
import type { NamespaceView } from '@/server/observe/tables/rows'

/**
 * How a namespace stands in the address: by what outlives it. A container's has another number after each start, and is
 * told by the container ("container:<id>"); others by their number.
 */
export function refOf({ id, kind, containerId }: Pick<NamespaceView, 'id' | 'kind' | 'containerId'>): string {
  if (kind === 'host') return 'host'
  return containerId === null ? id : `container:${containerId}`
}

/** Of the namespace that a container uses, which may be the host's or another container's. */
export function refOfContainer({ id, networkMode }: Pick<ContainerView, 'id' | 'networkMode'>): string {
  if (networkMode === 'host') return 'host'
  return /^container:.+/.test(networkMode) ? networkMode : `container:${id}`
}

export function findByRef(namespaces: readonly NamespaceView[], ref: string): NamespaceView | undefined {
  return namespaces.find((one) => refOf(one) === ref || one.id === ref)
}
