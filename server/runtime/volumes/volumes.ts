import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { PatchbayError } from '../../cnm/errors'
import { createId } from '../../cnm/ids'
import { shown } from '../../cnm/names'
import type { Volume, VolumeStore } from '../contract'
import { readIfThere, writeWhole } from '../file'
import { createLocks } from '../lock'
import { sizeOfTree } from '../tree/size'

/** Docker's mark of a volume that nobody gave a name. */
const anonymousLabel = 'com.docker.volume.anonymous'

const schema = z.object({
  labels: z.record(z.string(), z.string()),
  createdAt: z.iso.datetime().transform((text) => new Date(text)),
})

/**
 * Named volumes as folders: `<name>/_data` is what containers mount, `<name>/volume.json` says that
 * it is whole. Names are checked before they become paths.
 */
export function createVolumeStore(dir: string): VolumeStore {
  const locks = createLocks()
  return {
    async list() {
      const names = (await readdir(dir)).filter(isVolumeName)
      const volumes = await Promise.all(names.map((name) => read(dir, name)))
      return volumes.filter((volume) => volume !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    find: async (name) => (isVolumeName(name) ? read(dir, name) : undefined),
    async ensure(wanted, labels = {}) {
      const name = wanted === undefined ? createId<string & { readonly __id: 'volume' }>() : checkVolumeName(wanted)
      const all = wanted === undefined ? { [anonymousLabel]: '', ...labels } : labels
      return locks(name, async () => (await read(dir, name)) ?? create(dir, name, all))
    },
    remove: (name) => locks(checkVolumeName(name), () => remove(dir, name)),
    sizeOf: (name) => sizeOfTree(dataOf(dir, checkVolumeName(name))),
  }
}

/** What a daemon that was killed left half removed. */
export async function clearVolumes(dir: string): Promise<void> {
  const left = (await readdir(dir)).filter((name) => name.startsWith(removedPrefix))
  for (const name of left) await rm(join(dir, name), { recursive: true, force: true })
}

/** Throws invalid-parameter in Docker's own words. */
export function checkVolumeName(name: string): string {
  if (isVolumeName(name)) return name
  const why =
    name.length === 1
      ? 'volume name is too short, names should be at least two alphanumeric characters'
      : `${shown(name)} includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`
  throw new PatchbayError(
    'invalid-parameter',
    `create ${/^[\x20-\x7e]{1,100}$/.test(name) ? name : shown(name)}: ${why}`,
    { field: 'name' },
  )
}

function isVolumeName(name: string): boolean {
  return /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,254}$/.test(name)
}

/** No volume's name begins like this. */
const removedPrefix = '.removed-'

async function create(dir: string, name: string, labels: Readonly<Record<string, string>>): Promise<Volume> {
  const createdAt = new Date()
  await mkdir(dataOf(dir, name), { recursive: true, mode: 0o755 })
  await writeWhole(join(dir, name, 'volume.json'), JSON.stringify({ labels, createdAt: createdAt.toISOString() }))
  return toVolume(dir, name, { labels, createdAt })
}

async function read(dir: string, name: string): Promise<Volume | undefined> {
  const text = await readIfThere(join(dir, name, 'volume.json'))
  return text === undefined ? undefined : toVolume(dir, name, schema.parse(JSON.parse(text)))
}

function toVolume(dir: string, name: string, kept: z.infer<typeof schema>): Volume {
  return { name, ...kept, mountpoint: dataOf(dir, name), isAnonymous: anonymousLabel in kept.labels }
}

/** Out of the way at once; the rest may take its time. */
async function remove(dir: string, name: string): Promise<void> {
  if ((await read(dir, name)) === undefined) return
  const removed = join(dir, `${removedPrefix}${randomBytes(8).toString('hex')}`)
  await rename(join(dir, name), removed)
  await rm(removed, { recursive: true, force: true })
}

function dataOf(dir: string, name: string): string {
  return join(dir, name, '_data')
}
