import { createAbsorber } from '../plan/absorb'
import { diff } from '../plan/diff'
import { compareContent } from '../plan/equal'
import { isStanding, type KernelObject, keyOf } from '../plan/object'
import type { Plan } from '../plan/plan'
import { renderPlan } from '../plan/render'
import { summaryOf } from './drift-summary'
import type { DriftView } from './snapshot'
import type { Subjects } from './subjects'

/**
 * What the kernel lacks, has too much or has otherwise than wanted, each with the commands that
 * mend it. What hangs on a missing link (its addresses, routes …) is told with the link. Pure.
 */
export function findDrift(
  wanted: readonly KernelObject[],
  present: readonly KernelObject[],
  subjects: Subjects,
): DriftView[] {
  const plan = diff(wanted, present)
  if (plan.steps.length === 0) return []
  const wantedByKey = new Map(wanted.map((object) => [keyOf(object), object]))
  const presentByKey = new Map(present.map((object) => [keyOf(object), object]))
  const findings = sortFindings(plan, wantedByKey, presentByKey)
  const lacking = findings.filter((finding) => finding.kind === 'missing').map((finding) => finding.object)
  const rootOf = createRootFinder(lacking)
  const byRoot = groupBy(lacking, (object) => keyOf(rootOf(object)))
  const linksByName = new Map([...present, ...wanted].filter(isLink).map((link) => [keyOf(link), link]))
  const commandsFor = createMending(plan, presentByKey)
  return findings
    .filter((finding) => finding.kind !== 'missing' || rootOf(finding.object) === finding.object)
    .map((finding) => {
      const owner = subjects.of(finding.object, linksByName)
      return {
        key: finding.key,
        kind: finding.kind,
        subjectId: owner?.id ?? null,
        summary: summaryOf(finding, owner),
        commands: commandsFor(finding, byRoot.get(finding.key) ?? []),
      }
    })
}

export interface Finding {
  readonly key: string
  readonly kind: DriftView['kind']
  /** As wanted; as present where nothing is wanted. */
  readonly object: KernelObject
  /** As it is, where it is there. */
  readonly present: KernelObject | undefined
}

type ByKey = ReadonlyMap<string, KernelObject>

function sortFindings(plan: Plan, wanted: ByKey, present: ByKey): Finding[] {
  const found = new Map<string, Finding>()
  const added = new Set(plan.steps.filter((step) => step.verb === 'add').map((step) => keyOf(step.object)))
  for (const { object, verb } of plan.steps) {
    const key = keyOf(object)
    const there = present.get(key)
    const want = wanted.get(key)
    if (!want) found.set(key, { key, kind: 'foreign', object, present: object })
    else if (!there) found.set(key, { key, kind: 'missing', object: want, present: undefined })
    else if (compareContent(want, there) !== 'none')
      found.set(key, { key, kind: 'changed', object: want, present: there })
    else if (verb === 'remove' && !added.has(key)) found.set(key, { key, kind: 'foreign', object, present: there })
    // What is left only moves, so that a missing rule gets its place.
  }
  return [...found.values()]
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

/** The part of the plan that mends one finding: a missing rule also moves those that come after it. */
function createMending(plan: Plan, present: ByKey): (finding: Finding, along: readonly KernelObject[]) => string[] {
  const order = new Map(plan.steps.map((step, index) => [step, index]))
  const byKey = groupBy(plan.steps, (step) => keyOf(step.object))
  const moved = groupBy(
    plan.steps.filter(({ object }) => object.kind === 'rule' && present.has(keyOf(object))),
    ({ object }) => chainOf(object),
  )
  return (finding, along) => {
    const keys = new Set([finding.key, ...along.map(keyOf)])
    const isMissingRule = finding.kind === 'missing' && finding.object.kind === 'rule'
    const moves = isMissingRule ? (moved.get(chainOf(finding.object)) ?? []) : []
    const steps = new Set([...[...keys].flatMap((key) => byKey.get(key) ?? []), ...moves])
    return renderPlan({ steps: [...steps].sort((one, other) => (order.get(one) ?? 0) - (order.get(other) ?? 0)) })
  }
}

function chainOf(object: KernelObject): string {
  return object.kind === 'rule' ? `${object.netns} ${object.table} ${object.chain}` : ''
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

function isLink(object: KernelObject): object is KernelObject & { kind: 'link' } {
  return object.kind === 'link'
}
