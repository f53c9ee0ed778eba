import type { Collection, Snapshot, SnapshotEvent } from '@/server/observe/snapshot'
import { plainText } from '../wiring/plain-text'

const isCollection: Record<Collection, true> = {
  networks: true,
  containers: true,
  endpoints: true,
  services: true,
  positions: true,
  operations: true,
  drift: true,
}
const collections = Object.keys(isCollection) as Collection[]

type Entities = Readonly<Record<string, unknown>>

/** What one has before the first picture came: no host, nothing on it. */
export const emptySnapshot: Snapshot = {
  host: { name: '', kernel: '', uplinks: [], docker: 'absent', ruleCount: 0 },
  networks: {},
  containers: {},
  endpoints: {},
  services: {},
  positions: {},
  operations: {},
  drift: {},
}

/**
 * The picture after an event. What did not change keeps its identity, entity, collection and snapshot alike,
 * so that whoever compares by `===` draws only what is new.
 */
export function mergeEvent(snapshot: Snapshot, event: SnapshotEvent): Snapshot {
  if (event.type === 'snapshot') {
    const { host, ...arrived } = event.snapshot
    const shown = { ...arrived, networks: legible(arrived.networks) }
    return assemble(snapshot, legibleHost(host), (name) => shown[name])
  }
  const { host, set, remove } = event.change
  const shown = set.networks ? { ...set, networks: legible(set.networks) } : set
  return assemble(snapshot, host ? legibleHost(host) : snapshot.host, (name) =>
    patched(snapshot[name], shown[name], remove[name]),
  )
}

/** Networks that somebody made by hand are called as their bridges, which may bear any characters. */
function legible(networks: Snapshot['networks']): Snapshot['networks'] {
  return Object.fromEntries(
    Object.entries(networks).map(([id, network]) => [
      id,
      network.origin === 'kernel' ? { ...network, name: plainText(network.name) } : network,
    ]),
  )
}

function legibleHost(host: Snapshot['host']): Snapshot['host'] {
  return { ...host, uplinks: host.uplinks.map((uplink) => ({ ...uplink, name: plainText(uplink.name) })) }
}

/** True: the two hold the same members, each identical. */
export function isShallowEqual(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  if (!isObject(one) || !isObject(other) || Array.isArray(one) !== Array.isArray(other)) return false
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && Object.is(one[key], other[key]))
  )
}

function assemble(before: Snapshot, host: Snapshot['host'], next: (name: Collection) => Entities): Snapshot {
  const after = { host: kept(before.host, host), ...mergeEntities(collections, before, next) }
  // The members are those of the daemon's snapshot, each either as it came or as it was.
  return (isShallowEqual(before, after) ? before : after) as Snapshot
}

/** Collections of entities, of which those that are as before keep their identity. */
export function mergeEntities<Name extends string>(
  names: readonly Name[],
  before: Readonly<Record<Name, Entities>>,
  next: (name: Name) => Entities,
): Record<Name, Entities> {
  const after = {} as Record<Name, Entities>
  for (const name of names) after[name] = keptEntities(before[name], next(name))
  return after
}

/** Entities after some were set and some removed. */
export function patched(
  entities: Entities,
  set: Entities | undefined,
  remove: readonly string[] | undefined,
): Entities {
  if (!set && !remove) return entities
  const next = { ...entities, ...set }
  for (const id of remove ?? []) delete next[id]
  return next
}

function keptEntities(before: Entities, after: Entities): Entities {
  if (before === after) return before
  const next: Record<string, unknown> = {}
  for (const [id, entity] of Object.entries(after)) next[id] = kept(before[id], entity)
  return isShallowEqual(before, next) ? before : next
}

function kept<Value>(before: unknown, after: Value): Value {
  return isDeepEqual(before, after) ? (before as Value) : after
}

/** For JSON values. */
function isDeepEqual(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  if (!isObject(one) || !isObject(other) || Array.isArray(one) !== Array.isArray(other)) return false
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isDeepEqual(one[key], other[key]))
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
