import type { Stats } from 'node:fs'
import { PatchbayError } from '../../cnm/errors'
import { shown } from '../../cnm/names'
import type { PathStat } from '../contract'
import { type ByteName, byteName, textOf } from '../tar/header'
import { type Node, type Tree, using } from '../tree/tree'

/** A path that a client wrote, as Docker reads it: absolute; a slash or "/." at its end means what a link there leads to. */
export interface ClientPath {
  /** "/a/b" or "/a/b/." */
  readonly whole: ByteName
  /** Its last part: "b", ".", or "/" of the root. */
  readonly base: ByteName
  readonly follow: boolean
}

export function clientPath(path: string): ClientPath {
  const parts = byteName(path)
    .split('/')
    .filter((part) => part !== '')
  const follow = path.endsWith('/') || parts.at(-1) === '.' || parts.at(-1) === '..'
  const whole = `/${parts.join('/')}`
  return { whole, base: parts.at(-1) ?? '/', follow: follow || parts.length === 0 }
}

/** Throws not-found, also where a path that ends like a directory's leads to something else. */
export async function findPath(tree: Tree, path: ClientPath): Promise<Node> {
  const node = await tree.find(path.whole, path)
  if (!path.follow || node.stats.isDirectory()) return node
  await node.handle.close()
  throw new PatchbayError('not-found', `${shown(textOf(path.whole))} is no directory`)
}

/** What `docker cp` wants to know of a path before it begins. */
export async function statOf(tree: Tree, path: ClientPath, { stats, path: place }: Node): Promise<PathStat> {
  return {
    name: textOf(path.base),
    size: stats.size,
    mode: goMode(stats),
    modifiedAt: stats.mtime,
    linkTarget: stats.isSymbolicLink() ? textOf(await targetOf(tree, place)) : '',
  }
}

/** Where a link leads in the end; what is not there is told as far as it goes. */
async function targetOf(tree: Tree, place: ByteName): Promise<ByteName> {
  const node = await tree.find(place, { follow: true }).catch(() => undefined)
  if (node) return using(node, async ({ path }) => path)
  return tree.readTarget(place)
}

/** Go's os.FileMode: permissions in the last nine bits, the kind in the first ones. */
function goMode(stats: Stats): number {
  const { mode } = stats
  const bits: readonly (readonly [boolean, number])[] = [
    [stats.isDirectory(), 31],
    [stats.isSymbolicLink(), 27],
    [stats.isBlockDevice() || stats.isCharacterDevice(), 26],
    [stats.isFIFO(), 25],
    [stats.isSocket(), 24],
    [(mode & 0o4000) !== 0, 23],
    [(mode & 0o2000) !== 0, 22],
    [stats.isCharacterDevice(), 21],
    [(mode & 0o1000) !== 0, 20],
  ]
  return bits.reduce((sum, [isSet, bit]) => sum + (isSet ? 2 ** bit : 0), mode & 0o777)
}
