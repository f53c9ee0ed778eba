import { PatchbayError } from '../../cnm/errors'
import { shown } from '../../cnm/names'
import { sentence } from '../../cnm/sentence'
import type { Image } from '../contract'

/** By tag (":latest" assumed), id or unique prefix of the id. A tag goes before an id, so that an image may be named "cafe". */
export function matchImage(images: readonly Image[], reference: string): Image {
  const tag = fullTag(reference)
  const tagged = images.find((image) => image.tags.includes(tag))
  if (tagged) return tagged
  const byId = idPrefix(reference)
  const fitting = byId === undefined ? [] : images.filter((image) => image.id.startsWith(`sha256:${byId}`))
  if (fitting.length > 1) {
    throw new PatchbayError(
      'conflict',
      sentence`image id ${reference} fits ${fitting.length} images; give more digits`,
      {
        field: 'image',
      },
    )
  }
  const [image] = fitting
  if (image) return image
  throw new PatchbayError(
    'not-found',
    sentence`image ${tag || JSON.stringify(reference)} is not here; import one with docker load or docker import`,
    { field: 'image', reason: 'image-not-found', data: { image: tag || reference } },
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

const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const registry = '(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?)(?::[0-9]+)?'
const tagPattern = new RegExp(`^(?:${registry}/)?${component}(?:/${component})*:[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}$`)

/** The tag that a person wrote, whole; throws invalid-parameter for what cannot be one. */
export function checkTag(reference: string): string {
  const tag = fullTag(reference)
  if (tag.length <= 255 && tagPattern.test(tag) && !/^[0-9a-f]{64}:/.test(tag)) return tag
  const why =
    tag.length <= 255 && tagPattern.test(tag.toLowerCase()) ? sentence`: repository name must be lowercase` : ''
  throw new PatchbayError('invalid-parameter', sentence`invalid reference format${why}: ${shown(reference)}`, {
    field: 'image',
  })
}

/** "lab:5000/tools" of "lab:5000/tools:1.36". */
export function repositoryOf(tag: string): string {
  return tag.slice(0, tag.lastIndexOf(':'))
}
