import { isDeepStrictEqual } from 'node:util'
import { type Collection, collections, type Snapshot, type SnapshotChange } from './snapshot'

type Entities = Readonly<Record<string, unknown>>

/** What turns some entities into others, by collection and id; null where nothing differs. */
export interface EntityChange<Name extends string> {
  readonly set: Partial<Record<Name, Entities>>
  readonly remove: Partial<Record<Name, readonly string[]>>
}

/**
 * What turns `before` into `after`, entity by entity, compared by structure; null where nothing
 * differs. Entities that are the same object are taken as equal without a look inside.
 */
export function diffSnapshots(before: Snapshot, after: Snapshot): SnapshotChange | null {
  const change = diffEntities<Collection>(collections, before, after)
  const hostChanged = !isDeepStrictEqual(before.host, after.host)
  if (!hostChanged && change === null) return null
  const { set, remove } = change ?? { set: {}, remove: {} }
  return { ...(hostChanged ? { host: after.host } : {}), set: set as SnapshotChange['set'], remove }
}

/** The same for any collections of entities. */
export function diffEntities<Name extends string>(
  names: readonly Name[],
  before: Readonly<Record<Name, Entities>>,
  after: Readonly<Record<Name, Entities>>,
): EntityChange<Name> | null {
  const set: Partial<Record<Name, Entities>> = {}
  const remove: Partial<Record<Name, readonly string[]>> = {}
  for (const name of names) {
    const changed = changedEntities(before[name], after[name])
    if (changed) set[name] = changed
    const gone = Object.keys(before[name]).filter((id) => !Object.hasOwn(after[name], id))
    if (gone.length > 0) remove[name] = gone
  }
  return isEmpty(set) && isEmpty(remove) ? null : { set, remove }
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
