import { constants, type Stats } from 'node:fs'
import { type FileHandle, open, readdir, readlink } from 'node:fs/promises'
import { PatchbayError } from '../../cnm/errors'
import { shown } from '../../cnm/names'
import { handleOnly } from '../../kernel/inside'
import { type ByteName, textOf } from '../tar/header'

const mostLinks = 40
/** A handle is held for each level: somebody may have nested directories without end. */
const deepest = 256

/** One thing in a tree, held: whatever happens to its name, the handle stays with it. */
export interface Node {
  readonly handle: FileHandle
  readonly stats: Stats
  /** Where it is: absolute from the root of the tree, free of links. "/" is the root. */
  readonly path: ByteName
}

/** A directory that is held, and a name in it that may or may not be there. */
export interface Spot {
  readonly dir: Node
  /** One part of a path; empty for the root itself. */
  readonly name: ByteName
}

export interface TreeMount {
  /** Path on the host, which is trusted. */
  readonly source: string
  readonly readOnly: boolean
}

export interface TreeOptions {
  /** Where something else is mounted, by the path in the tree. */
  readonly mounts?: ReadonlyMap<ByteName, TreeMount>
  readonly readOnly?: boolean
}

/**
 * A root file system in which someone else, a program in a container, may change names and links
 * while we look. Paths are walked part by part; every part is opened by its name in the directory
 * held so far (`openat` by way of /proc/self/fd) without following links. Links are followed here,
 * by their text: absolute ones begin at the tree's root and ".." ends there. So no link and no race
 * leads out of the tree, which holds for chroot too, and neither a process nor a mount is needed.
 */
export class Tree {
  private readonly root: FileHandle
  private readonly rootStats: Stats
  private readonly mounts: ReadonlyMap<ByteName, TreeMount>
  private readonly readOnly: boolean

  private constructor(root: FileHandle, rootStats: Stats, { mounts = new Map(), readOnly = false }: TreeOptions) {
    this.root = root
    this.rootStats = rootStats
    this.mounts = mounts
    this.readOnly = readOnly
  }

  static async open(path: string, options: TreeOptions = {}): Promise<Tree> {
    const root = await open(path, handleOnly | constants.O_DIRECTORY)
    return new Tree(root, await root.stat(), options)
  }

  async close(): Promise<void> {
    await this.root.close()
  }

  /** What a path leads to; the last part is followed too where it is a link, if `follow`. Throws not-found. */
  async find(path: ByteName, { follow }: { follow: boolean }): Promise<Node> {
    const walk = new Walk(this, path, follow)
    return walk.toNode()
  }

  /** The directory that a path's last part is in, or would be in. Throws not-found where that is none. */
  async locate(path: ByteName): Promise<Spot> {
    const parts = partsOf(path)
    const name = parts.pop() ?? ''
    return { dir: await this.find(parts.join('/'), { follow: true }), name }
  }

  /** The thing of that name in a directory, a link itself; undefined where there is none. */
  async enter(dir: Node, name: ByteName): Promise<Node | undefined> {
    const path = joined(dir.path, name)
    if (partsOf(path).length > deepest) throw invalid(path, `lies more than ${deepest} directories deep`)
    const mounted = this.mounts.get(path)?.source
    const flags = mounted === undefined ? handleOnly | constants.O_NOFOLLOW : handleOnly
    try {
      const handle = await open(mounted ?? below(dir, name), flags)
      return { handle, stats: await handle.stat(), path }
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw error
    }
  }

  /** Whether something is mounted at a place, which therefore cannot be removed. */
  isMount(path: ByteName): boolean {
    return this.mounts.has(path)
  }

  /** Throws forbidden where nothing may be written: the mount at or above a place decides, or the tree. */
  checkWritable(path: ByteName): void {
    for (let at = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
      const mount = this.mounts.get(at)
      if (mount?.readOnly) throw new PatchbayError('forbidden', 'mounted volume is marked read-only')
      if (mount) return
    }
    if (this.readOnly) throw new PatchbayError('forbidden', 'container rootfs is marked read-only')
  }

  /** The text of a link. Throws not-found. */
  async readTarget(path: ByteName): Promise<ByteName> {
    const { dir, name } = await this.locate(path)
    return using(dir, () => readLink(dir, name))
  }

  /** The root, to be closed like any other. */
  async top(): Promise<Node> {
    const handle = await open(pathOf(this.root), handleOnly | constants.O_DIRECTORY)
    return { handle, stats: this.rootStats, path: '/' }
  }
}

/** One path's way through a tree. Directories on the way stay open, for ".." goes back along them. */
class Walk {
  private readonly tree: Tree
  private readonly wanted: ByteName
  private readonly follow: boolean
  private readonly rest: ByteName[]
  private chain: Node[] = []
  private links = 0

  constructor(tree: Tree, path: ByteName, follow: boolean) {
    this.tree = tree
    this.wanted = path
    this.follow = follow
    this.rest = partsOf(path)
  }

  async toNode(): Promise<Node> {
    try {
      this.chain.push(await this.tree.top())
      for (let part = this.rest.shift(); part !== undefined; part = this.rest.shift()) await this.step(part)
      return this.chain.pop() as Node
    } finally {
      await this.back(0)
    }
  }

  private async step(part: ByteName): Promise<void> {
    if (part === '..') return this.back(Math.max(1, this.chain.length - 1))
    const dir = this.chain.at(-1)
    const node = dir?.stats.isDirectory() ? await this.tree.enter(dir, part) : undefined
    if (!dir || !node) throw absent(this.wanted)
    if (!node.stats.isSymbolicLink() || (this.rest.length === 0 && !this.follow)) this.chain.push(node)
    else await this.go(dir, part, node)
  }

  private async go(dir: Node, part: ByteName, link: Node): Promise<void> {
    await link.handle.close()
    this.links++
    if (this.links > mostLinks) throw invalid(this.wanted, 'leads through too many links')
    const target = await readLink(dir, part)
    if (target.startsWith('/')) await this.back(1)
    this.rest.unshift(...partsOf(target))
  }

  private async back(length: number): Promise<void> {
    const left = this.chain.splice(length)
    for (const { handle } of left) await handle.close()
  }
}

/** Runs with a node and closes it. */
export async function using<Result>(node: Node, work: (node: Node) => Promise<Result>): Promise<Result> {
  try {
    return await work(node)
  } finally {
    await node.handle.close()
  }
}

/** As `using`, for what comes in pieces. */
export async function* holding<Piece>(node: Node, pieces: AsyncIterable<Piece>): AsyncGenerator<Piece> {
  try {
    yield* pieces
  } finally {
    await node.handle.close()
  }
}

/** The path by which a held thing itself is reached, for calls that take a path and follow links. */
export function itself({ handle }: Node): string {
  return pathOf(handle)
}

/** The path of a name in a held directory, for calls that do not follow a link at their end. */
export function below(dir: Node, name: ByteName): Buffer {
  if (name.includes('/') || name === '' || name === '.' || name === '..') throw new Error(`${name} is no name`)
  return Buffer.from(`${pathOf(dir.handle)}/${name}`, 'latin1')
}

/** A regular file for reading, whatever stands at its name by now. */
export async function openFile(node: Node): Promise<FileHandle> {
  return open(itself(node), constants.O_RDONLY)
}

/** Names in a directory, sorted by their bytes. */
export async function namesIn(dir: Node): Promise<ByteName[]> {
  return (await readdir(itself(dir), { encoding: 'latin1' })).sort()
}

/** The text of a link in a held directory. Throws not-found. */
export async function readLink(dir: Node, name: ByteName): Promise<ByteName> {
  return readlink(below(dir, name), { encoding: 'latin1' }).catch((error: unknown) => {
    // It was a link a moment ago.
    if (isAbsent(error) || (error as NodeJS.ErrnoException).code === 'EINVAL') throw absent(joined(dir.path, name))
    throw error
  })
}

/** The parts of a path; "." and doubled slashes mean nothing, ".." is left to who walks. */
export function partsOf(path: ByteName): ByteName[] {
  return path.split('/').filter((part) => part !== '' && part !== '.')
}

export function joined(path: ByteName, name: ByteName): ByteName {
  return path === '/' ? `/${name}` : `${path}/${name}`
}

function pathOf(handle: FileHandle): string {
  return `/proc/self/fd/${handle.fd}`
}

function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? ''
  return ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(code)
}

function absent(path: ByteName): PatchbayError {
  return new PatchbayError('not-found', `${shown(textOf(path))} does not exist, or leads through what is no directory`)
}

function invalid(path: ByteName, why: string): PatchbayError {
  return new PatchbayError('invalid-parameter', `${shown(textOf(path))} ${why}`)
}
