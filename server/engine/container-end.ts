import type { Container } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { shortId } from '../cnm/ids'
import { sentence } from '../cnm/sentence'
import { diff } from '../plan/diff'
import type { Plan } from '../plan/plan'
import { renderPlan } from '../plan/render'
import type { ExitEvent } from '../runtime/contract'
import { releaseEndpoints } from './assign'
import { finish, type PlannedChange, quietly } from './change'
import { removeAnonymous } from './container-mounts'
import type { EngineContext } from './context'
import type { Change, ChangeOptions, RemoveChangeOptions, StopChangeOptions } from './contract'
import { cancelRestart } from './restarts'

export async function stopContainer(
  ctx: EngineContext,
  reference: string,
  options: StopChangeOptions,
): Promise<Change<Container>> {
  const { id } = ctx.records.getContainer(reference)
  return ctx.locks.run([`container:${id}`], async () => {
    const container = ctx.records.getContainer(id)
    if (container.state.restarting && !options.dryRun) return stopCycle(ctx, container, options)
    if (container.state.status !== 'running') {
      throw new PatchbayError('conflict', sentence`container ${container.name} is not running`, {
        ...{ reason: 'container-not-running', data: { id } },
      })
    }
    const plan = leavePlan(ctx, container)
    if (options.dryRun)
      return { result: container, operation: null, commands: commandsOfEnd(ctx, container, plan), interruptions: [] }
    return stop(ctx, container, options)
  })
}

export async function removeContainer(
  ctx: EngineContext,
  reference: string,
  options: RemoveChangeOptions,
): Promise<Change<Container>> {
  const { id } = ctx.records.getContainer(reference)
  return ctx.locks.run([`container:${id}`], async () => {
    const container = ctx.records.getContainer(id)
    if (container.state.paused && !options.force) {
      throw new PatchbayError(
        'conflict',
        sentence`container ${container.name} is paused; unpause and stop it first, or remove it with force`,
      )
    }
    if (container.state.restarting && !options.force) {
      throw new PatchbayError(
        'conflict',
        sentence`container ${container.name} is restarting; stop it first, or remove it with force`,
      )
    }
    if (container.state.status === 'running' && !options.force) {
      throw new PatchbayError(
        'conflict',
        sentence`container ${container.name} is running; stop it first, or remove it with force`,
        { reason: 'container-running', data: { id } },
      )
    }
    const plan = leavePlan(ctx, container)
    if (options.dryRun)
      return { result: container, operation: null, commands: commandsOfEnd(ctx, container, plan), interruptions: [] }
    if (container.state.status === 'running') await stop(ctx, container, { actor: options.actor, timeoutMs: 0 })
    ctx.restarts.cancel(id)
    return erasing(ctx, ctx.records.getContainer(id), options)
  })
}

/** Records of a container that has ended. */
export function exited(ctx: EngineContext, container: Container, event: Omit<ExitEvent, 'containerId'> | undefined) {
  return {
    putContainers: [
      {
        ...container,
        sandbox: null,
        published: [],
        state: {
          ...container.state,
          status: 'exited' as const,
          paused: false,
          restarting: false,
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
  options: StopChangeOptions,
): Promise<Change<Container>> {
  const began = performance.now()
  const plan = leavePlan(ctx, container)
  const signal = options.signal || container.options.stopSignal || 'SIGTERM'
  const timeoutMs = options.timeoutMs ?? stopTimeoutMs(container)
  const intent = {
    verb: 'container.stop' as const,
    subjects: [container.name],
    records: { containerId: container.id },
    actor: options.actor,
    commands: [
      `runc kill ${shortId(container.id)} ${signal.replace(/^SIG/, '')}`,
      ...commandsOfEnd(ctx, container, plan),
    ],
  }
  const operation = await ctx.journal.begin(intent, {})
  const told: Container = { ...container, state: { ...container.state, stoppedByHand: true } }
  let after: ReturnType<typeof exited> | undefined
  try {
    const ended = await ctx.services.whileLeaving(container, () =>
      ctx.runtime.stop(container.id, { timeoutMs, signal }),
    )
    after = exited(ctx, told, ended)
    await ctx.kernel.apply(plan)
    const [result = container] = after.putContainers
    const change = await finish(ctx, { result, after }, operation, began)
    await quietly(() => ctx.shared.sync())
    return change
  } catch (error) {
    await ctx.journal.end(operation, { status: 'failed', error, durationMs: performance.now() - began }, after)
    await quietly(() => ctx.shared.sync())
    throw error
  }
}

/** Between two runs there is nothing to signal. */
async function stopCycle(
  ctx: EngineContext,
  container: Container,
  { actor }: ChangeOptions,
): Promise<Change<Container>> {
  const began = performance.now()
  const subjects = { subjects: [container.name], records: { containerId: container.id } }
  const operation = await ctx.journal.begin({ verb: 'container.stop', ...subjects, actor, commands: [] }, {})
  return finish(ctx, { result: await cancelRestart(ctx, container) }, operation, began)
}

function stopTimeoutMs({ options: { stopTimeoutSeconds } }: Container): number {
  if (stopTimeoutSeconds === null) return 10_000
  return stopTimeoutSeconds < 0 ? Number.POSITIVE_INFINITY : stopTimeoutSeconds * 1000
}

/** With its anonymous volumes, where it removes itself or that is asked for. */
export async function erasing(
  ctx: EngineContext,
  container: Container,
  { actor, volumes = container.autoRemove }: Pick<RemoveChangeOptions, 'actor' | 'volumes'>,
): Promise<Change<Container>> {
  const change: PlannedChange<Container> = {
    result: container,
    intent: { verb: 'container.remove', subjects: [container.name], records: { containerId: container.id }, actor },
    after: erase(ctx, container),
  }
  const began = performance.now()
  const operation = await ctx.journal.begin({ ...change.intent, commands: [] }, {})
  await ctx.runtime.remove(container.id)
  await ctx.store.removePositions([container.id])
  const done = await finish(ctx, change, operation, began)
  if (volumes) await removeAnonymous(ctx, container)
  return done
}

function commandsOfEnd(ctx: EngineContext, container: Container, plan: Plan): string[] {
  return [...renderPlan(plan), ...renderPlan(ctx.shared.planFor(exited(ctx, container, undefined)))]
}

/** Removal of all that a container has in the kernel, its sandbox included. */
export function leavePlan(ctx: EngineContext, container: Container): Plan {
  return diff([], ctx.description.container(container, ctx.records.endpointsOf(container)))
}
