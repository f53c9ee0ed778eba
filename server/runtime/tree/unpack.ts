import { constants } from 'node:fs'
import { chmod, chown, lchown, link, lutimes, mkdir, open, symlink, utimes } from 'node:fs/promises'
import { PatchbayError } from '../../cnm/errors'
import { shown } from '../../cnm/names'
import { type ByteName, textOf } from '../tar/header'
import type { TarEntry } from '../tar/read'
import { removeIn } from './remove'
import { createSpace } from './space'
import { below, itself, joined, type Node, namesIn, partsOf, type Tree, using } from './tree'

export interface UnpackOptions {
  /** The archive is a layer: ".wh.name" removes what lies below it, ".wh..wh..opq" all that a directory held. */
  readonly whiteouts?: boolean
  /** Everything belongs to them; whom the archive names where absent. */
  readonly owner?: { readonly uid: number; readonly gid: number }
  /** A directory is not replaced by something else, nor the other way round. */
  readonly keepKinds?: boolean
}

export interface Unpacked {
  /** Bytes of the files. */
  readonly sizeBytes: number
  /** Devices, pipes: they are not made. */
  readonly leftOut: readonly ByteName[]
}

/**
 * Lays the members of an archive out below a directory of a tree, as `tar -x` does. Members that
 * are there are replaced, directories merged. Names and links lead nowhere outside of the tree (see
 * Tree); a name or hard link that leads out of the directory itself is refused. Extended attributes
 * are not set.
 */
export async function unpack(
  entries: AsyncIterable<TarEntry>,
  tree: Tree,
  base: Node,
  options: UnpackOptions = {},
): Promise<Unpacked> {
  const unpacking = new Unpacking(tree, base, options)
  try {
    for await (const entry of entries) await unpacking.add(entry).catch((error: unknown) => explain(error, entry.name))
    return await unpacking.end()
  } finally {
    await unpacking.close()
  }
}

const whiteoutPrefix = '.wh.'
const opaqueMark = '.wh..wh..opq'

class Unpacking {
  private readonly tree: Tree
  private readonly base: Node
  private readonly options: UnpackOptions
  private readonly space: (bytes: number) => Promise<void>
  private readonly written = new Set<ByteName>()
  private readonly directoryTimes = new Map<ByteName, number>()
  private readonly leftOut: ByteName[] = []
  private sizeBytes = 0
  /** The directory of the last member: most often the next one's too. */
  private parent: { readonly key: ByteName; readonly node: Node } | undefined

  constructor(tree: Tree, base: Node, options: UnpackOptions) {
    this.tree = tree
    this.base = base
    this.options = options
    this.space = createSpace(itself(base))
  }

  async add(entry: TarEntry): Promise<void> {
    const parts = cleanParts(entry.name)
    const name = parts.pop()
    if (name === undefined) return this.setBase(entry)
    const dir = await this.parentOf(parts)
    if (this.options.whiteouts && name.startsWith(whiteoutPrefix)) return this.whiteOut(dir, name)
    await this.put(dir, name, entry)
  }

  /** Directories last, for what is put into one changes its time. */
  async end(): Promise<Unpacked> {
    for (const [path, time] of [...this.directoryTimes].reverse()) {
      const node = await this.tree.find(path, { follow: false }).catch(() => undefined)
      if (node) await using(node, (dir) => utimes(itself(dir), time / 1000, time / 1000))
    }
    return { sizeBytes: this.sizeBytes, leftOut: this.leftOut }
  }

  async close(): Promise<void> {
    await this.parent?.node.handle.close()
    this.parent = undefined
  }

  private async setBase(entry: TarEntry): Promise<void> {
    if (entry.type === 'directory' && this.options.whiteouts) await this.attribute(this.base, entry)
  }

  private async parentOf(parts: readonly ByteName[]): Promise<Node> {
    const key = parts.join('/')
    if (this.parent?.key === key) return this.parent.node
    await this.close()
    const node = await this.makeParents(parts)
    this.parent = { key, node }
    return node
  }

  /** An archive need not name the directories that its members are in. */
  private async makeParents(parts: readonly ByteName[]): Promise<Node> {
    const path = [this.base.path, ...parts].join('/')
    const node = (await this.tree.find(path, { follow: true }).catch(ifAbsent)) ?? (await this.makeParent(parts))
    if (node.stats.isDirectory()) return node
    await node.handle.close()
    throw refused(parts.join('/'), 'is to hold others, and is no directory')
  }

  private async makeParent(parts: readonly ByteName[]): Promise<Node> {
    const name = parts.at(-1)
    if (name === undefined) throw refused('.', 'has no directory to go to')
    return using(await this.makeParents(parts.slice(0, -1)), async (above) => {
      await mkdir(below(above, name), 0o755)
      const made = await this.tree.enter(above, name)
      if (made) return made
      throw refused(parts.join('/'), 'was taken away while it was written')
    })
  }

  private async whiteOut(dir: Node, mark: ByteName): Promise<void> {
    if (mark === opaqueMark) {
      for (const name of await namesIn(dir)) {
        if (!this.written.has(joined(dir.path, name))) await removeIn(this.tree, dir, name)
      }
    } else if (!mark.startsWith(`${whiteoutPrefix}${whiteoutPrefix}`)) {
      const name = mark.slice(whiteoutPrefix.length)
      if (name === '' || name === '.' || name === '..') throw refused(mark, 'removes nothing that has a name')
      await removeIn(this.tree, dir, name)
    }
  }

  private async put(dir: Node, name: ByteName, entry: TarEntry): Promise<void> {
    this.tree.checkWritable(joined(dir.path, name))
    if (['character', 'block', 'fifo'].includes(entry.type)) {
      this.leftOut.push(entry.name)
      return
    }
    await this.makeRoom(dir, name, entry)
    const path = joined(dir.path, name)
    if (this.options.whiteouts) this.written.add(path)
    if (entry.type === 'directory') await this.putDirectory(dir, name, entry)
    else if (entry.type === 'file') await this.putFile(dir, name, entry)
    else if (entry.type === 'symlink') await this.putLink(dir, name, entry)
    else await this.putHardLink(dir, name, entry)
  }

  private async makeRoom(dir: Node, name: ByteName, entry: TarEntry): Promise<void> {
    const found = await this.tree.enter(dir, name)
    if (!found) return
    await found.handle.close()
    const [was, is] = [found.stats.isDirectory(), entry.type === 'directory']
    if (was && is) return
    if (was !== is && this.options.keepKinds) {
      const [kind, other] = was ? ['directory', 'non-directory'] : ['non-directory', 'directory']
      const [path, given] = [shown(textOf(found.path)), shown(textOf(entry.name))]
      throw new PatchbayError('invalid-parameter', `cannot overwrite ${kind} ${path} with ${other} ${given}`)
    }
    if (this.tree.isMount(found.path) && found.stats.isFile() && entry.type === 'file') return
    await removeIn(this.tree, dir, name)
  }

  private async putDirectory(dir: Node, name: ByteName, entry: TarEntry): Promise<void> {
    await mkdir(below(dir, name), 0o700).catch(ifThere)
    const made = await this.tree.enter(dir, name)
    if (!made) throw refused(entry.name, 'was taken away while it was written')
    await using(made, async (node) => {
      if (!node.stats.isDirectory()) throw refused(entry.name, 'was replaced while it was written')
      await this.attribute(node, entry)
    })
  }

  private async attribute(node: Node, entry: TarEntry): Promise<void> {
    const { uid, gid } = this.options.owner ?? entry
    await chown(itself(node), uid, gid)
    await chmod(itself(node), entry.mode)
    this.directoryTimes.set(node.path, entry.mtimeMs)
  }

  private async putFile(dir: Node, name: ByteName, entry: TarEntry): Promise<void> {
    const { uid, gid } = this.options.owner ?? entry
    const file = await this.openNew(dir, name)
    try {
      for await (const chunk of entry.body) {
        await this.space(chunk.length)
        await file.writeFile(chunk)
      }
      await file.chown(uid, gid)
      await file.chmod(entry.mode)
      await file.utimes(entry.mtimeMs / 1000, entry.mtimeMs / 1000)
    } finally {
      await file.close()
    }
    this.sizeBytes += entry.size
  }

  /** A file that is mounted is written in place, for its name belongs to the mount. */
  private async openNew(dir: Node, name: ByteName) {
    const mounted = this.tree.isMount(joined(dir.path, name)) ? await this.tree.enter(dir, name) : undefined
    if (mounted) return using(mounted, (node) => open(itself(node), constants.O_WRONLY | constants.O_TRUNC))
    const fresh = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
    return open(below(dir, name), fresh, 0o600)
  }

  private async putLink(dir: Node, name: ByteName, entry: TarEntry): Promise<void> {
    const { uid, gid } = this.options.owner ?? entry
    const path = below(dir, name)
    if (entry.linkName === '') throw refused(entry.name, 'is a link to nothing')
    await symlink(Buffer.from(entry.linkName, 'latin1'), path)
    await lchown(path, uid, gid)
    await lutimes(path, entry.mtimeMs / 1000, entry.mtimeMs / 1000)
  }

  private async putHardLink(dir: Node, name: ByteName, entry: TarEntry): Promise<void> {
    const parts = cleanParts(entry.linkName)
    const target = parts.pop()
    if (target === undefined) throw refused(entry.name, 'is a hard link to a directory')
    const above = await this.tree.find([this.base.path, ...parts].join('/'), { follow: true })
    await using(above, (from) => link(below(from, target), below(dir, name)))
  }
}

/** Throws where a name leads out of the directory that it is laid out in. */
function cleanParts(name: ByteName): ByteName[] {
  const parts: ByteName[] = []
  for (const part of partsOf(name)) {
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) throw refused(name, 'leads out of the archive')
  }
  return parts
}

function ifAbsent(error: unknown): undefined {
  if (error instanceof PatchbayError && error.kind === 'not-found') return undefined
  throw error
}

/** What stands in the way, or was put there by a program that runs. */
const inTheWay = ['EEXIST', 'ENOENT', 'ENOTDIR', 'EISDIR', 'ENOTEMPTY', 'ELOOP', 'ESTALE', 'EPERM', 'EXDEV', 'EMLINK']

function explain(error: unknown, name: ByteName): never {
  const { code = '' } = error as NodeJS.ErrnoException
  const shownName = shown(textOf(name))
  if (inTheWay.includes(code)) {
    const why = 'what it leads through is no directory, or changed meanwhile'
    throw new PatchbayError('conflict', `${shownName} cannot be written: ${why} (${code})`, { cause: error })
  }
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    throw new PatchbayError('unavailable', `${shownName} cannot be written: no space left on the disk`, {
      cause: error,
    })
  }
  if (code === 'EROFS') throw new PatchbayError('forbidden', `${shownName} lies on what is read-only`, { cause: error })
  throw error
}

function ifThere(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
}

function refused(name: ByteName, why: string): PatchbayError {
  return new PatchbayError('invalid-parameter', `${shown(textOf(name))} in the archive ${why}`)
}
