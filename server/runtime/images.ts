import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { PatchbayError } from '../cnm/errors'
import type { Image, ImageConfig } from './contract'
import { isMissing, readIfThere } from './file'
import { isContainerId, type Layout } from './layout'

const schema = z.object({
  id: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  tags: z.array(z.string()),
  createdAt: z.iso.datetime().transform((text) => new Date(text)),
  sizeBytes: z.number().int(),
  command: z.array(z.string()),
  env: z.array(z.string()),
  workingDir: z.string(),
})

/** Of an image that says nothing. */
export const emptyConfig: ImageConfig = {
  entrypoint: [],
  command: [],
  env: [],
  workingDir: '',
  user: '',
  labels: {},
  exposedPorts: [],
  volumes: [],
  stopSignal: null,
}

/** What is in the image store, newest first. A folder without image.json is one that is being written. */
export async function listImages(layout: Layout): Promise<Image[]> {
  const names = await readdir(layout.images).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw error
  })
  const images = await Promise.all(names.filter(isContainerId).map((name) => readImage(join(layout.images, name))))
  return images
    .filter((image) => image !== undefined)
    .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || a.id.localeCompare(b.id))
}

/** Throws not-found with what to do, conflict where a prefix fits several. */
export async function findImage(layout: Layout, reference: string): Promise<Image> {
  return matchImage(await listImages(layout), reference)
}

/** The same over a list. A tag goes before an id, so that an image may be named "cafe". */
export function matchImage(images: readonly Image[], reference: string): Image {
  const tag = fullTag(reference)
  const tagged = images.find((image) => image.tags.includes(tag))
  if (tagged) return tagged
  const byId = idPrefix(reference)
  const fitting = byId === undefined ? [] : images.filter((image) => image.id.startsWith(`sha256:${byId}`))
  if (fitting.length > 1) {
    throw new PatchbayError('conflict', `image id ${reference} fits ${fitting.length} images; give more digits`, {
      field: 'image',
    })
  }
  const [image] = fitting
  if (image) return image
  throw new PatchbayError(
    'not-found',
    `image ${tag || JSON.stringify(reference)} is not here; import one with docker load or docker import`,
    { field: 'image', data: { image: reference } },
  )
}

/** "busybox" and "docker.io/library/busybox" are "busybox:latest"; a colon before a slash is a port. */
export function fullTag(reference: string): string {
  const name = reference.replace(/^(index\.)?docker\.io\//, '').replace(/^library\//, '')
  if (name === '') return ''
  return name.lastIndexOf(':') > name.lastIndexOf('/') ? name : `${name}:latest`
}

function idPrefix(reference: string): string | undefined {
  const digits = reference.replace(/^sha256:/, '')
  return /^[0-9a-f]{1,64}$/.test(digits) ? digits : undefined
}

async function readImage(dir: string): Promise<Image | undefined> {
  const text = await readIfThere(join(dir, 'image.json'))
  if (text === undefined) return undefined
  const { command, env, workingDir, ...image } = schema.parse(JSON.parse(text))
  return { ...image, config: { ...emptyConfig, command, env, workingDir } }
}
