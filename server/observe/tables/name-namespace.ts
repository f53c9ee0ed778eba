import type { FoundNetns } from '../../cnm/netns-state'
import type { ContainerView } from '../snapshot'
import type { NamespaceName } from './rows'

type Named = Pick<ContainerView, 'id' | 'name' | 'origin' | 'pid' | 'sandbox'>

/** Finds whose namespace it is: by the mount of its sandbox, else by its process. Pure. */
export function createNamespaceNames(
  containers: readonly Named[],
  isSpare: (mount: string) => boolean,
): (netns: FoundNetns) => NamespaceName {
  const byMount = groupBy(containers, ({ sandbox }) => (sandbox ? plainPath(sandbox.key) : null))
  const byPid = groupBy(containers, ({ pid }) => pid)

  return ({ isHost, mounts, processes }) => {
    if (isHost) return { kind: 'host' }
    const found = new Set([
      ...mounts.flatMap((mount) => byMount.get(plainPath(mount)) ?? []),
      ...processes.flatMap(({ pid }) => byPid.get(pid) ?? []),
    ])
    if (found.size > 0) {
      return { kind: 'container', containers: [...found].map(({ id, name, origin }) => ({ id, name, origin })) }
    }
    const [mount] = mounts
    const [process] = processes
    if (mount !== undefined && process === undefined && isSpare(mount)) return { kind: 'spare' }
    if (mount !== undefined) return { kind: 'mount', path: mount }
    return process === undefined ? { kind: 'mount', path: '' } : { kind: 'process', ...process }
  }
}

/** /var/run leads to /run on every system of today, and Docker speaks of the former. */
function plainPath(path: string): string {
  return path.replace(/^\/var\/run\//, '/run/')
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key | null): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    if (key === null) continue
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}
