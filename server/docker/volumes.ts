import { z } from 'zod'
import { isPatchbayError } from '../cnm/errors'
import type { Engine } from '../engine/contract'
import type { Volume } from '../runtime/contract'
import { type Call, flag, type Route, sendJson, sendNothing } from './call'
import { givenOf } from './endpoint-settings'
import { anyOf, type Filters, hasLabels, lacksLabels, parseFilters, truthOf } from './filters'
import { removeIfUnused } from './prune'
import { refuse } from './refuse'

export const volumeRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/volumes', answer: list },
  { method: 'POST', pattern: '/volumes/create', answer: create },
  { method: 'POST', pattern: '/volumes/prune', answer: prune },
  { method: 'GET', pattern: '/volumes/:id', answer: inspect },
  { method: 'DELETE', pattern: '/volumes/:id', answer: remove },
]

async function list({ engine, query, response }: Call): Promise<void> {
  const filters = parseFilters(query, ['dangling', 'driver', 'label', 'name'])
  const volumes = (await engine.volumes.list()).filter((volume) => passes(engine, volume, filters))
  sendJson({ response }, { Volumes: volumes.map(volumeJson), Warnings: null })
}

function passes(engine: Engine, { name, labels }: Volume, filters: Filters): boolean {
  const dangling = truthOf(filters, 'dangling')
  return (
    anyOf(filters, 'name', (part) => name.includes(part)) &&
    anyOf(filters, 'driver', (driver) => driver === 'local') &&
    hasLabels(filters, labels) &&
    (dangling === undefined || dangling === (engine.volumes.usersOf(name).length === 0))
  )
}

async function inspect(call: Call): Promise<void> {
  sendJson(call, volumeJson(await call.engine.volumes.get(call.path.id ?? '')))
}

const texts = z.record(z.string(), z.string()).nullish()
const createSchema = z.object({
  Name: z.string().nullish(),
  Driver: z.string().nullish(),
  DriverOpts: texts,
  Labels: texts,
  ClusterVolumeSpec: z.unknown().optional(),
})

async function create(call: Call): Promise<void> {
  const { Name, Driver: driver, DriverOpts: options, Labels: labels, ClusterVolumeSpec } = await call.body(createSchema)
  refuse(ClusterVolumeSpec, 'a cluster volume')
  const volume = await call.engine.volumes.create(givenOf({ name: Name || undefined, driver, options, labels }))
  sendJson(call, volumeJson(volume), 201)
}

async function remove(call: Call): Promise<void> {
  const isMissing = (error: unknown) => isPatchbayError(error) && error.kind === 'not-found'
  try {
    await call.engine.volumes.remove(call.path.id ?? '')
  } catch (error) {
    if (!flag(call.query, 'force') || !isMissing(error)) throw error
  }
  sendNothing(call)
}

/** The version from which only volumes that nobody named are pruned, unless `all` is asked for. */
const minorWithAll = 42

async function prune(call: Call): Promise<void> {
  const { engine, query, minor } = call
  const filters = parseFilters(query, ['label', 'label!', ...(minor >= minorWithAll ? ['all'] : [])])
  const isAll = minor < minorWithAll || truthOf(filters, 'all') === true
  const removed: string[] = []
  let bytes = 0
  for (const { name, labels, isAnonymous } of await engine.volumes.list()) {
    if (!isAll && !isAnonymous) continue
    if (!hasLabels(filters, labels) || !lacksLabels(filters, labels)) continue
    if (engine.volumes.usersOf(name).length > 0) continue
    const size = await engine.volumes.sizeOf(name)
    if (!(await removeIfUnused(() => engine.volumes.remove(name)))) continue
    removed.push(name)
    bytes += size
  }
  sendJson(call, { VolumesDeleted: removed, SpaceReclaimed: bytes })
}

function volumeJson({ name, labels, createdAt, mountpoint }: Volume) {
  return {
    CreatedAt: createdAt.toISOString().replace(/\.\d+Z$/, 'Z'),
    Driver: 'local',
    Labels: labels,
    Mountpoint: mountpoint,
    Name: name,
    Options: null,
    Scope: 'local',
  }
}
