import type { Container } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { shortId } from '../cnm/ids'
import { diff } from '../plan/diff'
import type { Plan } from '../plan/plan'
import { renderPlan } from '../plan/render'
import type { ExitEvent } from '../runtime/contract'
import { releaseEndpoints } from './assign'
import { finish, type PlannedChange } from './change'
import type { EngineContext } from './context'
import type { Change, ChangeOptions } from './contract'

export async function stopContainer(
  ctx: EngineContext,
  reference: string,
  options: ChangeOptions & { timeoutMs?: number },
): Promise<Change<Container>> {
  const { id } = ctx.records.getContainer(reference)
  return ctx.locks.run([`container:${id}`], async () => {
    const container = ctx.records.getContainer(id)
    if (container.state.status !== 'running') {
      throw new PatchbayError('conflict', `container ${container.name} is not running`)
    }
    const plan = leavePlan(ctx, container)
    if (options.dryRun) return { result: container, operation: null, commands: renderPlan(plan) }
    return stop(ctx, container, options)
  })
}

export async function removeContainer(
  ctx: EngineContext,
  reference: string,
  options: ChangeOptions & { force?: boolean },
): Promise<Change<Container>> {
  const { id } = ctx.records.getContainer(reference)
  return ctx.locks.run([`container:${id}`], async () => {
    const container = ctx.records.getContainer(id)
    if (container.state.status === 'running' && !options.force) {
      throw new PatchbayError(
        'conflict',
        `container ${container.name} is running; stop it first, or remove it with force`,
      )
    }
    const plan = leavePlan(ctx, container)
    if (options.dryRun) return { result: container, operation: null, commands: renderPlan(plan) }
    if (container.state.status === 'running') await stop(ctx, container, { actor: options.actor, timeoutMs: 0 })
    return erasing(ctx, ctx.records.getContainer(id), options.actor)
  })
}

/** What follows when a container has ended by itself: its sandbox goes, its exit code is kept. */
export async function handleExit(ctx: EngineContext, event: ExitEvent): Promise<void> {
  await ctx.locks.run([`container:${event.containerId}`], async () => {
    const container = ctx.records.containers.get(event.containerId)
    if (container?.state.status !== 'running') return
    const plan = leavePlan(ctx, container)
    await ctx.journal.write(exited(ctx, container, event))
    await ctx.kernel.apply(plan)
    if (container.autoRemove) await erasing(ctx, ctx.records.getContainer(container.id), 'patchbay')
  })
}

/** Records of a container that has ended. */
export function exited(ctx: EngineContext, container: Container, event: Omit<ExitEvent, 'containerId'> | undefined) {
  return {
    putContainers: [
      {
        ...container,
        sandbox: null,
        state: {
          ...container.state,
          status: 'exited' as const,
          pid: null,
          exitCode: event?.exitCode ?? null,
          oomKilled: event?.oomKilled ?? false,
          finishedAt: event?.finishedAt ?? new Date(),
        },
      },
    ],
    putEndpoints: releaseEndpoints(ctx.records.endpointsOf(container)),
  }
}

/** Removal of all records of a container. */
export function erase(ctx: EngineContext, container: Pick<Container, 'id'>) {
  return {
    removeEndpoints: ctx.records.endpointsOf(container).map((endpoint) => endpoint.id),
    removeContainers: [container.id],
  }
}

export async function stop(
  ctx: EngineContext,
  container: Container,
  options: ChangeOptions & { timeoutMs?: number },
): Promise<Change<Container>> {
  const began = performance.now()
  const plan = leavePlan(ctx, container)
  const intent = {
    verb: 'container.stop' as const,
    subjects: [container.name],
    records: { containerId: container.id },
    actor: options.actor,
    commands: [`runc kill ${shortId(container.id)} TERM`, ...renderPlan(plan)],
  }
  const operation = await ctx.journal.begin(intent, {})
  let after: ReturnType<typeof exited> | undefined
  try {
    after = exited(ctx, container, await ctx.runtime.stop(container.id, options.timeoutMs ?? 10_000))
    await ctx.kernel.apply(plan)
    const [result = container] = after.putContainers
    return await finish(ctx, { result, after }, operation, began)
  } catch (error) {
    await ctx.journal.end(operation, { status: 'failed', error, durationMs: performance.now() - began }, after)
    throw error
  }
}

async function erasing(ctx: EngineContext, container: Container, actor: string): Promise<Change<Container>> {
  const change: PlannedChange<Container> = {
    result: container,
    intent: { verb: 'container.remove', subjects: [container.name], records: { containerId: container.id }, actor },
    after: erase(ctx, container),
  }
  const began = performance.now()
  const operation = await ctx.journal.begin({ ...change.intent, commands: [] }, {})
  await ctx.runtime.remove(container.id)
  await ctx.store.removePositions([container.id])
  return finish(ctx, change, operation, began)
}

/** Removal of all that a container has in the kernel, its sandbox included. */
function leavePlan(ctx: EngineContext, container: Container): Plan {
  return diff([], ctx.description.container(container, ctx.records.endpointsOf(container)))
}
