import { rmdir, unlink } from 'node:fs/promises'
import { PatchbayError } from '../../cnm/errors'
import { shown } from '../../cnm/names'
import { textOf } from '../tar/header'
import { below, type Node, namesIn, type Tree, using } from './tree'

/** `rm -rf` of a name in a held directory; a link is removed, never followed. Quiet when there is none. */
export async function removeIn(tree: Tree, dir: Node, name: string): Promise<void> {
  const found = await tree.enter(dir, name)
  if (!found) return
  await using(found, async (node) => {
    if (tree.isMount(node.path)) {
      throw new PatchbayError('conflict', `${shown(textOf(node.path))} is a mount and cannot be replaced`)
    }
    if (!node.stats.isDirectory()) return unlink(below(dir, name))
    for (const inner of await namesIn(node)) await removeIn(tree, node, inner)
    await rmdir(below(dir, name))
  })
}
