import type { Container, Sandbox } from '../cnm/container'
import type { Endpoint } from '../cnm/endpoint'
import { messageOf, PatchbayError } from '../cnm/errors'
import { type ContainerId, createId, type SandboxId, shortId } from '../cnm/ids'
import { checkContainerName } from '../cnm/names'
import type { Operation } from '../cnm/operation'
import { diff } from '../plan/diff'
import type { KernelObject, Netns } from '../plan/object'
import type { Plan } from '../plan/plan'
import { renderPlan } from '../plan/render'
import type { ExitEvent } from '../runtime/contract'
import { assignEndpoints, orderedEndpoints, releaseEndpoints } from './assign'
import { finish, type PlannedChange, perform, preview } from './change'
import { buildContainer, checkNameIsFree } from './container-input'
import { type EngineContext, hostSandbox } from './context'
import type { Change, ChangeOptions, ContainerCreateInput } from './contract'
import { buildEndpoint } from './endpoints'
import { containerFiles } from './files'
import { checkPortsFree } from './ports'

export async function createContainer(
  ctx: EngineContext,
  input: ContainerCreateInput,
  options: ChangeOptions,
): Promise<Change<Container>> {
  const image = await ctx.runtime.findImage(input.image || 'busybox:latest')
  return ctx.locks.run(['container names'], async () => {
    const container = await buildContainer(ctx, input, image, createId<ContainerId>())
    const network = ctx.records.getNetwork(input.network || 'bridge')
    const endpoint = buildEndpoint(ctx, network, container, input, options)
    if (container.ports.length > 0 && !ctx.drivers.get(network.driver).hasInterfaces) {
      throw new PatchbayError(
        'invalid-parameter',
        `ports cannot be published on network ${network.name}; choose a bridge network`,
        {
          field: 'ports',
        },
      )
    }
    const change: PlannedChange<Container> = {
      result: container,
      intent: {
        verb: 'container.create',
        subjects: [container.name],
        records: { containerId: container.id },
        actor: options.actor,
      },
      before: { putContainers: [container], putEndpoints: [endpoint] },
    }
    if (options.dryRun) return preview(change)
    const operation = await ctx.journal.begin({ ...change.intent, commands: [] }, change.before ?? {})
    const began = performance.now()
    try {
      await ctx.runtime.prepare(container)
    } catch (error) {
      await ctx.runtime.remove(container.id)
      await ctx.journal.end(
        operation,
        { status: 'failed', error, durationMs: performance.now() - began },
        erase(ctx, container),
      )
      throw error
    }
    return finish(ctx, change, operation, began)
  })
}

export async function runContainer(
  ctx: EngineContext,
  input: ContainerCreateInput,
  options: ChangeOptions,
): Promise<Change<Container>> {
  const created = await createContainer(ctx, input, options)
  if (options.dryRun) return created
  try {
    return await startContainer(ctx, created.result.id, options)
  } catch (error) {
    await removeContainer(ctx, created.result.id, { ...options, force: true })
    throw error
  }
}

export async function startContainer(
  ctx: EngineContext,
  reference: string,
  options: ChangeOptions,
): Promise<Change<Container>> {
  const { id } = ctx.records.getContainer(reference)
  return ctx.locks.run([`container:${id}`], async () => {
    const container = ctx.records.getContainer(id)
    if (container.state.status === 'running') {
      throw new PatchbayError('conflict', `container ${container.name} is already running`)
    }
    await checkPortsFree(ctx, container)
    if (options.dryRun) return previewStart(ctx, container)
    return start(ctx, container, options.actor)
  })
}

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

export async function restartContainer(
  ctx: EngineContext,
  reference: string,
  options: ChangeOptions & { timeoutMs?: number },
): Promise<Change<Container>> {
  const { id } = ctx.records.getContainer(reference)
  return ctx.locks.run([`container:${id}`], async () => {
    const container = ctx.records.getContainer(id)
    if (options.dryRun) return previewStart(ctx, container)
    if (container.state.status === 'running') await stop(ctx, container, options)
    return start(ctx, ctx.records.getContainer(id), options.actor)
  })
}

export async function renameContainer(
  ctx: EngineContext,
  reference: string,
  wanted: string,
  options: ChangeOptions,
): Promise<Change<Container>> {
  const { id } = ctx.records.getContainer(reference)
  const name = checkContainerName(wanted)
  return ctx.locks.run([`container:${id}`, 'container names'], async () => {
    const container = ctx.records.getContainer(id)
    if (container.name === name) {
      throw new PatchbayError('invalid-parameter', `container ${name} has that name already; give another one`, {
        field: 'name',
      })
    }
    checkNameIsFree(ctx, name)
    const renamed: Container = { ...container, name }
    const change: PlannedChange<Container> = {
      result: renamed,
      intent: {
        verb: 'container.rename',
        subjects: [name, container.name],
        records: { containerId: id },
        actor: options.actor,
      },
      before: { putContainers: [renamed] },
      undo: { putContainers: [container] },
    }
    return options.dryRun ? preview(change) : perform(ctx, change)
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

async function start(ctx: EngineContext, container: Container, actor: string): Promise<Change<Container>> {
  const began = performance.now()
  const ready = await reserve(ctx, container, actor)
  try {
    const pid = await launch(ctx, ready)
    const running: Container = {
      ...ready.container,
      state: { ...ready.container.state, status: 'running', pid, startedAt: new Date() },
    }
    const after = { putContainers: [running], putEndpoints: ready.endpoints }
    return await finish(ctx, { result: running, after }, ready.operation, began)
  } catch (error) {
    const stopped: Container = { ...container, state: { ...container.state, error: messageOf(error) } }
    const undo = { putContainers: [stopped], putEndpoints: releaseEndpoints(ready.endpoints) }
    await ctx.journal.end(ready.operation, { status: 'failed', error, durationMs: performance.now() - began }, undo)
    throw error
  } finally {
    ctx.sandboxes.refill()
  }
}

interface Reserved {
  readonly container: Container
  readonly endpoints: readonly Endpoint[]
  readonly plan: Plan
  readonly operation: Operation
}

/** Takes a sandbox and addresses, and records them with the intent, under the locks of the networks. */
async function reserve(ctx: EngineContext, container: Container, actor: string): Promise<Reserved> {
  const endpoints = orderedEndpoints(ctx, container)
  const keys = endpoints.map((endpoint) => `network:${endpoint.networkId}`)
  return ctx.locks.run(keys, async () => {
    const assigned = assignEndpoints(ctx, endpoints)
    const { sandbox, present } = takeSandbox(ctx, endpoints, true)
    const joined = fresh(container, sandbox)
    const plan = diff(ctx.description.container(joined, assigned), present)
    const intent = {
      verb: 'container.start' as const,
      subjects: [container.name],
      records: { containerId: container.id },
      actor,
      commands: commandsOfStart(container, plan),
    }
    const operation = await ctx.journal.begin(intent, { putContainers: [joined], putEndpoints: assigned })
    return { container: joined, endpoints: assigned, plan, operation }
  })
}

/** The process is made while the network is wired; its program begins when both are there. */
async function launch(ctx: EngineContext, { container, endpoints, plan }: Reserved): Promise<number> {
  const files = containerFiles(ctx, container, endpoints)
  const netns = (container.sandbox?.key ?? 'host') as Netns
  const namespaceFirst = plan.steps.some((step) => step.object.kind === 'namespace')
  const wiring = ctx.kernel.apply(plan)
  if (namespaceFirst) await wiring
  const [wired, created] = await Promise.allSettled([wiring, ctx.runtime.create(container, netns, files)])
  try {
    if (wired.status === 'rejected') throw wired.reason
    if (created.status === 'rejected') throw created.reason
    await ctx.runtime.start(container.id)
    return created.value.pid
  } catch (error) {
    await ctx.runtime.discard(container.id)
    const description = ctx.description.container(container, endpoints)
    if (wired.status === 'fulfilled') await ctx.kernel.apply(diff([], description))
    else await removeSandbox(ctx, container)
    throw error
  }
}

async function stop(
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

function previewStart(ctx: EngineContext, container: Container): Change<Container> {
  const endpoints = orderedEndpoints(ctx, container)
  const { sandbox, present } = takeSandbox(ctx, endpoints, false)
  const joined = fresh(container, sandbox)
  const plan = diff(ctx.description.container(joined, assignEndpoints(ctx, endpoints)), present)
  return { result: container, operation: null, commands: commandsOfStart(container, plan) }
}

function takeSandbox(
  ctx: EngineContext,
  endpoints: readonly Endpoint[],
  forReal: boolean,
): { sandbox: Sandbox; present: KernelObject[] } {
  const onHost = endpoints.some((endpoint) => ctx.records.networks.get(endpoint.networkId)?.driver === 'host')
  if (onHost) return { sandbox: hostSandbox(createId<SandboxId>()), present: [] }
  return forReal ? ctx.sandboxes.take() : ctx.sandboxes.peek()
}

function fresh(container: Container, sandbox: Sandbox): Container {
  const state = { ...container.state, exitCode: null, oomKilled: false, error: '', finishedAt: null }
  return { ...container, sandbox, state }
}

/** Removal of all that a container has in the kernel, its sandbox included. */
function leavePlan(ctx: EngineContext, container: Container): Plan {
  return diff([], ctx.description.container(container, ctx.records.endpointsOf(container)))
}

/** After a plan was rolled back, a sandbox that had been made ahead is still there. */
async function removeSandbox(ctx: EngineContext, container: Container): Promise<void> {
  await ctx.kernel.apply(diff([], ctx.description.container(container, [])))
}

function commandsOfStart(container: Container, plan: Plan): string[] {
  return [...renderPlan(plan), `runc create ${shortId(container.id)}`, `runc start ${shortId(container.id)}`]
}
