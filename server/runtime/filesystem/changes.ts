import type { Stats } from 'node:fs'
import type { Container } from '../../cnm/container'
import type { FileChange } from '../contract'
import type { Ground } from '../launch'
import { pathsOf } from '../layout'
import type { ByteName } from '../tar/header'
import { joined, type Node, namesIn, readLink, Tree } from '../tree/tree'

/** The same place in the three trees that a container's root file system is made of. */
interface Place {
  readonly merged: Node
  /** Of the image; undefined where it has no such directory. */
  readonly lower: Node | undefined
  /** What the container has written; undefined where that is not kept apart, and everything has to be compared. */
  readonly upper: Node | undefined
}

interface Layers {
  readonly merged: Tree
  readonly lower: Tree
  readonly upper: Tree | undefined
}

export type TreeChange = Omit<FileChange, 'path'> & { readonly path: ByteName }

/** Compares with the image; where the container's files are a copy of that, all of them. */
export async function treeChanges(ground: Ground, container: Container, merged: Tree): Promise<TreeChange[]> {
  const paths = pathsOf(ground.layout, container.id)
  const lower = await Tree.open(ground.images.rootfsOf(container.imageId))
  const upper = await Tree.open(paths.upper).catch(() => undefined)
  try {
    return withoutOwn(await findChanges({ merged, lower, upper }))
  } finally {
    await lower.close()
    await upper?.close()
  }
}

/** What a container has changed of its image, by path; a directory goes before what is in it. */
async function findChanges(layers: Layers): Promise<TreeChange[]> {
  const [merged, lower, upper] = await Promise.all([layers.merged.top(), layers.lower.top(), layers.upper?.top()])
  try {
    return await new Comparison(layers).inside({ merged, lower, upper })
  } finally {
    for (const node of [merged, lower, upper]) await node?.handle.close()
  }
}

class Comparison {
  private readonly layers: Layers

  constructor(layers: Layers) {
    this.layers = layers
  }

  async inside(place: Place): Promise<TreeChange[]> {
    const { merged, lower, upper } = place
    const [names, before, written] = await Promise.all([
      namesIn(merged),
      lower ? namesIn(lower) : ([] as ByteName[]),
      upper ? namesIn(upper) : undefined,
    ])
    const gone = before.filter((name) => !names.includes(name))
    const touched = written ? names.filter((name) => written.includes(name)) : names
    const changes = gone.map((name): TreeChange[] => [{ kind: 'deleted', path: joined(merged.path, name) }])
    for (const name of touched) changes.push(await this.at(place, name, before.includes(name)))
    return changes.flat().sort((a, b) => order(a.path, b.path))
  }

  private async at(place: Place, name: ByteName, wasThere: boolean): Promise<TreeChange[]> {
    const merged = await this.layers.merged.enter(place.merged, name)
    if (!merged) return []
    const lower = wasThere && place.lower ? await this.layers.lower.enter(place.lower, name) : undefined
    const upper = place.upper ? await this.layers.upper?.enter(place.upper, name) : undefined
    try {
      return await this.compare(place, name, { merged, lower, upper })
    } finally {
      for (const node of [merged, lower, upper]) await node?.handle.close()
    }
  }

  private async compare(place: Place, name: ByteName, { merged, lower, upper }: Place): Promise<TreeChange[]> {
    const { path } = merged
    const isDirectory = merged.stats.isDirectory()
    const wasDirectory = lower?.stats.isDirectory() ?? false
    const inner = isDirectory ? await this.inside({ merged, lower: wasDirectory ? lower : undefined, upper }) : []
    if (!lower) return [{ kind: 'added', path }, ...inner]
    const isSame = alike(merged.stats, lower.stats) && (await this.sameTarget(place, name, merged))
    return isSame && inner.length === 0 ? [] : [{ kind: 'modified', path }, ...inner]
  }

  private async sameTarget({ merged, lower }: Place, name: ByteName, { stats }: Node): Promise<boolean> {
    if (!stats.isSymbolicLink() || !lower) return true
    return (await readLink(merged, name)) === (await readLink(lower, name))
  }
}

/** By what `ls -l` shows. The time of a directory says only that something in it changed. */
function alike(one: Stats, other: Stats): boolean {
  const same = one.mode === other.mode && one.uid === other.uid && one.gid === other.gid
  if (one.isDirectory() || !same) return same
  return one.size === other.size && one.rdev === other.rdev && Math.floor(one.mtimeMs) === Math.floor(other.mtimeMs)
}

/** Paths in the order of a walk: "/a", "/a/b", "/a.b". */
function order(one: ByteName, other: ByteName): number {
  const [a, b] = [one.replaceAll('/', '\0'), other.replaceAll('/', '\0')]
  return a < b ? -1 : Number(a > b)
}

/** Where the runtime mounts something of its own, and makes a place for it: no change of the container's. */
const ownPlaces = /^\/(dev|proc|sys)(\/|$)|^\/etc\/(hosts|hostname|resolv\.conf|mtab)$/

/** Without what running a container at all brings with it. */
function withoutOwn(changes: readonly TreeChange[]): TreeChange[] {
  const left = changes.filter(({ path }) => !ownPlaces.test(path))
  const isUsed = left.some(({ path }) => path.startsWith('/etc/'))
  return left.filter(({ path, kind }) => path !== '/etc' || kind === 'deleted' || isUsed)
}
