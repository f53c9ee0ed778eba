import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Image } from '../contract'
import { isThere, readIfThere, writeWhole } from '../file'
import { imageDir, isContainerId, type Layout } from '../layout'
import { createLocks } from '../lock'
import { createdAt, parseConfig, type RawConfig, toImageConfig } from './config'
import { matchImage } from './reference'
import { upgradeImage } from './upgrade'

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)

const recordSchema = z.object({
  layers: z.array(
    z.object({
      /** Digest of the uncompressed archive. */
      diffId: digest,
      /** Length of the uncompressed archive. */
      tarBytes: z.number().int(),
      /** Bytes of the files in it. */
      sizeBytes: z.number().int(),
    }),
  ),
  /** Removed by name, while stopped containers still need its files. */
  isRemoved: z.boolean(),
})

const tagsSchema = z.record(z.string(), z.object({ id: digest, at: z.iso.datetime() }))

type ImageRecord = z.infer<typeof recordSchema>
export type Layer = ImageRecord['layers'][number]

export interface StoredImage extends ImageRecord {
  readonly id: string
  readonly config: RawConfig
}

/** An image that is laid out and checked, and not yet in the store. */
export interface Candidate {
  readonly dir: string
  readonly id: string
  /** Exactly as it came: its digest is the id. */
  readonly configBytes: Buffer
  readonly layers: readonly (Layer & { readonly path: string })[]
}

/**
 * Images on disk. `<64 digits>/` holds a configuration (`config.json`, byte for byte), a record
 * (`image.json`) and the root file system that its layers make together; `layers/<64 digits>` the
 * layers as they came, so that what is saved is what was loaded; `tags.json` who is called what. What
 * is being made lies in `new-…` until it is whole.
 */
export class ImageStore {
  private readonly layout: Layout
  private readonly locks = createLocks()
  private readonly images = new Map<string, StoredImage>()
  private tags = new Map<string, { readonly id: string; readonly at: string }>()

  private constructor(layout: Layout) {
    this.layout = layout
  }

  static async open(layout: Layout): Promise<ImageStore> {
    const store = new ImageStore(layout)
    await mkdir(store.layersDir, { recursive: true, mode: 0o700 })
    const names = await readdir(layout.images)
    for (const name of names.filter((entry) => entry.startsWith('new-'))) await store.discard(join(layout.images, name))
    store.tags = new Map(Object.entries(tagsSchema.parse(JSON.parse((await readIfThere(store.tagsFile)) ?? '{}'))))
    for (const name of names.filter(isContainerId)) await store.read(`sha256:${name}`)
    for (const [tag, { id }] of store.tags) if (!store.images.has(id)) store.tags.delete(tag)
    await store.sweepLayers()
    return store
  }

  /** Newest first. */
  list(): Image[] {
    return [...this.images.values()]
      .filter(({ isRemoved }) => !isRemoved)
      .map((image) => this.toImage(image))
      .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || a.id.localeCompare(b.id))
  }

  /** Throws not-found with what to do, conflict where a prefix fits several. */
  find(reference: string): Image {
    return matchImage(this.list(), reference)
  }

  get(id: string): StoredImage | undefined {
    return this.images.get(id)
  }

  /** By the whole id: also one that was removed while containers needed it. */
  getImage(id: string): Image | undefined {
    const image = this.images.get(id)
    return image && this.toImage(image)
  }

  /** When it was last given a name here. */
  taggedAt(id: string): Date | undefined {
    const [last] = [...this.tags.values()]
      .filter((tagged) => tagged.id === id)
      .map(({ at }) => at)
      .sort()
      .reverse()
    return last === undefined ? undefined : new Date(last)
  }

  rootfsOf(id: string): string {
    return join(imageDir(this.layout, id), 'rootfs')
  }

  layerPath(diffId: string): string {
    return join(this.layersDir, diffId.replace(/^sha256:/, ''))
  }

  /** A directory of one's own to make an image in, or several; to be discarded afterwards in any case. */
  makeDir(): Promise<string> {
    return mkdtemp(join(this.layout.images, 'new-'))
  }

  async discard(dir: string): Promise<void> {
    await rm(dir, { recursive: true, force: true })
  }

  /** Takes images into the store, all of them or, where one fails, none; tags go from who had them. */
  async add(candidates: readonly Candidate[], tags: ReadonlyMap<string, string>): Promise<void> {
    await this.locks('store', async () => {
      const made: string[] = []
      try {
        for (const candidate of candidates) if (await this.place(candidate)) made.push(candidate.id)
        await this.putTags(tags)
      } catch (error) {
        for (const id of made) await this.erase(id)
        await this.sweepLayers()
        throw error
      }
    })
  }

  async tag(id: string, tag: string): Promise<void> {
    await this.locks('store', () => this.putTags(new Map([[tag, id]])))
  }

  async untag(tags: readonly string[]): Promise<void> {
    await this.locks('store', () => this.writeTags([...this.tags].filter(([tag]) => !tags.includes(tag))))
  }

  /**
   * Removes an image and the layers that no other has; gives the digests of those. With `keepFiles`
   * it only goes from the list: containers that were made of it can still be started.
   */
  async remove(id: string, { keepFiles }: { keepFiles: boolean }): Promise<string[]> {
    return this.locks('store', async () => {
      const image = this.images.get(id)
      if (!image) return []
      await this.writeTags([...this.tags].filter(([, tagged]) => tagged.id !== id))
      if (keepFiles) {
        await this.writeRecord(imageDir(this.layout, id), { ...image, isRemoved: true })
        this.images.set(id, { ...image, isRemoved: true })
        return []
      }
      await this.erase(id)
      return this.sweepLayers()
    })
  }

  /** Images that were removed while containers needed them, and that none needs any more. */
  async sweep(isNeeded: (id: string) => boolean): Promise<void> {
    const left = [...this.images.values()].filter(({ id, isRemoved }) => isRemoved && !isNeeded(id))
    for (const { id } of left) await this.remove(id, { keepFiles: false })
  }

  private get layersDir(): string {
    return join(this.layout.images, 'layers')
  }

  private get tagsFile(): string {
    return join(this.layout.images, 'tags.json')
  }

  private toImage(image: StoredImage): Image {
    return {
      id: image.id,
      tags: [...this.tags].flatMap(([tag, { id }]) => (id === image.id ? [tag] : [])),
      createdAt: createdAt(image.config),
      sizeBytes: image.layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      config: toImageConfig(image.config),
    }
  }

  /** A folder without image.json is one that was being removed. */
  private async read(id: string): Promise<void> {
    const dir = imageDir(this.layout, id)
    const text = await readIfThere(join(dir, 'image.json'))
    if (text === undefined) return this.discard(dir)
    const tags = await upgradeImage(dir, JSON.parse(text), (diffId) => this.layerPath(diffId))
    if (tags) await this.putTags(new Map(tags.map((tag) => [tag, id])))
    const record = recordSchema.parse(JSON.parse(await readFile(join(dir, 'image.json'), 'utf8')))
    this.images.set(id, { id, ...record, config: parseConfig(await readFile(join(dir, 'config.json'))) })
  }

  /** True where it was not there; one that is there already is as good, for its id says what is in it. */
  private async place({ dir, id, configBytes, layers }: Candidate): Promise<boolean> {
    const known = this.images.get(id)
    if (known && !known.isRemoved) return false
    const record = { layers: layers.map(({ path: _, ...layer }) => layer), isRemoved: false }
    if (known) await this.writeRecord(imageDir(this.layout, id), record)
    else await this.move(dir, id, configBytes, record, layers)
    this.images.set(id, { id, ...record, config: parseConfig(configBytes) })
    return !known
  }

  private async move(
    dir: string,
    id: string,
    configBytes: Buffer,
    record: ImageRecord,
    layers: Candidate['layers'],
  ): Promise<void> {
    for (const { diffId, path } of layers) {
      if (!(await isThere(this.layerPath(diffId)))) await rename(path, this.layerPath(diffId))
    }
    await writeFile(join(dir, 'config.json'), configBytes)
    await this.writeRecord(dir, record)
    await rename(dir, imageDir(this.layout, id))
  }

  private async writeRecord(dir: string, { layers, isRemoved }: ImageRecord): Promise<void> {
    await writeWhole(join(dir, 'image.json'), JSON.stringify({ layers, isRemoved }))
  }

  private async putTags(added: ReadonlyMap<string, string>): Promise<void> {
    const at = new Date().toISOString()
    await this.writeTags([...this.tags, ...[...added].map(([tag, id]) => [tag, { id, at }] as const)])
  }

  private async writeTags(entries: readonly (readonly [string, { id: string; at: string }])[]): Promise<void> {
    const tags = new Map(entries)
    await writeWhole(this.tagsFile, JSON.stringify(Object.fromEntries(tags)))
    this.tags = tags
  }

  /** Without its record it counts for nothing, also when the daemon is killed before the rest is gone. */
  private async erase(id: string): Promise<void> {
    const dir = imageDir(this.layout, id)
    this.images.delete(id)
    await rm(join(dir, 'image.json'), { force: true })
    const gone = join(this.layout.images, `new-${randomBytes(8).toString('hex')}`)
    await rename(dir, gone)
    await this.discard(gone)
  }

  private async sweepLayers(): Promise<string[]> {
    const used = new Set([...this.images.values()].flatMap(({ layers }) => layers.map(({ diffId }) => diffId)))
    const left = (await readdir(this.layersDir)).map((name) => `sha256:${name}`).filter((diffId) => !used.has(diffId))
    for (const diffId of left) await rm(this.layerPath(diffId), { force: true })
    return left
  }
}
