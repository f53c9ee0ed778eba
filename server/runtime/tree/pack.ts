import type { Stats } from 'node:fs'
import { isPatchbayError } from '../../cnm/errors'
import type { ByteName, TarHeader, TarType } from '../tar/header'
import { tarHeader, tarPadding } from '../tar/write'
import { joined, type Node, namesIn, openFile, readLink, type Tree } from './tree'

const chunkBytes = 128 * 1024

export interface PackOptions {
  /** False: directories alone, without what is in them. */
  readonly recursive?: boolean
  /** Name of the member, where it is not to be that on disk; empty: what is in the directory, and not itself. */
  readonly name?: ByteName
  /** The time of every member, where it is not to be that on disk. */
  readonly time?: Date
  /** Hard links among what is packed: "device:inode" to the first name. Shared by calls that fill one archive. */
  readonly seen?: Map<string, ByteName>
}

/**
 * The members for one thing and, for a directory, all that is in it, as `tar -c` gives them; the
 * end mark is left to the caller. Sockets are passed over, as is what vanishes meanwhile. A file
 * that grows or shrinks meanwhile is cut or filled to the length that it had.
 */
export function pack(tree: Tree, node: Node, options: PackOptions = {}): AsyncGenerator<Buffer> {
  const name = options.name ?? node.path.slice(node.path.lastIndexOf('/') + 1)
  return packNode({ tree, recursive: true, seen: new Map(), ...options }, undefined, node, name)
}

interface Packing {
  readonly time?: Date
  readonly tree: Tree
  readonly recursive: boolean
  readonly seen: Map<string, ByteName>
}

async function* packNode(packing: Packing, dir: Node | undefined, node: Node, name: ByteName): AsyncGenerator<Buffer> {
  const { stats } = node
  const type = typeOf(stats)
  if (type === undefined) return
  if (type === 'directory') {
    if (name !== '') yield tarHeader(headerOf(packing, name.endsWith('/') ? name : `${name}/`, type, stats))
    if (packing.recursive) yield* packInside(packing, node, name)
    return
  }
  const twin = stats.nlink > 1 ? firstName(packing.seen, stats, name) : undefined
  if (twin !== undefined) yield tarHeader({ ...headerOf(packing, name, 'link', stats), linkName: twin })
  else if (type === 'file') yield* packFile(node, headerOf(packing, name, type, stats))
  else {
    const linkName = type === 'symlink' ? await targetOf(packing, dir, node) : ''
    if (linkName !== undefined) yield tarHeader({ ...headerOf(packing, name, type, stats), linkName })
  }
}

async function* packInside(packing: Packing, dir: Node, name: ByteName): AsyncGenerator<Buffer> {
  for (const inner of await namesIn(dir)) {
    const node = await packing.tree.enter(dir, inner)
    if (!node) continue
    try {
      yield* packNode(packing, dir, node, name === '' ? inner : joined(name, inner))
    } finally {
      await node.handle.close()
    }
  }
}

async function* packFile(node: Node, header: TarHeader): AsyncGenerator<Buffer> {
  yield tarHeader(header)
  const file = await openFile(node)
  try {
    let left = header.size
    while (left > 0) {
      const buffer = Buffer.alloc(Math.min(chunkBytes, left))
      const { bytesRead } = await file.read(buffer, 0, buffer.length)
      // What is not there any more becomes zeros, so that the archive goes on at the right place.
      const part = bytesRead > 0 ? buffer.subarray(0, bytesRead) : buffer
      yield part
      left -= part.length
    }
    yield tarPadding(header.size)
  } finally {
    await file.close()
  }
}

/** Undefined where it is no link any more. */
async function targetOf({ tree }: Packing, dir: Node | undefined, { path }: Node): Promise<ByteName | undefined> {
  const target = dir ? readLink(dir, path.slice(path.lastIndexOf('/') + 1)) : tree.readTarget(path)
  return target.catch((error: unknown) => {
    if (isPatchbayError(error) && error.kind === 'not-found') return undefined
    throw error
  })
}

/** The name under which the same file has been packed already. */
function firstName(seen: Map<string, ByteName>, { dev, ino }: Stats, name: ByteName): ByteName | undefined {
  const key = `${dev}:${ino}`
  const first = seen.get(key)
  if (first === undefined) seen.set(key, name)
  return first
}

function headerOf({ time }: Packing, name: ByteName, type: TarType, stats: Stats): TarHeader {
  const { uid, gid } = stats
  const mtimeMs = time?.getTime() ?? stats.mtimeMs
  return {
    ...{ name, type, uid, gid, mtimeMs },
    linkName: '',
    mode: stats.mode & 0o7777,
    size: type === 'file' ? stats.size : 0,
    ...(type === 'character' || type === 'block' ? { device: deviceOf(stats.rdev) } : {}),
  }
}

function typeOf(stats: Stats): TarType | undefined {
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'directory'
  if (stats.isSymbolicLink()) return 'symlink'
  if (stats.isFIFO()) return 'fifo'
  if (stats.isCharacterDevice()) return 'character'
  return stats.isBlockDevice() ? 'block' : undefined
}

/** glibc's makedev(3), the other way round, for numbers that a header has room for. */
function deviceOf(rdev: number): [number, number] {
  return [Math.floor(rdev / 256) % 4096, (rdev % 256) + Math.floor(rdev / 2 ** 20) * 256]
}
