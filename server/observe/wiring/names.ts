import { basename } from 'node:path'
import type { FoundNetns, NetnsId } from '../../cnm/netns-state'
import type { ContainerView } from '../snapshot'
import type { NamespaceKind, NamespaceView } from './view'

type Description = Pick<NamespaceView, 'kind' | 'name' | 'containerId'>

/** What of a container leads to its namespace. */
export type KnownContainer = Pick<ContainerView, 'id' | 'name' | 'pid' | 'sandbox' | 'networkMode'>

/** Where engines mount namespaces, and what is to be taken for the name. */
const mountPlaces: readonly (readonly [RegExp, NamespaceKind])[] = [
  [/^(?:\/var)?\/run\/docker\/netns\/(.+)$/, 'docker'],
  [/^(?:\/var)?\/run\/netns\/(cni-.+)$/, 'cni'],
  [/^(?:\/var)?\/run\/(?:user\/\d+\/)?netns\/(netns-.+)$/, 'podman'],
  [/^(?:\/var)?\/run\/netns\/(.+)$/, 'named'],
]

/** Names namespaces by containers, mounts and processes, in this order. `sandboxDir`: where Patchbay mounts its own. */
export function describeNamespaces(options: {
  readonly containers: Iterable<KnownContainer>
  readonly sandboxDir: string
  readonly hostName: string
}): (found: FoundNetns) => Description {
  const byMount = new Map<string, KnownContainer>()
  const byPid = new Map<number, KnownContainer>()
  for (const container of options.containers) {
    // What uses another's network stack is not what that is called after.
    if (container.networkMode.startsWith('container:')) continue
    if (container.sandbox) byMount.set(container.sandbox.key, container)
    if (container.pid !== null) byPid.set(container.pid, container)
  }
  return (found) => {
    if (found.isHost) return { kind: 'host', name: options.hostName, containerId: null }
    const mounted = found.mounts.map((mount) => byMount.get(mount)).find((container) => container !== undefined)
    const container = mounted ?? found.processes.map(({ pid }) => byPid.get(pid)).find((held) => held !== undefined)
    if (container) return { kind: 'container', name: container.name, containerId: container.id }
    return { ...byMountPlace(found, options.sandboxDir), containerId: null }
  }
}

function byMountPlace(
  { id, mounts: own, elsewhere, processes }: FoundNetns,
  sandboxDir: string,
): Pick<Description, 'kind' | 'name'> {
  const mounts = elsewhere ? [...own, elsewhere.mount] : own
  const spare = own.find((mount) => mount.startsWith(`${sandboxDir}/`))
  if (spare) return { kind: 'spare', name: spare.slice(sandboxDir.length + 1) }
  for (const mount of mounts) {
    for (const [place, kind] of mountPlaces) {
      const name = place.exec(mount)?.[1]
      if (name !== undefined) return { kind, name }
    }
  }
  // The rest of its path stands beside it; that of many begins alike.
  if (mounts[0] !== undefined) return { kind: 'mounted', name: basename(mounts[0]) }
  return { kind: 'process', name: nameOfProcess(id, processes) }
}

function nameOfProcess(id: NetnsId, processes: FoundNetns['processes']): string {
  return processes[0]?.name || id
}
