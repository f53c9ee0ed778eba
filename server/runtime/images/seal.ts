import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { tarEnd } from '../tar/write'
import { pack } from '../tree/pack'
import { sizeOfTree } from '../tree/size'
import { Tree } from '../tree/tree'
import type { RawConfig, RunConfig } from './config'
import type { Candidate, Layer } from './store'
import { type Bytes, drain, kept, measured } from './stream'

/** The architecture by Go's name. */
export const architecture = process.arch === 'x64' ? 'amd64' : process.arch

export interface NewImage {
  readonly created: Date
  /** What made the last layer, for the history. */
  readonly createdBy: string
  readonly comment?: string
  readonly author?: string
  readonly run: RunConfig
  /** The layers and the history that it goes on from. */
  readonly base?: Pick<RawConfig, 'history' | 'rootfs'>
}

/** The configuration of a new image whose last layer is `layer`. */
export function newConfig(image: NewImage, layer: Pick<Layer, 'diffId'>): Buffer {
  const created = image.created.toISOString()
  const { base, comment = '', author } = image
  const last = { created, created_by: image.createdBy, ...(comment === '' ? {} : { comment }) }
  const config = {
    architecture,
    ...(author ? { author } : {}),
    ...(comment === '' ? {} : { comment }),
    config: image.run,
    created,
    history: [...(base?.history ?? []), last],
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [...(base?.rootfs.diff_ids ?? []), layer.diffId] },
  }
  return Buffer.from(JSON.stringify(config))
}

export function idOf(configBytes: Buffer): string {
  return `sha256:${createHash('sha256').update(configBytes).digest('hex')}`
}

/** Makes an image of a directory's `rootfs`: one layer, with all times set to when it was created. */
export async function seal(dir: string, image: NewImage): Promise<Candidate> {
  const path = join(dir, 'layer')
  const rootfs = await Tree.open(join(dir, 'rootfs'))
  try {
    const archive = await writeArchive(packAll(rootfs, image.created), path)
    const layer = { ...archive, sizeBytes: await sizeOfTree(join(dir, 'rootfs')) }
    const configBytes = newConfig(image, layer)
    return { dir, id: idOf(configBytes), configBytes, layers: [{ ...layer, path }] }
  } finally {
    await rootfs.close()
  }
}

/** Writes an archive that is to be a layer. */
export async function writeArchive(archive: Bytes, path: string): Promise<Omit<Layer, 'sizeBytes'>> {
  const { bytes, digest, length } = measured(archive)
  await drain(kept(bytes, path))
  return { diffId: digest(), tarBytes: length() }
}

async function* packAll(tree: Tree, time: Date): AsyncGenerator<Buffer> {
  const dir = await tree.top()
  try {
    yield* pack(tree, dir, { name: '', time })
    yield tarEnd
  } finally {
    await dir.handle.close()
  }
}
