import { renamesLive } from '../kernel/live-renames'
import { createAbsorber } from '../plan/absorb'
import { compareContent } from '../plan/equal'
import { type Mending, mendPrepared, mendSettled, prepareMending } from '../plan/mend'
import { isStanding, type KernelObject, keyOf, ownerOf, tableKey } from '../plan/object'
import type { Plan } from '../plan/plan'
import { type Rename, renameSteps } from '../plan/renames'
import { renderPlan } from '../plan/render'
import { isStranger } from '../plan/stranger'
import { summaryOf } from './drift-summary'
import { hurtOf, mendsHow, wordsOf } from './drift-words'
import type { DriftView } from './snapshot'
import type { Subject, Subjects } from './subjects'

/**
 * What the kernel lacks, has too much or has otherwise than wanted, each with the commands that
 * mend it. What hangs on a missing link (its addresses, routes …) is told with the link. Pure.
 */
export function findDrift(
  wanted: readonly KernelObject[],
  present: readonly KernelObject[],
  subjects: Subjects,
): DriftView[] {
  const mending = prepareMending(wanted, present, renamesLive())
  const plan = mendPrepared(mending)
  if (plan.steps.length === 0) return []
  const findings = sortFindings(plan, mending)
  const lacking = findings.filter((finding) => finding.kind === 'missing').map((finding) => finding.object)
  const rootOf = createRootFinder(lacking)
  const byRoot = groupBy(lacking, (object) => keyOf(rootOf(object)))
  const linksByName = new Map([...mending.present, ...wanted].filter(isLink).map((link) => [keyOf(link), link]))
  const planFor = createMender(mending, plan)
  const told = findings
    .filter((finding) => finding.kind !== 'missing' || rootOf(finding.object) === finding.object)
    .map((finding) => {
      const at = eachOf(finding.object).flatMap((one) => subjects.of(one, linksByName)?.id ?? [])
      return { finding, owner: subjects.of(finding.object, linksByName), at, along: byRoot.get(finding.key) ?? [] }
    })
  return gather(told).map((alike) => viewOf(alike, planFor))
}

/** More than so many that are alike are told, and repaired, as one. */
const mostAlike = 25
/** Of those, the commands of so many are shown. */
const mostShown = 20

interface Told {
  readonly finding: Finding
  readonly owner: Subject | null
  /** Ids of several that it is about. */
  readonly at: readonly string[]
  readonly along: readonly KernelObject[]
}

/** The same of each network that it is about, where those are several. */
function eachOf(object: KernelObject): KernelObject[] {
  if (object.kind !== 'lookup' || object.expected.length < 2) return []
  return object.expected.map((link) => ({ ...object, expected: [link] }))
}

/** Alike: in the same place and of the same owner, with the same code. */
function gather(told: readonly Told[]): [Told, ...Told[]][] {
  const groups = groupBy(
    told,
    ({ finding, owner }) => `${placeWords(finding.key)} ${codeOf(finding)} ${owner?.id ?? ''}`,
  )
  return [...groups.values()].flatMap((group): [Told, ...Told[]][] => {
    const [first, ...others] = group
    if (!first) return []
    return group.length > mostAlike ? [[first, ...others]] : group.map((one) => [one])
  })
}

function viewOf([first, ...others]: [Told, ...Told[]], planFor: ReturnType<typeof createMender>): DriftView {
  const { finding, owner } = first
  const all = [first, ...others]
  const mends = all.slice(0, mostShown).map((one) => planFor(one.finding, one.along, others.length === 0))
  const isObstacle = finding.object.kind === 'lookup' && finding.object.concerns === 'sent'
  const commands = isObstacle ? [] : mends.flatMap(renderPlan)
  const key =
    others.length === 0 ? finding.key : `${placeWords(finding.key)} alike ${codeOf(finding)} ${owner?.id ?? ''}`
  return {
    key,
    keys: [...new Set(all.flatMap((one) => [one.finding.key, ...one.along.map(keyOf)]))],
    kind: isObstacle ? 'obstacle' : finding.kind,
    subjectId: owner?.id ?? null,
    ...(first.at.length > 0 ? { at: first.at } : {}),
    about: owner?.about ?? null,
    summary: summaryOf(finding, owner),
    words: wordsOf(finding),
    hurts: hurtOf(finding),
    mends: isObstacle ? 'nothing' : mendsHow(finding, mends[0] ?? { steps: [] }),
    byHand: finding.kind === 'foreign' && isStranger(finding.object),
    commands: all.length > mostShown && !isObstacle ? [...commands, `# … +${all.length - mostShown}`] : commands,
    ...(others.length > 0 ? { alike: others.length } : {}),
  }
}

/** Kind and place, by which a look knows whether it sees an object. */
function placeWords(key: string): string {
  return key.split(' ', 2).join(' ')
}

function codeOf(finding: Finding): string {
  return `${finding.kind} ${wordsOf(finding)[0]?.code}`
}

export interface Finding {
  readonly key: string
  readonly kind: Exclude<DriftView['kind'], 'obstacle'>
  /** As wanted; as present where nothing is wanted. */
  readonly object: KernelObject
  /** As it is, where it is there; under the name that it should have. */
  readonly present: KernelObject | undefined
  readonly rename?: Rename
  /** A rule that is where it should not be in its chain. */
  readonly isMoved?: true
  /** A rule that is there once more. */
  readonly isCopy?: true
}

function sortFindings(plan: Plan, { wanted, present, renames }: Mending): Finding[] {
  const found = new Map<string, Finding>()
  const wantedByKey = new Map(wanted.map((object) => [keyOf(object), object]))
  const presentByKey = new Map(present.map((object) => [keyOf(object), object]))
  const added = new Set(plan.steps.filter((step) => step.verb === 'add').map((step) => keyOf(step.object)))
  for (const rename of renames) {
    const key = `link ${rename.netns} ${rename.to}`
    // The other end of a cable is told with the cable, which is what is wanted there.
    const object = wantedByKey.get(key) ?? { ...rename.link, name: rename.to }
    found.set(key, { key, kind: 'changed', object, present: presentByKey.get(key), rename })
  }
  for (const { object, verb } of plan.steps) {
    const key = keyOf(object)
    const there = presentByKey.get(key)
    const want = wantedByKey.get(key)
    const before = found.get(key)
    if (before?.rename) continue
    if (!want) found.set(key, { key, kind: 'foreign', object, present: object })
    else if (!there) found.set(key, { key, kind: 'missing', object: want, present: undefined })
    else if (compareContent(want, there) !== 'none')
      found.set(key, { key, kind: 'changed', object: want, present: there })
    else if (verb === 'remove' && !added.has(key))
      found.set(key, { key, kind: 'foreign', object, present: there, isCopy: true })
    // Rules move where they stand in another order; other things only go along with what they hang on.
    else if (object.kind === 'rule' && verb === 'remove')
      found.set(key, { key, kind: 'changed', object: want, present: there, isMoved: true })
  }
  // Where one is missing that has no number, its owner's other rules move to make place for it.
  const gaps = new Set(
    [...found.values()].flatMap(({ kind, object }) => (kind === 'missing' ? ownerPlaces(object) : [])),
  )
  return [...found.values()].filter(
    ({ isMoved, object }) => !isMoved || !ownerPlaces(object).some((one) => gaps.has(one)),
  )
}

function ownerPlaces(object: KernelObject): string[] {
  return object.kind === 'rule' ? placesOf(object).map((place) => `${place} ${ownerOf(object)}`) : []
}

/** What a missing object is missing with: the link, parent or namespace that it hangs on, itself where that is there. */
function createRootFinder(lacking: readonly KernelObject[]): (object: KernelObject) => KernelObject {
  const absorberOf = createAbsorber(lacking)
  const parents = new Map(lacking.flatMap((object) => (object.kind === 'parent' ? [[object.name, object]] : [])))
  const holderOf = (object: KernelObject) =>
    (isStanding(object) ? parents.get(object.parent) : undefined) ?? absorberOf(object)
  return (object) => {
    let root = object
    for (let holder = holderOf(root); holder !== undefined; holder = holderOf(root)) root = holder
    return root
  }
}

/** So many objects are compared anew for the repairs of single findings; where more is wrong, it is repaired together. */
const mostCompared = 40_000

/**
 * The repair of one finding with all that hangs on it, from what is near it. Of many alike, and once that has become too
 * much work, the part of the whole repair that is about it.
 */
function createMender(
  { wanted, present }: Mending,
  whole: Plan,
): (finding: Finding, along: readonly KernelObject[], isAlone: boolean) => Plan {
  const wantedNear = groupByMany(wanted, placesOf)
  const presentNear = groupByMany(present, placesOf)
  const stepsByKey = groupBy([...whole.steps], (step) => keyOf(step.object))
  let compared = 0
  return ({ key, object, rename }, along, isAlone) => {
    const keys = new Set([key, ...along.map(keyOf)])
    const fromWhole = (): Plan => ({ steps: [...keys].flatMap((one) => stepsByKey.get(one) ?? []) })
    if (!isAlone) return fromWhole()
    const places = new Set([object, ...along].flatMap(placesOf))
    const groups = [...places].map((place) => [wantedNear.get(place) ?? [], presentNear.get(place) ?? []] as const)
    compared += groups.reduce((sum, [one, other]) => sum + one.length + other.length, 0)
    if (compared > mostCompared) return fromWhole()
    const near = (which: 0 | 1) => [...new Set(groups.flatMap((group) => group[which]))]
    const steps = mendSettled(near(0), near(1), keys).steps
    return { steps: [...(rename ? renameSteps(rename) : []), ...steps] }
  }
}

/** Where an object is, as far as what happens to one concerns others: a chain, a link of the host's, a sandbox. */
function placesOf(object: KernelObject): string[] {
  if (object.kind === 'namespace') return [object.path]
  if (object.kind === 'rule' || object.kind === 'policy') return [`${object.netns} ${tableKey(object)} ${object.chain}`]
  if (object.kind === 'chain') return [`${object.netns} ${tableKey(object)} ${object.name}`]
  if (object.netns !== 'host') return [object.netns]
  if (object.kind === 'link') {
    return [
      `host ${object.name}`,
      ...(object.type === 'veth' && object.peer.netns !== 'host' ? [object.peer.netns] : []),
    ]
  }
  return 'link' in object && object.link !== '' ? [`host ${object.link}`] : [keyOf(object)]
}

function groupBy<Item>(items: readonly Item[], keyFor: (item: Item) => string): Map<string, Item[]> {
  return groupByMany(items, (item) => [keyFor(item)])
}

function groupByMany<Item>(items: readonly Item[], keysFor: (item: Item) => readonly string[]): Map<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    for (const key of keysFor(item)) {
      const group = groups.get(key)
      if (group) group.push(item)
      else groups.set(key, [item])
    }
  }
  return groups
}

function isLink(object: KernelObject): object is KernelObject & { kind: 'link' } {
  return object.kind === 'link'
}
