import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PatchbayError } from '../../cnm/errors'
import { sentence } from '../../cnm/sentence'
import type { ImageDetail, Images, LayerHistory } from '../contract'
import type { RawConfig } from './config'
import { importImage } from './import'
import { loadImages } from './load'
import { checkTag } from './reference'
import { saveImages } from './save'
import type { ImageStore, StoredImage } from './store'

export function createImages(store: ImageStore): Images {
  return {
    import: async (source, options) => store.find(await importImage(store, source, options)),
    load: (source, told) => loadImages(store, source, told),
    save: (references) => saveImages(store, references),
    detail: (id) => readDetail(store, id),
    tag: (id, name) => store.tag(id, checkTag(name)),
    untag: (tags) => store.untag(tags),
    remove: (id, options) => store.remove(id, options),
    sweep: (isNeeded) => store.sweep(isNeeded),
  }
}

async function readDetail(store: ImageStore, id: string): Promise<ImageDetail> {
  const image = store.get(id)
  if (!image) throw new PatchbayError('not-found', sentence`image ${id} is not here`, { field: 'image' })
  const rootfs = store.rootfsOf(id)
  return {
    raw: JSON.parse(await readFile(join(rootfs, '../config.json'), 'utf8')) as ImageDetail['raw'],
    layers: image.layers.map(({ diffId }) => diffId),
    history: historyOf(image),
    taggedAt: store.taggedAt(id) ?? null,
    rootfs,
  }
}

/** What made the layers, the newest first; what the configuration does not tell of is told of all the same. */
function historyOf({ config, layers }: StoredImage): LayerHistory[] {
  const sizes = layers.map(({ sizeBytes }) => sizeBytes)
  const told = (config.history ?? []).map((entry) => toHistory(entry, entry.empty_layer ? 0 : (sizes.shift() ?? 0)))
  const untold = sizes.map((sizeBytes) => toHistory({}, sizeBytes))
  return [...told, ...untold].reverse()
}

function toHistory(entry: NonNullable<RawConfig['history']>[number], sizeBytes: number): LayerHistory {
  const created = new Date(entry.created ?? Number.NaN)
  return {
    createdAt: Number.isNaN(created.getTime()) ? null : created,
    createdBy: entry.created_by ?? '',
    comment: entry.comment ?? '',
    sizeBytes,
  }
}
