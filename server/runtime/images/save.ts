import { createHash } from 'node:crypto'
import { type FileHandle, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PatchbayError } from '../../cnm/errors'
import { tarEnd, tarFile, tarHeader, tarPadding } from '../tar/write'
import { fullTag, repositoryOf } from './reference'
import type { ImageStore, StoredImage } from './store'
import { inflated } from './stream'

/**
 * An archive that Docker, Podman and Patchbay load: an OCI layout with Docker's manifest.json beside
 * it. An image that is named is saved with that name, or with all of a repository where no tag is
 * given; one that is given by its id without a name. Throws not-found before anything is given.
 */
export function saveImages(store: ImageStore, references: readonly string[]): AsyncGenerator<Buffer> {
  const chosen = new Map<string, { image: StoredImage; tags: Set<string> }>()
  for (const reference of references) {
    for (const { id, tags } of choose(store, reference)) {
      const image = store.get(id)
      if (!image) continue
      const known = chosen.get(id) ?? { image, tags: new Set() }
      for (const tag of tags) known.tags.add(tag)
      chosen.set(id, known)
    }
  }
  return write(store, [...chosen.values()])
}

interface Chosen {
  readonly image: StoredImage
  readonly tags: readonly string[]
  readonly configBytes: Buffer
}

function choose(store: ImageStore, reference: string): { id: string; tags: string[] }[] {
  const tag = fullTag(reference)
  const isWholeRepository = !reference.includes(':', reference.lastIndexOf('/') + 1)
  const named = store.list().flatMap(({ id, tags }) => {
    const fitting = tags.filter((own) => own === tag || (isWholeRepository && repositoryOf(own) === repositoryOf(tag)))
    return fitting.length > 0 ? [{ id, tags: fitting }] : []
  })
  return named.length > 0 ? named : [{ id: store.find(reference).id, tags: [] }]
}

async function* write(
  store: ImageStore,
  chosen: readonly { image: StoredImage; tags: ReadonlySet<string> }[],
): AsyncGenerator<Buffer> {
  const written = new Set<string>()
  const manifests: { bytes: Buffer; image: Chosen }[] = []
  for (const { image, tags } of chosen) {
    const configBytes = await readFile(join(store.rootfsOf(image.id), '../config.json'))
    const manifest = manifestOf(image, configBytes)
    for (const { diffId, tarBytes } of image.layers) {
      if (written.has(diffId)) continue
      written.add(diffId)
      yield* layer(store, diffId, tarBytes)
    }
    yield* blob(written, configBytes)
    yield* blob(written, manifest)
    manifests.push({ bytes: manifest, image: { image, tags: [...tags], configBytes } })
  }
  yield json('index.json', indexOf(manifests))
  yield json('manifest.json', manifests.map(dockerManifest))
  yield json('oci-layout', { imageLayoutVersion: '1.0.0' })
  yield tarEnd
}

function* blob(written: Set<string>, bytes: Buffer): Generator<Buffer> {
  const id = digestOf(bytes)
  if (written.has(id)) return
  written.add(id)
  yield tarFile(blobName(id), bytes)
}

/** Opened before its header is given: an image that is removed meanwhile is then saved whole all the same. */
async function* layer(store: ImageStore, diffId: string, size: number): AsyncGenerator<Buffer> {
  const header = {
    name: blobName(diffId),
    type: 'file',
    linkName: '',
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtimeMs: 0,
  } as const
  const file: FileHandle = await open(store.layerPath(diffId))
  try {
    yield tarHeader({ ...header, size })
    let length = 0
    for await (const chunk of inflated(file.createReadStream({ autoClose: false }))) {
      length += chunk.length
      yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    }
    if (length !== size) throw new PatchbayError('system', `layer ${diffId} on the disk is not what was loaded`)
    yield tarPadding(size)
  } finally {
    await file.close()
  }
}

function manifestOf({ layers }: StoredImage, configBytes: Buffer): Buffer {
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: {
        mediaType: 'application/vnd.oci.image.config.v1+json',
        digest: digestOf(configBytes),
        size: configBytes.length,
      },
      layers: layers.map(({ diffId, tarBytes }) => ({
        mediaType: 'application/vnd.oci.image.layer.v1.tar',
        digest: diffId,
        size: tarBytes,
      })),
    }),
  )
}

function indexOf(manifests: readonly { bytes: Buffer; image: Chosen }[]) {
  const described = manifests.flatMap(({ bytes, image: { tags } }) => {
    const entry = {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: digestOf(bytes),
      size: bytes.length,
    }
    return tags.length === 0 ? [entry] : tags.map((tag) => ({ ...entry, annotations: annotationsOf(tag) }))
  })
  return { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: described }
}

function annotationsOf(tag: string) {
  const [first = ''] = tag.split('/')
  const isHost = tag.includes('/') && /[.:]|^localhost$/.test(first)
  const path = tag.includes('/') ? tag : `library/${tag}`
  return {
    'io.containerd.image.name': isHost ? tag : `docker.io/${path}`,
    'org.opencontainers.image.ref.name': tag.slice(tag.lastIndexOf(':') + 1),
  }
}

function dockerManifest({ image: { image, tags, configBytes } }: { image: Chosen }) {
  return {
    Config: blobName(digestOf(configBytes)),
    RepoTags: tags.length > 0 ? tags : null,
    Layers: image.layers.map(({ diffId }) => blobName(diffId)),
  }
}

function json(name: string, value: unknown): Buffer {
  return tarFile(name, Buffer.from(`${JSON.stringify(value)}\n`))
}

function blobName(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
