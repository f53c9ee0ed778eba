import { createAbsorber } from './absorb'
import { diff } from './diff'
import { type KernelObject, keyOf, ownerOf, type RuleObject, tableKey } from './object'
import type { Plan } from './plan'
import { findRenames, type Rename, renameSteps, underOldNames } from './renames'

/**
 * What is wanted and what is there, made ready to be compared for a repair: links that were renamed are taken under the
 * name that they should have, and a missing rule gets the number in its chain at which it belongs, so that no other rule
 * has to move for it.
 */
export interface Mending {
  readonly wanted: readonly KernelObject[]
  readonly present: readonly KernelObject[]
  readonly renames: readonly Rename[]
}

export function prepareMending(
  wanted: readonly KernelObject[],
  present: readonly KernelObject[],
  isLive = true,
): Mending {
  const renames = findRenames(wanted, present, isLive)
  const settled = underOldNames(present, renames, wanted)
  return { wanted: placeMissingRules(wanted, settled), present: settled, renames }
}

/**
 * From what is there to what is wanted; `isLive`: this kernel renames links that are up. What nobody wants stays where
 * `stays` says so; what is missing is put where it belongs, and nothing is flushed.
 */
export function mendAll(
  wanted: readonly KernelObject[],
  present: readonly KernelObject[],
  { isLive = true, stays = () => false }: { isLive?: boolean; stays?: (object: KernelObject) => boolean } = {},
): Plan {
  const mending = prepareMending(wanted, present, isLive)
  const asked = new Set(wanted.map(keyOf))
  const own = mending.present.filter((object) => asked.has(keyOf(object)) || !stays(object))
  return mendPrepared({ ...mending, present: own })
}

export function mendPrepared({ wanted, present, renames }: Mending): Plan {
  return { steps: [...renames.flatMap(renameSteps), ...diff(wanted, present).steps] }
}

/**
 * The part of a repair that mends the objects of these keys, and leaves every other difference as it is. Rules that
 * stand in another order are put in order with all of their owner in that chain.
 */
export function mendSome(
  wanted: readonly KernelObject[],
  present: readonly KernelObject[],
  keys: ReadonlySet<string>,
  isLive = true,
): Plan {
  const renames = findRenames(wanted, present, isLive)
  const settled = underOldNames(present, renames, wanted)
  const own = renames.filter(({ netns, to }) => keys.has(`link ${netns} ${to}`))
  return {
    steps: [...own.flatMap(renameSteps), ...mendSettled(wanted, settled, withHangers(wanted, settled, keys)).steps],
  }
}

/** With what is missing on a missing link or in a missing namespace: who asks for that may not have seen it yet. */
function withHangers(
  wanted: readonly KernelObject[],
  present: readonly KernelObject[],
  keys: ReadonlySet<string>,
): ReadonlySet<string> {
  const there = new Set(present.map(keyOf))
  const lacking = wanted.filter((object) => !there.has(keyOf(object)))
  const holderOf = createAbsorber(lacking)
  const isHeld = (object: KernelObject): boolean => {
    const holder = holderOf(object)
    return holder !== undefined && (keys.has(keyOf(holder)) || isHeld(holder))
  }
  return new Set([...keys, ...lacking.filter(isHeld).map(keyOf)])
}

/** As `mendSome`, where every link has the name that it should have. */
export function mendSettled(
  wanted: readonly KernelObject[],
  settled: readonly KernelObject[],
  keys: ReadonlySet<string>,
): Plan {
  const wantedByKey = new Map(wanted.map((object) => [keyOf(object), object]))
  const presentKeys = new Set(settled.map(keyOf))
  const target = settled.flatMap((object): KernelObject[] => {
    const key = keyOf(object)
    if (!keys.has(key)) return [object]
    const wish = wantedByKey.get(key)
    return wish ? [wish] : []
  })
  const missing = new Set([...keys].filter((key) => wantedByKey.has(key) && !presentKeys.has(key)))
  const placed = placeMissingRules(
    wanted.filter((object) => presentKeys.has(keyOf(object)) || keys.has(keyOf(object))),
    target,
    'stay',
  ).filter((object) => missing.has(keyOf(object)))
  return diff([...inWantedOrder(target, keys, wanted), ...placed], withCopies(settled, keys))
}

/** Second copies of rules that are not asked for stay: they count as other differences. */
function withCopies(present: readonly KernelObject[], keys: ReadonlySet<string>): KernelObject[] {
  const seen = new Set<string>()
  return present.filter((object) => {
    const key = keyOf(object)
    if (seen.has(key) && !keys.has(key)) return false
    seen.add(key)
    return true
  })
}

/** Of a rule in `keys` that is there and wanted: its owner's rules in that chain in their wanted order. */
function inWantedOrder(
  target: readonly KernelObject[],
  keys: ReadonlySet<string>,
  wanted: readonly KernelObject[],
): KernelObject[] {
  const places = new Set(target.filter(isRule).flatMap((rule) => (keys.has(keyOf(rule)) ? [ownPlaceOf(rule)] : [])))
  if (places.size === 0) return [...target]
  const order = new Map(wanted.map((object, at) => [keyOf(object), at]))
  const isMoved = (object: KernelObject) => isRule(object) && places.has(ownPlaceOf(object)) && order.has(keyOf(object))
  const sorted = target.filter(isMoved).sort((a, b) => (order.get(keyOf(a)) ?? 0) - (order.get(keyOf(b)) ?? 0))
  return [...target.filter((object) => !isMoved(object)), ...sorted]
}

/** Where more are missing than this, the chain is put in order as a whole, in one transaction. */
const mostPlaced = 200

/**
 * Gives each missing rule that belongs before one of its owner's that is there the number at which it is put in
 * (`iptables -I CHAIN N`), counted as the chain will be when its turn comes. A chain in which rules have to move anyway
 * is left to `diff`.
 */
function placeMissingRules(
  wanted: readonly KernelObject[],
  present: readonly KernelObject[],
  others: 'go' | 'stay' = 'go',
): KernelObject[] {
  const seen = new Set(present.filter(isRule).map(keyOf))
  const gaps = new Set(wanted.flatMap((one) => (isRule(one) && !seen.has(keyOf(one)) ? [chainOf(one)] : [])))
  if (gaps.size === 0) return [...wanted]
  const isNearGap = (object: KernelObject): object is RuleObject => isRule(object) && gaps.has(chainOf(object))
  const chains = groupBy(present.filter(isNearGap), chainOf)
  const asked = groupBy(wanted.filter(isNearGap), chainOf)
  const positions = new Map<string, number>()
  for (const [chain, rules] of asked) {
    const there = chains.get(chain)
    if (there === undefined) continue
    const all = lineOf(there)
    const line = others === 'go' ? afterRemovals(all, new Set(rules.map(keyOf))) : all
    const known = new Set(line)
    const lacking = rules.filter((rule) => !known.has(keyOf(rule))).length
    if (lacking === 0 || lacking > mostPlaced || isOutOfOrder(rules, line)) continue
    for (const [key, position] of placesIn(rules, line)) positions.set(key, position)
  }
  if (positions.size === 0) return [...wanted]
  return wanted.map((object) => {
    const position = positions.get(keyOf(object))
    return position !== undefined && isRule(object) ? { ...object, position } : object
  })
}

/** The chain as it is, rule by rule; others' rules are blank. Without numbers, there are none but those that are known. */
function lineOf(there: readonly RuleObject[]): string[] {
  if (there.some(({ number }) => number === undefined)) return there.map(keyOf)
  const line = new Array<string>(Math.max(...there.map(({ number = 0 }) => number))).fill('')
  for (const rule of there) line[(rule.number ?? 1) - 1] = keyOf(rule)
  return line
}

/** The chain's keys once what is not wanted, and second copies, are gone: `-D` takes the first that is alike. */
function afterRemovals(there: readonly string[], asked: ReadonlySet<string>): string[] {
  const line = [...there]
  const seen = new Set<string>()
  for (const key of there) {
    if (key === '') continue
    if (!asked.has(key) || seen.has(key)) line.splice(line.indexOf(key), 1)
    seen.add(key)
  }
  return line
}

function isOutOfOrder(rules: readonly RuleObject[], line: readonly string[]): boolean {
  return [...groupBy(rules, ownPlaceOf).values()].some((own) => {
    const places = own.map((rule) => line.indexOf(keyOf(rule))).filter((at) => at >= 0)
    return places.some((at, index) => index > 0 && at < (places[index - 1] ?? 0))
  })
}

function placesIn(rules: readonly RuleObject[], line: string[]): [string, number][] {
  const places: [string, number][] = []
  const there = new Set(line)
  const groups = new Map([...groupBy(rules, ownPlaceOf)].map(([place, own]) => [place, own.map(keyOf)]))
  for (const rule of rules) {
    const key = keyOf(rule)
    if (there.has(key)) continue
    if (rule.position !== undefined) {
      line.splice(rule.position - 1, 0, key)
      continue
    }
    const own = groups.get(ownPlaceOf(rule)) ?? []
    const next = own.slice(own.indexOf(key) + 1).find((later) => there.has(later))
    // What no later one of its owner's follows is appended, and shifts nobody.
    if (next === undefined) continue
    const at = line.indexOf(next)
    line.splice(at, 0, key)
    there.add(key)
    places.push([key, at + 1])
  }
  return places
}

function isRule(object: KernelObject): object is RuleObject {
  return object.kind === 'rule'
}

function chainOf(rule: RuleObject): string {
  return `${rule.netns} ${tableKey(rule)} ${rule.chain}`
}

function ownPlaceOf(rule: RuleObject): string {
  return `${chainOf(rule)} ${ownerOf(rule) ?? ''}`
}

function groupBy<Item>(items: readonly Item[], keyFor: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const key = keyFor(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}
