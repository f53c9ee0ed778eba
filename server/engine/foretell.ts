import type { Container } from '../cnm/container'
import type { Endpoint } from '../cnm/endpoint'
import { emptyPlan } from '../plan/plan'
import { type PlannedChange, preview } from './change'
import type { EngineContext } from './context'
import type { Change } from './contract'
import { foresee } from './edit'
import { interruptionsOf } from './interruptions'
import { portWarnings } from './port-warnings'

/**
 * A planned join or leave, with what the container notices of it besides and what becomes of its published ports.
 * `left`: the endpoint that is given up after it.
 */
export async function foretell(
  ctx: EngineContext,
  container: Container,
  change: PlannedChange<Endpoint>,
  left?: Endpoint,
): Promise<Change<Endpoint>> {
  const then = foresee(ctx, { ...change.before, ...change.after })
  if (left) then.records.apply({ removeEndpoints: [left.id] })
  const scope = { networks: [], containers: [container] }
  const interruptions = interruptionsOf(ctx.records, then.records, scope, change.plan ?? emptyPlan)
  return withPortWarnings(then, container.id, preview(ctx, { ...change, interruptions }))
}

/** What of the container's ports is otherwise than one would think, under the records of the one who is asked. */
export async function withPortWarnings<Result>(
  ctx: EngineContext,
  id: Container['id'],
  change: Change<Result>,
): Promise<Change<Result>> {
  const container = ctx.records.getContainer(id)
  const warnings = await portWarnings(ctx, container, ctx.records.endpointsOf(container))
  return warnings.length > 0 ? { ...change, warnings } : change
}
