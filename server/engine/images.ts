import type { Container } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { shortId } from '../cnm/ids'
import { type Said, sentence } from '../cnm/sentence'
import type { Image } from '../runtime/contract'
import { fullTag } from '../runtime/images/reference'
import type { EngineContext } from './context'
import type { EngineEvent, EngineImages, ImageRemoval } from './contract'

export function createImages(ctx: EngineContext): EngineImages {
  const { images } = ctx.runtime
  return {
    async import(source, options) {
      const image = await images.import(source, options)
      announce(ctx, 'import', image.id)
      return image
    },
    async load(source, told) {
      const loaded = await images.load(source, told)
      for (const { id, tags } of loaded) announce(ctx, 'load', id, tags[0])
      return loaded
    },
    save: (references) => images.save(references),
    get: (reference) => ctx.runtime.findImage(reference),
    detail: (id) => images.detail(id),
    async tag(reference, name) {
      const { id } = await ctx.runtime.findImage(reference)
      await images.tag(id, name)
      announce(ctx, 'tag', id, fullTag(name))
    },
    // A container that is being made of it, and is not on record yet, holds the same lock.
    remove: (reference, options) => ctx.locks.run(['container names'], () => removeImage(ctx, reference, options)),
    usersOf: (id) => usersOf(ctx, id),
  }
}

/** Files of images that were removed while containers were there that need them no more. */
export async function sweepImages(ctx: EngineContext): Promise<void> {
  await ctx.runtime.images.sweep((id) => usersOf(ctx, id).length > 0)
}

async function removeImage(ctx: EngineContext, reference: string, options: { force: boolean }): Promise<ImageRemoval> {
  const image = await ctx.runtime.findImage(reference)
  const name = fullTag(reference)
  const isNamed = image.tags.includes(name)
  const removal = await (isNamed ? removeName(ctx, image, name, options) : removeById(ctx, image, options))
  await sweepImages(ctx)
  for (const _ of removal.untagged) announce(ctx, 'untag', image.id)
  if (removal.deleted.length > 0) announce(ctx, 'delete', image.id)
  return removal
}

function announce(
  ctx: EngineContext,
  action: Extract<EngineEvent, { type: 'image' }>['action'],
  id: string,
  name = id,
): void {
  ctx.journal.announce({ type: 'image', action, id, name })
}

async function removeName(
  ctx: EngineContext,
  image: Image,
  name: string,
  { force }: { force: boolean },
): Promise<ImageRemoval> {
  const [user] = usersOf(ctx, image.id)
  const isLast = image.tags.length === 1
  if (isLast && user && !force) {
    throw conflict(
      sentence`unable to remove repository reference ${JSON.stringify(name)} (must force) - container ${shortId(user.id)} is using its referenced image ${shown(image)}`,
    )
  }
  await ctx.runtime.images.untag([name])
  if (!isLast || isRunning(ctx, image)) return { untagged: [name], deleted: [] }
  return { untagged: [name], deleted: await erase(ctx, image) }
}

async function removeById(ctx: EngineContext, image: Image, { force }: { force: boolean }): Promise<ImageRemoval> {
  const running = usersOf(ctx, image.id).find(({ state }) => state.status === 'running')
  if (running) {
    throw unable(
      image,
      sentence`cannot be forced`,
      sentence`image is being used by running container ${shortId(running.id)}`,
    )
  }
  if (!force && image.tags.length > 1) {
    throw unable(image, sentence`must be forced`, sentence`image is referenced in multiple repositories`)
  }
  const [user] = usersOf(ctx, image.id)
  if (!force && user) {
    throw unable(
      image,
      sentence`must be forced`,
      sentence`image is being used by stopped container ${shortId(user.id)}`,
    )
  }
  return { untagged: image.tags, deleted: await erase(ctx, image) }
}

async function erase(ctx: EngineContext, image: Image): Promise<string[]> {
  const keepFiles = usersOf(ctx, image.id).length > 0
  const layers = await ctx.runtime.images.remove(image.id, { keepFiles })
  return [image.id, ...layers]
}

function usersOf(ctx: EngineContext, id: string): Container[] {
  return [...ctx.records.containers.values()].filter(({ imageId }) => imageId === id)
}

function isRunning(ctx: EngineContext, image: Image): boolean {
  return usersOf(ctx, image.id).some(({ state }) => state.status === 'running')
}

function unable(image: Image, force: Said, why: Said): PatchbayError {
  return conflict(sentence`unable to delete ${shown(image)} (${force}) - ${why}`)
}

function conflict(message: Said): PatchbayError {
  return new PatchbayError('conflict', `conflict: ${message}`, { field: 'image' })
}

function shown({ id }: Image): string {
  return shortId(id.replace(/^sha256:/, ''))
}
