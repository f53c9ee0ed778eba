import { messageOf } from '../cnm/errors'
import type { Operation } from '../cnm/operation'
import type { Sentence } from '../cnm/sentence'
import { inversePlan } from '../plan/inverse'
import { emptyPlan, type Plan } from '../plan/plan'
import { renderPlan } from '../plan/render'
import type { RecordChange } from '../store/contract'
import type { EngineContext } from './context'
import type { Change } from './contract'
import type { Intent } from './operations'

/** One change of the kernel with the records that go with it. */
export interface PlannedChange<Result> {
  readonly result: Result
  readonly intent: Omit<Intent, 'commands'>
  readonly plan?: Plan
  /** Records written with the intent, before the kernel is touched. */
  readonly before?: RecordChange
  /** Records written with the result. */
  readonly after?: RecordChange
  /** Records that put things back when it fails. */
  readonly undo?: RecordChange
  /** Runs beside the plan, once the records are as they will be; again, after the undo, when the plan fails. */
  readonly alongside?: () => Promise<void>
  readonly interruptions?: readonly Sentence[]
}

/** What would run, without running it. */
export function preview<Result>(ctx: EngineContext, change: PlannedChange<Result>): Change<Result> {
  const { result, interruptions = [] } = change
  const plans = plansOf(ctx, change)
  const steps = plans.flatMap((plan) => plan.steps)
  return { result, operation: null, commands: plans.flatMap(renderPlan), interruptions, steps }
}

/** The plan, and what follows from the records for what several of them share. */
function plansOf<Result>(ctx: EngineContext, { plan = emptyPlan, before, after }: PlannedChange<Result>): Plan[] {
  return [plan, ctx.shared.planFor(before ?? {}, after ?? {})]
}

/**
 * Records the intent, applies the plan, records the result; on failure puts the records back. What
 * is recorded with the intent must be enough for a new daemon to finish the change.
 */
export async function perform<Result>(ctx: EngineContext, change: PlannedChange<Result>): Promise<Change<Result>> {
  const { result, plan = emptyPlan, intent, before = {}, after, undo, alongside = async () => undefined } = change
  const began = performance.now()
  const operation = await ctx.journal.begin({ ...intent, commands: plansOf(ctx, change).flatMap(renderPlan) }, before)
  const aside = quietly(alongside)
  try {
    await applyWithPolicies(ctx, plan)
  } catch (error) {
    await ctx.journal.end(operation, { status: 'failed', error, durationMs: performance.now() - began }, undo)
    await quietly(() => ctx.shared.sync())
    await aside.then(() => quietly(alongside))
    throw error
  }
  await aside
  const ended = ctx.journal.endBehind(operation, { status: 'done', durationMs: performance.now() - began }, after)
  await quietly(() => ctx.shared.sync())
  return { result, operation: ended, commands: ended.commands, interruptions: change.interruptions ?? [] }
}

/** Policies first, so that nothing passes that they stop; unless their ground, a family's chains, is only being made. */
async function applyWithPolicies(ctx: EngineContext, plan: Plan): Promise<void> {
  if (!makesChains(plan)) {
    await ctx.shared.sync()
    await ctx.kernel.apply(plan)
    return
  }
  await ctx.kernel.apply(plan)
  try {
    await ctx.shared.sync()
  } catch (error) {
    await quietly(async () => void (await ctx.kernel.apply({ steps: inversePlan(plan.steps) })))
    throw error
  }
}

/** Work of which the journal tells, though it changes no record. */
export async function note<Result>(
  { journal }: Pick<EngineContext, 'journal'>,
  what: Omit<Intent, 'commands' | 'records'> & { commands?: Intent['commands'] },
  work: () => Promise<Result>,
): Promise<Result> {
  const began = performance.now()
  const operation = await journal.begin({ commands: [], ...what, records: {} }, {})
  try {
    const result = await work()
    await journal.end(operation, { status: 'done', durationMs: performance.now() - began })
    return result
  } catch (error) {
    await journal.end(operation, { status: 'failed', error, durationMs: performance.now() - began })
    throw error
  }
}

function makesChains({ steps }: Plan): boolean {
  return steps.some(({ verb, object }) => verb === 'add' && object.kind === 'chain')
}

/** What runs beside a plan helps it; where it fails, the change itself still stands. */
export async function quietly(alongside: () => Promise<void>): Promise<void> {
  await alongside().catch((error: unknown) => console.error(`beside a change: ${messageOf(error)}`))
}

/** Records that a change is done. */
export async function finish<Result>(
  ctx: EngineContext,
  { result, after }: Pick<PlannedChange<Result>, 'result' | 'after'>,
  operation: Operation,
  began: number,
): Promise<Change<Result>> {
  const ended = await ctx.journal.end(operation, { status: 'done', durationMs: performance.now() - began }, after)
  return { result, operation: ended, commands: ended.commands, interruptions: [] }
}
