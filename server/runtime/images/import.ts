import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ImportOptions } from '../contract'
import { readTar } from '../tar/read'
import { Tree, using } from '../tree/tree'
import { type Unpacked, unpack } from '../tree/unpack'
import { applyChanges } from './changes'
import { checkTag } from './reference'
import { idOf, newConfig } from './seal'
import type { ImageStore, Layer } from './store'
import { type Bytes, inflated, kept, measured } from './stream'

/** Makes an image of the archive of a root file system; gives its id. Nothing is left when it fails. */
export async function importImage(store: ImageStore, source: Bytes, options: ImportOptions): Promise<string> {
  const tag = options.reference ? checkTag(options.reference) : undefined
  const run = applyChanges({}, options.changes)
  const dir = await store.makeDir()
  try {
    const path = join(dir, 'layer')
    const layer = await layOut(kept(source, path), await freshRootfs(dir))
    const comment = options.message || 'Imported from -'
    const configBytes = newConfig({ created: new Date(), createdBy: '', comment, run }, layer)
    const id = idOf(configBytes)
    await store.add([{ dir, id, configBytes, layers: [{ ...layer, path }] }], new Map(tag ? [[tag, id]] : []))
    return id
  } finally {
    await store.discard(dir)
  }
}

export async function freshRootfs(dir: string): Promise<string> {
  const rootfs = join(dir, 'rootfs')
  await mkdir(rootfs, { mode: 0o755 })
  return rootfs
}

/** Lays a layer, compressed or not, over what is in a directory. */
export async function layOut(source: Bytes, rootfs: string): Promise<Layer & Pick<Unpacked, 'leftOut'>> {
  const { bytes, digest, length } = measured(inflated(source))
  const tree = await Tree.open(rootfs)
  try {
    const { sizeBytes, leftOut } = await using(await tree.top(), (top) =>
      unpack(readTar(bytes), tree, top, { whiteouts: true }),
    )
    return { diffId: digest(), tarBytes: length(), sizeBytes, leftOut }
  } finally {
    await tree.close()
  }
}
