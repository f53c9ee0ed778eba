import { isDeepStrictEqual } from 'node:util'
import { isPatchbayError, toldBy } from '../../cnm/errors'
import type { FoundNetns, NetnsId, NetnsState } from '../../cnm/netns-state'
import { type Told, toTold } from '../../cnm/sentence'
import type { NetnsPart, NetnsReader } from '../../kernel/netns-contract'
import { coalesce, repeat } from '../timing'
import { assignHolders, hasTuns, nobody } from './holders'
import { type Holders, hasUnknownPeers, type ReadNamespace } from './join'

/** What the picture of the wiring is made of, kept current while it runs. */
export interface Readings {
  readonly all: Iterable<ReadNamespace>
  readonly hostId: NetnsId | null
  get(id: NetnsId): ReadNamespace | undefined
  /** Resolves when all that there is has been read once. Gives how to stop. */
  start(): Promise<() => void>
}

interface Reading {
  found: FoundNetns
  state: NetnsState | null
  failure: Told | null
  peers: ReadonlyMap<number, NetnsId>
  holders: Holders
  /** What has changed since it was read. */
  dirty: Set<NetnsPart>
  /** It is watched, or cannot be: it has been read then, too. */
  readonly first: Promise<void>
  readonly begun: () => void
  stop: () => void
}

const shownParts: readonly NetnsPart[] = ['links', 'addresses']
const gatherMs = 10

export function createReadings(options: {
  readonly reader: NetnsReader
  /** Between looks at what came and went without a word: processes make namespaces in silence. */
  readonly lookAroundMs: number
  readonly changed: () => void
  readonly failed: (error: unknown) => void
}): Readings {
  const { reader, failed } = options
  const readings = new Map<NetnsId, Reading>()
  let isRunning = false
  const finding = coalesce({ delayMs: gatherMs, work: find, failed })
  const reading = coalesce({ delayMs: gatherMs, work: readDirty, failed })
  const holding = coalesce({ delayMs: gatherMs, work: findHolders, failed })

  async function find(): Promise<void> {
    if (!isRunning) return
    const all = await reader.find().catch(fail)
    if (!isRunning) return
    const ids = new Set(all.map(({ id }) => id))
    const gone = [...readings].filter(([id]) => !ids.has(id))
    for (const [id, one] of gone) {
      one.stop()
      one.begun()
      readings.delete(id)
    }
    const taken = all.map((found) => take(found))
    if (taken.includes('new')) {
      for (const one of readings.values()) if (one.state && hasUnknownPeers(one)) one.dirty.add('links')
    }
    reading.soon()
    // No event tells that a process opens or closes a device.
    if (hasTuns(readings.values())) holding.soon()
    if (gone.length > 0 || taken.some((what) => what !== 'same')) options.changed()
  }

  /** All is as old as it is, and will be read anew. */
  function fail(error: unknown): never {
    for (const one of readings.values()) {
      one.failure = toTold(toldBy(error))
      for (const part of shownParts) one.dirty.add(part)
    }
    options.changed()
    throw error
  }

  function take(found: FoundNetns): 'new' | 'other' | 'same' {
    const known = readings.get(found.id)
    if (known) {
      if (isDeepStrictEqual(known.found, found)) return 'same'
      known.found = found
      return 'other'
    }
    let begun = (): void => undefined
    const first = new Promise<void>((resolve) => {
      begun = resolve
    })
    const one: Reading = {
      ...{ found, state: null, failure: null, peers: new Map(), holders: nobody, dirty: new Set(), first, begun },
      stop: () => undefined,
    }
    readings.set(found.id, one)
    one.stop = reader.watch(
      found,
      (part) => {
        if (!isShown(one, part)) return
        one.dirty.add(part)
        reading.soon()
      },
      () => {
        for (const part of [...shownParts, 'fdb' as const]) if (isShown(one, part)) one.dirty.add(part)
        reading.soon()
        if (one.state !== null) finding.soon()
      },
    )
    return 'new'
  }

  /** MAC tables are shown of a vxlan only, where they hold its VTEPs. */
  function isShown(one: Reading, part: NetnsPart): boolean {
    return shownParts.includes(part) || (part === 'fdb' && hasVxlan(one.state))
  }

  async function readDirty(): Promise<void> {
    const dirty = [...readings.values()].filter((one) => one.dirty.size > 0)
    await Promise.all(dirty.map(readOne))
    await findPeers(dirty)
    for (const one of dirty) one.begun()
    if (dirty.length > 0) options.changed()
    if (hasTuns(dirty)) holding.soon()
  }

  async function findHolders(): Promise<void> {
    if (!isRunning) return
    const held = assignHolders(readings.values(), await reader.tunHolders())
    for (const one of readings.values()) {
      const holders = held.get(one.found.id) ?? nobody
      if (isDeepStrictEqual(one.holders, holders)) continue
      one.holders = holders
      options.changed()
    }
  }

  async function readOne(one: Reading): Promise<void> {
    const parts = [...one.dirty]
    one.dirty.clear()
    try {
      const read = await reader.read(one.found, parts)
      const before = one.state ?? { ...read, fdb: [] }
      one.state = { ...before, ...Object.fromEntries(parts.map((part) => [part, read[part]])) }
      one.failure = null
      if (!parts.includes('fdb') && parts.includes('links') && hasVxlan(one.state)) {
        one.state = { ...one.state, fdb: (await reader.read(one.found, ['fdb'])).fdb }
      }
    } catch (error) {
      const isNew = one.failure === null
      one.failure = toTold(toldBy(error))
      // It is tried again with the next look, which finds another way in, or that it has gone. One look that finds neither
      // is enough for now: something may cover the only way in for good.
      for (const part of parts) one.dirty.add(part)
      if (isNew && isPatchbayError(error) && error.kind === 'not-found') finding.soon()
    }
  }

  /** A number that leads out of a namespace means the same one for as long as both exist. */
  async function findPeers(those: readonly Reading[]): Promise<void> {
    const all = [...readings.values()].map(({ found }) => found)
    await Promise.all(
      those.filter(hasUnknownPeers).map(async (one) => {
        one.peers = await reader.peers(one.found, all).catch(() => one.peers)
      }),
    )
  }

  return {
    get all() {
      return readings.values()
    },
    get hostId() {
      return [...readings.values()].find(({ found }) => found.isHost)?.found.id ?? null
    },
    get: (id) => readings.get(id),
    async start() {
      isRunning = true
      const stopFinder = reader.watchFound(finding.soon)
      const stopLooking = repeat(options.lookAroundMs, find, failed)
      const stop = () => {
        isRunning = false
        stopFinder()
        stopLooking()
        for (const one of readings.values()) one.stop()
        readings.clear()
      }
      try {
        await find()
        await Promise.all([...readings.values()].map(({ first }) => first))
      } catch (error) {
        stop()
        throw error
      }
      return stop
    },
  }
}

function hasVxlan(state: NetnsState | null): boolean {
  return state?.links.some(({ kind }) => kind === 'vxlan') ?? false
}
