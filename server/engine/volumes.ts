import type { Container } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { shown } from '../cnm/names'
import { sentence } from '../cnm/sentence'
import type { Volume } from '../runtime/contract'
import type { EngineContext } from './context'
import type { VolumeCreateInput, Volumes } from './contract'

export function createVolumes(ctx: EngineContext): Volumes {
  const { volumes } = ctx.runtime
  return {
    list: () => volumes.list(),
    get: (name) => getVolume(ctx, name),
    create: (input) => createVolume(ctx, input),
    // A container that is being made with it, and is not on record yet, holds the same lock.
    remove: (name) => ctx.locks.run(['container names'], () => removeVolume(ctx, name)),
    usersOf: (name) => usersOf(ctx, name),
    sizeOf: (name) => volumes.sizeOf(name),
  }
}

async function createVolume(ctx: EngineContext, input: VolumeCreateInput): Promise<Volume> {
  const labels = checked(input)
  const known = input.name === undefined ? undefined : await ctx.runtime.volumes.find(input.name)
  if (known) return known
  const volume = await ctx.runtime.volumes.ensure(input.name, labels)
  ctx.journal.announce({ type: 'volume', action: 'create', name: volume.name })
  return volume
}

async function getVolume(ctx: EngineContext, name: string): Promise<Volume> {
  const volume = await ctx.runtime.volumes.find(name)
  if (volume) return volume
  throw new PatchbayError('not-found', sentence`get ${name}: no such volume`, { field: 'name' })
}

function checked({
  name = '',
  driver,
  options,
  labels,
}: VolumeCreateInput): Readonly<Record<string, string>> | undefined {
  if (driver && driver !== 'local') {
    const why = sentence`error looking up volume plugin ${driver}: plugin ${shown(driver)} not found`
    throw new PatchbayError('not-found', sentence`create ${name}: ${why}`, { field: 'driver' })
  }
  const [option] = Object.keys(options ?? {})
  if (option !== undefined) {
    throw new PatchbayError(
      'not-implemented',
      sentence`option ${shown(option)} of a local volume is not supported by Patchbay; leave it out, or bind-mount a directory`,
      { field: 'options' },
    )
  }
  return labels
}

async function removeVolume(ctx: EngineContext, name: string): Promise<void> {
  await getVolume(ctx, name)
  const users = usersOf(ctx, name)
  if (users.length > 0) {
    throw new PatchbayError('conflict', sentence`remove ${name}: volume is in use - [${users.map(({ id }) => id)}]`)
  }
  await ctx.runtime.volumes.remove(name)
  ctx.journal.announce({ type: 'volume', action: 'destroy', name })
}

function usersOf(ctx: EngineContext, name: string): Container[] {
  return [...ctx.records.containers.values()].filter(({ options }) =>
    options.mounts.some(({ type, source }) => type === 'volume' && source === name),
  )
}
