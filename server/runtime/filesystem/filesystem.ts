import type { Container } from '../../cnm/container'
import { PatchbayError } from '../../cnm/errors'
import { shown } from '../../cnm/names'
import type { Filesystem, PathStat, WriteOptions } from '../contract'
import { inflated } from '../images/stream'
import type { Ground } from '../launch'
import { pathsOf } from '../layout'
import { type ByteName, byteName, textOf } from '../tar/header'
import { readTar } from '../tar/read'
import { tarEnd } from '../tar/write'
import { pack } from '../tree/pack'
import { holding, type Node, type Tree, using } from '../tree/tree'
import { unpack } from '../tree/unpack'
import { resolveUser } from '../user'
import { type TreeChange, treeChanges } from './changes'
import { commit } from './commit'
import { clientPath, findPath, statOf } from './path-stat'
import { type OpenRoot, openRoot } from './root'

export function createFilesystem(ground: Ground): Filesystem {
  return {
    stat: (container, path) => statPath(ground, container, path),
    read: (container, path) => readPath(ground, container, path),
    write: (container, path, archive, options) => writePath(ground, container, path, archive, options),
    export: (container) => exportAll(ground, container),
    changes: async (container) =>
      (await changesOf(ground, container)).map(({ kind, path }) => ({ kind, path: textOf(path) })),
    commit: (container, options) => commit(ground, container, options),
  }
}

async function statPath(ground: Ground, container: Container, path: string): Promise<PathStat> {
  const wanted = clientPath(path)
  const root = await openRoot(ground, container, { mounts: true })
  try {
    const node = await findPath(root.tree, wanted)
    return await using(node, () => statOf(root.tree, wanted, node))
  } finally {
    await root.close()
  }
}

/** What is wrong with the path is thrown at once; the archive has to be read or returned, for the root is held until then. */
async function readPath(ground: Ground, container: Container, path: string) {
  const wanted = clientPath(path)
  const root = await openRoot(ground, container, { mounts: true })
  try {
    const node = await findPath(root.tree, wanted)
    const stat = await statOf(root.tree, wanted, node)
    return { stat, archive: closing(root, packed(root.tree, node, wanted.base)) }
  } catch (error) {
    await root.close()
    throw error
  }
}

async function writePath(
  ground: Ground,
  container: Container,
  path: string,
  archive: AsyncIterable<Uint8Array>,
  { keepKinds, asUser }: WriteOptions,
): Promise<void> {
  const root = await openRoot(ground, container, { mounts: true })
  try {
    const base = await root.tree.find(byteName(path), { follow: true })
    await using(base, async () => {
      if (!base.stats.isDirectory()) {
        throw new PatchbayError('invalid-parameter', `extraction point is not a directory: ${shown(path)}`)
      }
      root.tree.checkWritable(base.path)
      const { rootfs } = pathsOf(ground.layout, container.id)
      const owner = asUser && container.user !== '' ? { owner: await resolveUser(rootfs, container.user, []) } : {}
      await unpack(readTar(inflated(archive)), root.tree, base, { keepKinds, ...owner })
    })
  } finally {
    await root.close()
  }
}

async function* exportAll(ground: Ground, container: Container): AsyncGenerator<Buffer> {
  const root = await openRoot(ground, container, { mounts: false })
  yield* closing(root, packed(root.tree, await root.tree.top(), ''))
}

async function* packed(tree: Tree, node: Node, name: ByteName): AsyncGenerator<Buffer> {
  yield* holding(node, pack(tree, node, { name }))
  yield tarEnd
}

async function* closing(root: OpenRoot, chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* chunks
  } finally {
    await root.close()
  }
}

async function changesOf(ground: Ground, container: Container): Promise<TreeChange[]> {
  const root = await openRoot(ground, container, { mounts: false })
  try {
    return await treeChanges(ground, container, root.tree)
  } finally {
    await root.close()
  }
}
