import { createAbsorber } from './absorb'
import { compareContent } from './equal'
import {
  type AddressObject,
  type KernelObject,
  keyOf,
  ownerOf,
  type RouteObject,
  type RuleObject,
  tableKey,
} from './object'
import { inAddOrder } from './order'
import type { Plan, Step } from './plan'

/**
 * The steps from `present` to `wanted`: first removals (policies, rules, chains … links, namespaces
 * last), then additions and changes the other way round. Objects that live on a removed link or in a
 * removed namespace go along with it. Routes of a link whose last address goes are taken out and put back: the kernel drops
 * them with it. Where a missing rule belongs before later rules of its owner in
 * the same chain, or rules stand in another order, those are taken out and put back, so that the described order holds. Nothing
 * differs: an empty plan. The order of equal inputs is always the same.
 */
export function diff(wanted: readonly KernelObject[], present: readonly KernelObject[]): Plan {
  const wantedByKey = byKey(wanted)
  const presentByKey = byKey(present)
  const outOfOrder = findRulesToMove(wantedByKey, presentByKey)

  const leaving = [...presentByKey].filter(([key, object]) => isGone(key, object, wantedByKey, outOfOrder))
  const goes = new Set(leaving.map(([key]) => key))
  const stays = [...presentByKey].flatMap(([key, object]) => {
    return object.kind === 'address' && !goes.has(key) ? [wayOf(object)] : []
  })
  const left = new Set(stays)
  const moved = new Set(
    leaving.flatMap(([, object]) => (object.kind === 'address' && !left.has(wayOf(object)) ? [wayOf(object)] : [])),
  )
  const uprooted = [...presentByKey].filter(([key, object]) => {
    return object.kind === 'route' && moved.has(wayOf(object)) && wantedByKey.has(key)
  })
  const gone = [...new Map([...leaving, ...uprooted])]
  const removed = gone.map(([, object]) => object)
  const absorberOf = createAbsorber(removed)
  // What stays wanted but lives on something that goes has to be made again.
  const lost = [...presentByKey].filter(([key, object]) => wantedByKey.has(key) && absorberOf(object) !== undefined)
  const missing = new Set([...gone, ...lost].map(([key]) => key))

  const steps = removalSteps([...removed, ...lost.map(([, object]) => object), ...secondCopies(present)], absorberOf)
  const objects = [...wantedByKey].filter(
    ([key, object]) => missing.has(key) || !presentByKey.has(key) || differs(object, presentByKey.get(key)),
  )
  for (const object of inAddOrder(objects.map(([, object]) => object))) {
    const before = presentByKey.get(keyOf(object))
    if (before === undefined || missing.has(keyOf(object))) steps.push({ verb: 'add', object })
    else steps.push({ verb: 'change', object, before })
  }
  return { steps }
}

function byKey(objects: readonly KernelObject[]): Map<string, KernelObject> {
  const map = new Map<string, KernelObject>()
  for (const object of objects) if (!map.has(keyOf(object))) map.set(keyOf(object), object)
  return map
}

/** The link and the family that addresses and routes have in common. */
function wayOf(object: AddressObject | RouteObject): string {
  const text = object.kind === 'address' ? object.address : (object.via ?? object.destination)
  return `${object.netns} ${object.link} ${text.includes(':') ? 'ipv6' : 'ipv4'}`
}

function differs(wanted: KernelObject, present: KernelObject | undefined): boolean {
  return present === undefined || compareContent(wanted, present) !== 'none'
}

function isGone(
  key: string,
  object: KernelObject,
  wantedByKey: ReadonlyMap<string, KernelObject>,
  outOfOrder: ReadonlySet<string>,
): boolean {
  const wanted = wantedByKey.get(key)
  return wanted === undefined || outOfOrder.has(key) || compareContent(wanted, object) === 'replace'
}

/** A rule that is in its chain twice is one too many: iptables keeps both, a key names one. */
function secondCopies(present: readonly KernelObject[]): KernelObject[] {
  const seen = new Set<string>()
  return present.filter((object) => {
    const isSecond = object.kind === 'rule' && seen.has(keyOf(object))
    seen.add(keyOf(object))
    return isSecond
  })
}

function findRulesToMove(
  wantedByKey: ReadonlyMap<string, KernelObject>,
  presentByKey: ReadonlyMap<string, KernelObject>,
): Set<string> {
  const places = new Map([...presentByKey.keys()].map((key, at) => [key, at]))
  const lastIn = new Map<string, number>()
  const toMove = new Set<string>()
  for (const [key, object] of wantedByKey) {
    if (object.kind !== 'rule' || object.position !== undefined) continue
    const chain = placeOf(object)
    const last = lastIn.get(chain) ?? -1
    const place = places.get(key)
    if (place !== undefined && place < last) toMove.add(key)
    // Behind one that is missing or out of its turn, all others have to be put anew.
    lastIn.set(chain, place === undefined || place < last ? Number.POSITIVE_INFINITY : place)
  }
  return toMove
}

function placeOf(rule: RuleObject): string {
  return JSON.stringify([rule.netns, tableKey(rule), rule.chain, ownerOf(rule) ?? ''])
}

function removalSteps(
  objects: readonly KernelObject[],
  absorberOf: (object: KernelObject) => KernelObject | undefined,
): Step[] {
  const ordered = inAddOrder(objects)
  const along = new Map<KernelObject, KernelObject[]>()
  for (const object of ordered) {
    const absorber = outermost(object, absorberOf)
    if (absorber !== undefined) along.set(absorber, [...(along.get(absorber) ?? []), object])
  }
  const own = ordered.filter((object) => absorberOf(object) === undefined).reverse()
  return own.map((object) => {
    const taken = along.get(object)
    return taken === undefined ? { verb: 'remove', object } : { verb: 'remove', object, along: taken }
  })
}

/** A filter goes with its queue, which goes with its link: the link is what goes by a step, and what is taken back. */
function outermost(
  object: KernelObject,
  absorberOf: (object: KernelObject) => KernelObject | undefined,
): KernelObject | undefined {
  const absorber = absorberOf(object)
  return absorber && (outermost(absorber, absorberOf) ?? absorber)
}
