import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { LoadedImage, LoadProgress } from '../contract'
import { Archive } from './archive'
import { malformed, parseConfig, type RawConfig } from './config'
import { freshRootfs, layOut } from './import'
import { type ArchivedImage, readManifest } from './manifest'
import { idOf } from './seal'
import type { Candidate, ImageStore, Layer } from './store'
import { type Bytes, readFrom } from './stream'

/** Takes in the images of an archive, all or none. Nothing is left when it fails. */
export async function loadImages(
  store: ImageStore,
  source: Bytes,
  told: (progress: LoadProgress) => void,
): Promise<LoadedImage[]> {
  const dir = await store.makeDir()
  try {
    const archive = await Archive.receive(source, dir)
    const images = await readManifest(archive)
    const candidates: Candidate[] = []
    const loaded: LoadedImage[] = []
    for (const image of images) {
      const configBytes = await archive.read(image.config)
      const id = idOf(configBytes)
      const config = parseConfig(configBytes)
      const isKnown = store.get(id)?.isRemoved === false || candidates.some((candidate) => candidate.id === id)
      if (!isKnown) candidates.push(await prepare({ store, archive, told }, image, config, { id, configBytes }, dir))
      loaded.push({ id, tags: image.tags })
    }
    await store.add(candidates, new Map(loaded.flatMap(({ id, tags }) => tags.map((tag) => [tag, id] as const))))
    return loaded
  } finally {
    await store.discard(dir)
  }
}

interface Loading {
  readonly store: ImageStore
  readonly archive: Archive
  readonly told: (progress: LoadProgress) => void
}

async function prepare(
  { archive, told }: Loading,
  image: ArchivedImage,
  config: RawConfig,
  made: Pick<Candidate, 'id' | 'configBytes'>,
  parent: string,
): Promise<Candidate> {
  const { diff_ids: diffIds } = config.rootfs
  if (diffIds.length !== image.layers.length) {
    throw malformed(`the image has ${image.layers.length} layers, and its configuration names ${diffIds.length}`)
  }
  const dir = join(parent, made.id.replace(':', '-'))
  await mkdir(dir, { mode: 0o700 })
  const rootfs = await freshRootfs(dir)
  const layers: (Layer & { path: string })[] = []
  for (const [index, name] of image.layers.entries()) {
    const diffId = diffIds[index] ?? ''
    const path = archive.pathOf(name)
    const { leftOut, ...layer } = await layOut(await telling(path, diffId, told), rootfs)
    if (layer.diffId !== diffId)
      throw malformed(`invalid diffID for layer ${index}: expected ${diffId}, got ${layer.diffId}`)
    if (leftOut.length > 0) told({ kind: 'left-out', layer: diffId, members: leftOut })
    layers.push({ ...layer, path })
  }
  return { dir, ...made, layers }
}

const tellEveryMs = 100

/** A layer as it is read, and word of how far that is. */
async function telling(path: string, layer: string, told: (progress: LoadProgress) => void): Promise<Bytes> {
  const { size: total } = await stat(path)
  async function* pass(): AsyncGenerator<Uint8Array> {
    let [current, last] = [0, 0]
    for await (const chunk of readFrom(path)) {
      current += chunk.length
      if (performance.now() - last > tellEveryMs || current === total) {
        last = performance.now()
        told({ kind: 'layer', layer, current, total })
      }
      yield chunk
    }
  }
  return pass()
}
