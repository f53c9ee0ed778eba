import type { Stats } from 'node:fs'
import type { ByteName, TarHeader, TarType } from '../tar/header'
import { tarHeader, tarPadding } from '../tar/write'
import { joined, type Node, namesIn, openFile, readLink, type Spot, type Tree } from './tree'

const chunkBytes = 128 * 1024

export interface PackOptions {
  /** False: directories alone, without what is in them. */
  readonly recursive?: boolean
  /** Names of the members, where they are not to be those on disk. */
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
export async function* pack(tree: Tree, spot: Spot, options: PackOptions = {}): AsyncGenerator<Buffer> {
  const node =
    spot.name === '' ? await tree.find(spot.dir.path, { follow: false }) : await tree.enter(spot.dir, spot.name)
  if (!node) return
  try {
    yield* packNode({ tree, recursive: true, seen: new Map(), ...options }, spot, node, options.name ?? spot.name)
  } finally {
    await node.handle.close()
  }
}

interface Packing {
  readonly time?: Date
  readonly tree: Tree
  readonly recursive: boolean
  readonly seen: Map<string, ByteName>
}

async function* packNode(packing: Packing, { dir }: Spot, node: Node, name: ByteName): AsyncGenerator<Buffer> {
  const { stats } = node
  const type = typeOf(stats)
  if (type === undefined) return
  if (type === 'directory') {
    if (name !== '') yield tarHeader(headerOf(packing, `${name}/`, type, stats))
    if (packing.recursive) yield* packInside(packing, node, name)
    return
  }
  const twin = stats.nlink > 1 ? firstName(packing.seen, stats, name) : undefined
  if (twin !== undefined) yield tarHeader({ ...headerOf(packing, name, 'link', stats), linkName: twin })
  else if (type === 'file') yield* packFile(node, headerOf(packing, name, type, stats))
  else yield tarHeader({ ...headerOf(packing, name, type, stats), linkName: await targetOf(dir, node, type) })
}

async function* packInside(packing: Packing, dir: Node, name: ByteName): AsyncGenerator<Buffer> {
  for (const inner of await namesIn(dir)) {
    const node = await packing.tree.enter(dir, inner)
    if (!node) continue
    try {
      yield* packNode(packing, { dir, name: inner }, node, name === '' ? inner : joined(name, inner))
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
      // What cannot be read any more stays zero, so that the archive goes on at the right place.
      await file.read(buffer, 0, buffer.length)
      yield buffer
      left -= buffer.length
    }
    yield tarPadding(header.size)
  } finally {
    await file.close()
  }
}

async function targetOf(dir: Node, node: Node, type: TarType): Promise<ByteName> {
  return type === 'symlink' ? readLink(dir, node.path.slice(node.path.lastIndexOf('/') + 1)) : ''
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
