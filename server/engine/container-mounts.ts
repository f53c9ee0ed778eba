import type { Container, Mount } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { shown } from '../cnm/names'
import { type Said, sentence } from '../cnm/sentence'
import type { Image } from '../runtime/contract'
import type { EngineContext } from './context'

/** What a container mounts in all: its own, those of the containers it names, and its image's volumes. */
export function allMounts(ctx: EngineContext, container: Container, image: Image): readonly Mount[] {
  const { mounts, volumesFrom } = container.options
  checkMounts(mounts)
  const inherited = volumesFrom.flatMap((text) => mountsFrom(ctx, text))
  const declared = image.config.volumes.map((target) => anonymousVolume(target))
  const byTarget = new Map<string, Mount>()
  for (const mount of [...mounts, ...inherited, ...declared]) {
    if (!byTarget.has(mount.target)) byTarget.set(mount.target, mount)
  }
  return [...byTarget.values()]
}

function anonymousVolume(target: string): Mount {
  return { type: 'volume', source: '', target, readOnly: false, options: [], short: true, anonymous: true }
}

/** "name", "name:ro" or "name:rw" */
function mountsFrom(ctx: EngineContext, text: string): Mount[] {
  const [, reference = '', mode = 'rw'] = /^(.*?)(?::(ro|rw|z|Z))?$/s.exec(text) ?? []
  const container = ctx.records.findContainer(reference)
  // Not-found would speak of the container that is to be made.
  if (!container) throw invalid(sentence`no such container to take volumes from: ${shown(reference)}`)
  return container.options.mounts
    .filter(({ type }) => type !== 'tmpfs')
    .map((mount) => ({ ...mount, readOnly: mount.readOnly || mode === 'ro' }))
}

function checkMounts(mounts: readonly Mount[]): void {
  const targets = new Set<string>()
  for (const mount of mounts) {
    checkPath(mount.target)
    if (mount.type === 'bind') checkSource(mount.source)
    if (mount.type === 'tmpfs') checkTmpfs(mount)
    if (targets.has(mount.target)) throw invalid(sentence`duplicate mount point: ${mount.target}`)
    targets.add(mount.target)
  }
}

function checkPath(target: string): void {
  if (!target.startsWith('/') || target.includes('\0')) {
    throw invalid(sentence`invalid mount path: ${shown(target)} mount path must be absolute`)
  }
  if (/^\/+(\.?\/*)*$/.test(target)) throw invalid(sentence`invalid specification: destination can't be '/'`)
  if (target.split('/').includes('..')) throw invalid(sentence`mount path ${shown(target)} must not hold ..`)
}

function checkSource(source: string): void {
  if (source.startsWith('/') && !source.includes('\0')) return
  throw invalid(sentence`invalid mount source ${shown(source)}: a bind needs an absolute path of the host's`)
}

const tmpfsFlags = new Set([
  ...['defaults', 'ro', 'rw', 'suid', 'nosuid', 'dev', 'nodev', 'exec', 'noexec', 'sync', 'async', 'remount'],
  ...['dirsync', 'mand', 'nomand', 'atime', 'noatime', 'diratime', 'nodiratime', 'relatime', 'norelatime'],
  ...['strictatime', 'nostrictatime'],
])

function checkTmpfs({ options }: Mount): void {
  const isKnown = (option: string) =>
    tmpfsFlags.has(option) || /^(size|mode|uid|gid|nr_inodes|nr_blocks|mpol)=[0-9a-zA-Z:%,-]+$/.test(option)
  const unknown = options.find((option) => !isKnown(option))
  if (unknown !== undefined) throw invalid(sentence`invalid tmpfs option ${shown(unknown)}`)
}

/** Makes the volumes that are not there yet, and names those that have no name. */
export async function withVolumes(ctx: EngineContext, container: Container): Promise<Container> {
  const named = (mounts: readonly Mount[]): Container => ({ ...container, options: { ...container.options, mounts } })
  const mounts: Mount[] = []
  try {
    for (const mount of container.options.mounts) {
      if (mount.type !== 'volume') mounts.push(mount)
      else mounts.push({ ...mount, source: (await ctx.runtime.volumes.ensure(mount.source || undefined)).name })
    }
    return named(mounts)
  } catch (error) {
    await removeAnonymous(ctx, named(mounts))
    throw error
  }
}

/** Removes the volumes that were made for one container alone and that no other has taken over. */
export async function removeAnonymous(ctx: EngineContext, container: Container): Promise<void> {
  const others = [...ctx.records.containers.values()].filter(({ id }) => id !== container.id)
  const used = new Set(others.flatMap(({ options }) => options.mounts.map(({ source }) => source)))
  for (const { type, anonymous, source } of container.options.mounts) {
    if (type === 'volume' && anonymous && source !== '' && !used.has(source)) await ctx.runtime.volumes.remove(source)
  }
}

function invalid(message: Said): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field: 'mounts' })
}
