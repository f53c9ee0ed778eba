import type { Family } from '../cnm/address'
import type { Engine } from '../engine/contract'
import { type KernelObject, keyOf } from '../plan/object'
import type { Store } from '../store/contract'
import { type AutomaticRepairSettings, automaticActor, createAutomaticRepair } from './automatic-repair'
import type { Observer } from './contract'
import { findDrift } from './drift'
import { createDriftCheck, type DriftCheck } from './drift-check'
import { isWithin } from './look'
import { createObstacles } from './obstacles'
import type { Records } from './picture'
import type { DriftView, Snapshot } from './snapshot'
import type { ObserverSources } from './sources'
import { createSubjects } from './subjects'
import { type KnownHost, suspectedKeys } from './suspicion'

const setting = 'drift.automatic'

/** How far the kernel is from what is wanted, what stands in the way, and what repairs itself. */
export interface DriftWatch extends Omit<DriftCheck, 'found'> {
  /** By key. */
  views(picture: Pick<Snapshot, 'networks' | 'endpoints'>): Readonly<Record<string, DriftView>>
  /** Keys for a repair, from those of views. */
  keysOf(keys: readonly string[]): string[]
  readonly automatic: Observer['automaticRepair']
  close(): void
}

export function createDriftWatch(options: {
  readonly engine: Pick<Engine, 'wanted' | 'subscribe'> & Partial<Pick<Engine, 'reconcile'>>
  readonly sources: Pick<ObserverSources, 'readPresent'>
  readonly store: Partial<Pick<Store, 'getSetting' | 'putSetting'>>
  readonly records: Records
  readonly intervalMs: number
  readonly knownHost: () => Promise<KnownHost>
  readonly firewallText: (family: Family) => string
  readonly quietInMs: () => number
  readonly changed: () => void
  /** Keeps the picture drawn though nobody watches; gives how to let go. */
  readonly holdPicture: () => Promise<() => void>
  readonly failed: (error: unknown) => void
}): DriftWatch {
  const { engine, sources, store, quietInMs, failed } = options
  const [obstacles, obstacles6] = [createObstacles(), createObstacles('ipv6')]
  let generation = 0
  let letGo: Promise<() => void> | undefined
  engine.subscribe(() => {
    generation += 1
  })
  const check = createDriftCheck({
    intervalMs: options.intervalMs,
    suspect: async () => {
      const host = await options.knownHost()
      return suspectedKeys(engine.wanted(), host)
    },
    find: async (look) => {
      const wanted = engine.wanted()
      const isSeen = (object: KernelObject) => isWithin(look, keyOf(object))
      const present = await sources.readPresent(wanted, look)
      return findDrift(wanted.filter(isSeen), present.filter(isSeen), createSubjects(options.records))
    },
    quietInMs,
    generation: () => generation,
    changed: () => {
      repair.look()
      options.changed()
    },
    failed,
  })
  const repair = createAutomaticRepair({
    found: () => check.found,
    repair: async (keys) => engine.reconcile?.({ actor: automaticActor, keys }),
    quietInMs,
    changed: options.changed,
    failed,
  })

  function apply(settings: AutomaticRepairSettings) {
    repair.configure(settings)
    if (settings.on) letGo ??= options.holdPicture()
    else release()
  }

  function release() {
    letGo?.then((end) => end()).catch(failed)
    letGo = undefined
  }

  /** Once everything that it needs is there. */
  const loaded = Promise.resolve()
    .then(() => store.getSetting?.(setting))
    .then((text) => text && apply(JSON.parse(text) as AutomaticRepairSettings))
    .catch(failed)

  return {
    glance: check.glance,
    checkHost: check.checkHost,
    check: check.check,
    start: check.start,
    views: (picture) => {
      const found = check.found.map((one): DriftView => {
        const automatic = repair.verdictOn(one)
        const told = withoutMany(one)
        return automatic ? { ...told, automatic } : told
      })
      const [networks, endpoints] = [Object.values(picture.networks), Object.values(picture.endpoints)]
      const inTheWay = [
        ...obstacles(options.firewallText('ipv4'), networks, endpoints),
        ...obstacles6(options.firewallText('ipv6'), networks, endpoints),
      ]
      return Object.fromEntries([...found, ...inTheWay].map((one) => [one.key, one]))
    },
    keysOf: (keys) => keys.flatMap((key) => check.found.find((one) => one.key === key)?.keys ?? key),
    automatic: {
      settings: async () => {
        await loaded
        return repair.settings
      },
      configure: async (settings) => {
        await loaded
        await store.putSetting?.(setting, JSON.stringify(settings))
        apply(settings)
      },
    },
    close: () => {
      repair.close()
      release()
    },
  }
}

const told = new WeakMap<DriftView, DriftView>()

/** Ten thousand keys are for the repair alone. The same view for the same finding. */
function withoutMany(found: DriftView): DriftView {
  if (found.alike === undefined) return found
  const known = told.get(found) ?? { ...found, keys: [found.key] }
  told.set(found, known)
  return known
}
