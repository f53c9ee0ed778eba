import { isPatchbayError, PatchbayError } from '../cnm/errors'
import type { Engine, ImageRemoval } from '../engine/contract'
import type { Image } from '../runtime/contract'
import { type Call, flag, type Route, sendJson, sendNothing } from './call'
import { anyOf, type Filters, hasLabels, lacksLabels, parseFilters, truthOf } from './filters'
import { historyJson, imageJson, imageSummaryJson } from './image-json'
import { imageTransferRoutes, withTag } from './image-transfer'
import { parseMoment } from './moment'
import { removeIfUnused } from './prune'

export const imageRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/images/json', answer: list },
  ...imageTransferRoutes,
  { method: 'POST', pattern: '/images/prune', answer: prune },
  { method: 'GET', pattern: '/images/:name/json', answer: inspect },
  { method: 'GET', pattern: '/images/:name/history', answer: history },
  { method: 'POST', pattern: '/images/:name/tag', answer: tag },
  { method: 'DELETE', pattern: '/images/:name', answer: remove },
]

async function list(call: Call): Promise<void> {
  const { engine, query, minor } = call
  const filters = parseFilters(query, ['reference', 'dangling', 'label', 'before', 'since', 'until'])
  const createdOf = async (name: string) => (await imageOf(engine, name)).createdAt
  const [before, since] = [filters.get('before')?.[0], filters.get('since')?.[0]]
  const moments = {
    ...(before === undefined ? {} : { before: await createdOf(before) }),
    ...(since === undefined ? {} : { since: await createdOf(since) }),
  }
  const images = (await engine.listImages()).map((image) => named(image, filters))
  const shown = images.filter((image) => passes(image, filters, moments))
  sendJson(
    call,
    shown.map((image) => imageSummaryJson(image, minor)),
  )
}

/** A filter by name leaves the other names away. */
function named(image: Image, filters: Filters): Image {
  if (!filters.has('reference')) return image
  return { ...image, tags: image.tags.filter((own) => anyOf(filters, 'reference', (pattern) => matches(own, pattern))) }
}

function passes(
  { tags, createdAt, config }: Image,
  filters: Filters,
  { before, since }: { before?: Date; since?: Date },
): boolean {
  const dangling = truthOf(filters, 'dangling')
  return (
    (dangling === undefined || dangling === (tags.length === 0)) &&
    (tags.length > 0 || !filters.has('reference')) &&
    (before === undefined || createdAt < before) &&
    (since === undefined || createdAt > since) &&
    isOldEnough(createdAt, filters) &&
    hasLabels(filters, config.labels)
  )
}

function isOldEnough(createdAt: Date, filters: Filters): boolean {
  const until = filters.get('until')?.[0]
  return until === undefined || createdAt < parseMoment(until)
}

/** "busybox", "busybox:1.*", "lab/*": a pattern without a tag fits all, and a star does not cross a slash. */
function matches(tag: string, pattern: string): boolean {
  const repository = tag.slice(0, tag.lastIndexOf(':'))
  const source = pattern
    .replaceAll(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]')
  try {
    const expression = new RegExp(`^(?:${source})$`)
    return expression.test(tag) || expression.test(repository)
  } catch {
    throw new PatchbayError('invalid-parameter', `invalid filter 'reference=${pattern}'`)
  }
}

async function inspect(call: Call): Promise<void> {
  const image = await imageOf(call.engine, call.path.name ?? '')
  sendJson(call, imageJson(image, await call.engine.images.detail(image.id), call.minor))
}

async function history(call: Call): Promise<void> {
  const image = await imageOf(call.engine, call.path.name ?? '')
  sendJson(call, historyJson(image, await call.engine.images.detail(image.id)))
}

async function tag(call: Call): Promise<void> {
  const { engine, query } = call
  const image = await imageOf(engine, call.path.name ?? '')
  await engine.images.tag(image.id, withTag(query.get('repo') ?? '', query.get('tag')))
  sendNothing(call, 201)
}

async function remove(call: Call): Promise<void> {
  const { engine, query } = call
  const name = call.path.name ?? ''
  await imageOf(engine, name)
  sendJson(call, removalJson(await engine.images.remove(name, { force: flag(query, 'force') })))
}

async function prune(call: Call): Promise<void> {
  const { engine, query } = call
  const filters = parseFilters(query, ['dangling', 'until', 'label', 'label!'])
  const isAll = truthOf(filters, 'dangling') === false
  const removals: object[] = []
  let bytes = 0
  for (const image of await engine.listImages()) {
    const { id, tags, createdAt, config } = image
    if (tags.length > 0 && !isAll) continue
    if (!isOldEnough(createdAt, filters)) continue
    if (!hasLabels(filters, config.labels) || !lacksLabels(filters, config.labels)) continue
    const removal = await removeNames(engine, image)
    if (!removal) continue
    removals.push(...removalJson(removal))
    if (removal.deleted.includes(id)) bytes += image.sizeBytes
  }
  sendJson(call, { ImagesDeleted: removals.length > 0 ? removals : null, SpaceReclaimed: bytes })
}

/** Undefined where somebody uses it. */
async function removeNames(engine: Engine, { id, tags }: Image): Promise<ImageRemoval | undefined> {
  if (engine.images.usersOf(id).length > 0) return undefined
  const removals: ImageRemoval[] = []
  await removeIfUnused(async () => {
    for (const reference of tags.length > 0 ? tags : [id]) {
      removals.push(await engine.images.remove(reference, { force: false }))
    }
  })
  return {
    untagged: removals.flatMap(({ untagged }) => untagged),
    deleted: removals.flatMap(({ deleted }) => deleted),
  }
}

function removalJson({ untagged, deleted }: ImageRemoval): object[] {
  return [...untagged.map((Untagged) => ({ Untagged })), ...deleted.map((Deleted) => ({ Deleted }))]
}

/** Docker's own words: its command line looks for them. */
async function imageOf(engine: Engine, name: string): Promise<Image> {
  try {
    return await engine.images.get(name)
  } catch (error) {
    if (!isPatchbayError(error) || error.kind !== 'not-found') throw error
    const shown = /^(sha256:)?[0-9a-f]{64}$/.test(name) || /:[^/]*$/.test(name) ? name : `${name}:latest`
    throw new PatchbayError('not-found', `No such image: ${shown}`, { cause: error })
  }
}
