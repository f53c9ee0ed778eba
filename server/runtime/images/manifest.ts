import { z } from 'zod'
import type { Archive } from './archive'
import { malformed, parseJson } from './config'
import { checkTag } from './reference'
import { architecture } from './seal'

/** What an archive says of one image: names of members, lowest layer first. */
export interface ArchivedImage {
  readonly config: string
  readonly layers: readonly string[]
  readonly tags: readonly string[]
}

/** The images of an archive, by Docker's manifest.json or, without one, by the index of an OCI layout. */
export async function readManifest(archive: Archive): Promise<ArchivedImage[]> {
  const images = archive.has('manifest.json') ? await readDockerManifest(archive) : await readIndex(archive)
  if (images.length > 0) return images
  throw malformed('the archive holds no image for this kind of machine')
}

const dockerSchema = z.array(
  z.object({ Config: z.string(), RepoTags: z.array(z.string()).nullish(), Layers: z.array(z.string()).nullish() }),
)

async function readDockerManifest(archive: Archive): Promise<ArchivedImage[]> {
  const images = parse(dockerSchema, await archive.read('manifest.json'), 'manifest.json')
  return images.map(({ Config: config, RepoTags, Layers }) => ({
    config,
    layers: Layers ?? [],
    tags: (RepoTags ?? []).map(checkTag),
  }))
}

const descriptor = z.object({
  mediaType: z.string().nullish(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  platform: z.object({ architecture: z.string(), os: z.string() }).nullish(),
  annotations: z.record(z.string(), z.string()).nullish(),
})
type Descriptor = z.infer<typeof descriptor>

const indexSchema = z.object({ manifests: z.array(descriptor) })
const manifestSchema = z.object({ config: descriptor, layers: z.array(descriptor) })

async function readIndex(archive: Archive): Promise<ArchivedImage[]> {
  if (!archive.has('index.json')) {
    throw malformed(
      'the archive is no image: it has neither manifest.json nor index.json; docker import takes a root file system',
    )
  }
  const { manifests } = parse(indexSchema, await archive.read('index.json'), 'index.json')
  const images = await Promise.all(manifests.map((entry) => readDescribed(archive, entry, tagsOf(entry))))
  return images.filter((image) => image !== undefined)
}

/** Undefined for an image that is made for another kind of machine. */
async function readDescribed(archive: Archive, entry: Descriptor, tags: string[]): Promise<ArchivedImage | undefined> {
  const bytes = await readBlob(archive, entry)
  if (/index|manifest\.list/.test(entry.mediaType ?? '')) {
    const { manifests } = parse(indexSchema, bytes, 'an index of the archive')
    const fitting = manifests.find(({ platform }) => platform?.os === 'linux' && platform.architecture === architecture)
    const chosen = fitting ?? manifests.find(({ platform }) => !platform)
    return chosen && readSingle(await readBlob(archive, chosen), tags)
  }
  const { platform } = entry
  return platform && platform.os !== 'linux' ? undefined : readSingle(bytes, tags)
}

function readSingle(bytes: Buffer, tags: string[]): ArchivedImage {
  const { config, layers } = parse(manifestSchema, bytes, 'a manifest of the archive')
  return { config: blobOf(config), layers: layers.map(blobOf), tags }
}

async function readBlob(archive: Archive, entry: Descriptor): Promise<Buffer> {
  const name = blobOf(entry)
  if (archive.digestOf(name) !== entry.digest) throw malformed(`${name} in the archive is not what its digest says`)
  return archive.read(name)
}

function blobOf({ digest }: Descriptor): string {
  return `blobs/${digest.replace(':', '/')}`
}

/** A tag alone names no image. */
function tagsOf({ annotations }: Descriptor): string[] {
  const whole = annotations?.['io.containerd.image.name']
  const reference = whole ?? annotations?.['org.opencontainers.image.ref.name']
  return reference && (whole || /[/:]/.test(reference)) ? [checkTag(reference)] : []
}

function parse<Shape>(schema: z.ZodType<Shape>, bytes: Buffer, what: string): Shape {
  const parsed = schema.safeParse(parseJson(bytes, what))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw malformed(`${what}: ${issue?.path.join('.')}: ${issue?.message}`)
}
