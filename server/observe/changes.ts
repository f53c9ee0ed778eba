import { isDeepStrictEqual } from 'node:util'
import { type Collection, collections, type Snapshot, type SnapshotChange } from './snapshot'

type Entities = Readonly<Record<string, unknown>>

/**
 * What turns `before` into `after`, entity by entity, compared by structure; null where nothing
 * differs. Entities that are the same object are taken as equal without a look inside.
 */
export function diffSnapshots(before: Snapshot, after: Snapshot): SnapshotChange | null {
  const set: Partial<Record<Collection, Entities>> = {}
  const remove: Partial<Record<Collection, readonly string[]>> = {}
  for (const name of collections) {
    const changed = changedEntities(before[name], after[name])
    if (changed) set[name] = changed
    const gone = Object.keys(before[name]).filter((id) => !Object.hasOwn(after[name], id))
    if (gone.length > 0) remove[name] = gone
  }
  const hostChanged = !isDeepStrictEqual(before.host, after.host)
  if (!hostChanged && isEmpty(set) && isEmpty(remove)) return null
  return { ...(hostChanged ? { host: after.host } : {}), set: set as SnapshotChange['set'], remove }
}

function changedEntities(before: Entities, after: Entities): Entities | null {
  const changed = Object.entries(after).filter(([id, entity]) => {
    const known = Object.hasOwn(before, id) ? before[id] : undefined
    return known !== entity && !isDeepStrictEqual(known, entity)
  })
  return changed.length === 0 ? null : Object.fromEntries(changed)
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0
}
