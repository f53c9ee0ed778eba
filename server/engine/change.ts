import type { Operation } from '../cnm/operation'
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
}

/** What would run, without running it. */
export function preview<Result>({ result, plan = emptyPlan }: PlannedChange<Result>): Change<Result> {
  return { result, operation: null, commands: renderPlan(plan) }
}

/**
 * Records the intent, applies the plan, records the result; on failure puts the records back. What
 * is recorded with the intent must be enough for a new daemon to finish the change.
 */
export async function perform<Result>(ctx: EngineContext, change: PlannedChange<Result>): Promise<Change<Result>> {
  const { result, plan = emptyPlan, intent, before = {}, after, undo } = change
  const began = performance.now()
  const operation = await ctx.journal.begin({ ...intent, commands: renderPlan(plan) }, before)
  try {
    await ctx.kernel.apply(plan)
  } catch (error) {
    await ctx.journal.end(operation, { status: 'failed', error, durationMs: performance.now() - began }, undo)
    throw error
  }
  const ended = ctx.journal.endBehind(operation, { status: 'done', durationMs: performance.now() - began }, after)
  return { result, operation: ended, commands: ended.commands }
}

/** Records that a change is done. */
export async function finish<Result>(
  ctx: EngineContext,
  { result, after }: Pick<PlannedChange<Result>, 'result' | 'after'>,
  operation: Operation,
  began: number,
): Promise<Change<Result>> {
  const ended = await ctx.journal.end(operation, { status: 'done', durationMs: performance.now() - began }, after)
  return { result, operation: ended, commands: ended.commands }
}
