import type { Container, PortBinding, Sandbox } from '../cnm/container'
import type { Endpoint } from '../cnm/endpoint'
import { isPatchbayError, PatchbayError, toldBy } from '../cnm/errors'
import { createId, type SandboxId, shortId } from '../cnm/ids'
import type { Operation } from '../cnm/operation'
import { sentence } from '../cnm/sentence'
import { diff } from '../plan/diff'
import type { KernelObject, Netns } from '../plan/object'
import { emptyPlan, type Plan } from '../plan/plan'
import { renderPlan } from '../plan/render'
import { assignEndpoints, orderedEndpoints, releaseEndpoints } from './assign'
import { finish, quietly } from './change'
import { erasing, stop } from './container-end'
import { type EngineContext, hostSandbox } from './context'
import type { Change, ChangeOptions, StopChangeOptions } from './contract'
import { checkLinks, containerFiles, tellLinked } from './files'
import { joinAwaited } from './joins'
import { followLeases } from './leases'
import { choosePorts, publishes } from './ports'
import { startsWithDaemon } from './restarts'
import { fileOwnerOf, netnsOf, ownerToJoin, startKeys } from './shared-network'

export async function startContainer(
  ctx: EngineContext,
  reference: string,
  options: ChangeOptions,
): Promise<Change<Container>> {
  const { id } = ctx.records.getContainer(reference)
  return ctx.locks.run(startKeys(ctx, id), async () => {
    const container = ctx.records.getContainer(id)
    if (container.state.paused) {
      throw new PatchbayError('conflict', sentence`container ${container.name} is paused; unpause it instead`)
    }
    if (container.state.status === 'running') {
      throw new PatchbayError('conflict', sentence`container ${container.name} is already running`)
    }
    checkLinks(ctx, container)
    if (options.dryRun) return previewStart(ctx, container)
    ctx.restarts.cancel(id)
    return start(ctx, byHand(container), options)
  })
}

/** A start by the restart policy; nothing where somebody started, stopped or removed it meanwhile. */
export async function startByPolicy(ctx: EngineContext, id: Container['id']): Promise<void> {
  await ctx.locks.run(startKeys(ctx, id), async () => {
    const container = ctx.records.containers.get(id)
    if (!container || container.state.status === 'running' || ctx.restarts.isClosed) return
    if (!startsWithDaemon(container)) return
    await start(ctx, container, { actor: 'patchbay', operationId: policyOperation(ctx, id) })
  })
}

/** The code of the last run, if that was none of success; else what runc gave for the program, or Docker's 128. */
function exitCodeAfter(error: unknown, { state }: Container): number {
  const code = isPatchbayError(error) ? error.data.exitCode : undefined
  return state.exitCode || (typeof code === 'number' ? code : 128)
}

/** It will not be tried again. */
async function giveUp(ctx: EngineContext, container: Container, error: unknown): Promise<never> {
  const state = {
    ...container.state,
    restarting: false,
    exitCode: exitCodeAfter(error, container),
    error: toldBy(error),
  }
  await ctx.journal.write({ putContainers: [{ ...container, state }] })
  throw error
}

/** The starts of one cycle are one entry of the history, which shows the last of them. */
function policyOperation(ctx: EngineContext, id: Container['id']): Operation['id'] | undefined {
  const last = ctx.journal.list().find((operation) => operation.records.containerId === id)
  const isPolicys = last?.verb === 'container.start' && last.actor === 'patchbay' && last.status === 'done'
  return isPolicys ? last.id : undefined
}

export async function restartContainer(
  ctx: EngineContext,
  reference: string,
  options: StopChangeOptions,
): Promise<Change<Container>> {
  const { id } = ctx.records.getContainer(reference)
  return ctx.locks.run(startKeys(ctx, id), async () => {
    const container = ctx.records.getContainer(id)
    if (options.dryRun) return previewStart(ctx, container)
    if (container.state.status === 'running') await stop(ctx, container, options)
    ctx.restarts.cancel(id)
    return start(ctx, byHand(ctx.records.getContainer(id)), options)
  })
}

/** A person's start begins the count of the policy's anew. */
function byHand(container: Container): Container {
  return { ...container, state: { ...container.state, restarting: false, restartCount: 0, stoppedByHand: false } }
}

interface StartOptions {
  readonly actor: string
  /** The operation that this start is another round of. */
  readonly operationId?: Operation['id'] | undefined
}

/** A container that is to go at its end also goes when it cannot be started. */
async function start(ctx: EngineContext, container: Container, options: StartOptions): Promise<Change<Container>> {
  try {
    return await attempt(ctx, container, options)
  } catch (error) {
    if (container.autoRemove) await erasing(ctx, container, options)
    throw error
  }
}

async function attempt(ctx: EngineContext, container: Container, options: StartOptions): Promise<Change<Container>> {
  const began = performance.now()
  const ready = await reserveAll(ctx, container, options).catch((error: unknown) => giveUp(ctx, container, error))
  try {
    const pid = await launch(ctx, ready)
    const endpoints = ready.endpoints.map((endpoint) => ctx.records.endpoints.get(endpoint.id) ?? endpoint)
    const running: Container = {
      ...ready.container,
      state: { ...ready.container.state, restarting: false, status: 'running', pid, startedAt: new Date() },
    }
    const after = { putContainers: [running], putEndpoints: endpoints }
    const change = await finish(ctx, { result: running, after }, ready.operation, began)
    await quietly(() => tellLinked(ctx, running))
    return change
  } catch (error) {
    const state = {
      ...container.state,
      restarting: false,
      exitCode: exitCodeAfter(error, container),
      error: toldBy(error),
    }
    const stopped: Container = { ...container, state }
    const undo = { putContainers: [stopped], putEndpoints: releaseEndpoints(ready.endpoints) }
    await ctx.journal.end(ready.operation, { status: 'failed', error, durationMs: performance.now() - began }, undo)
    await quietly(() => ctx.shared.sync())
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
  /** Whose network it shares. */
  readonly owner?: Container
}

async function reserveAll(ctx: EngineContext, container: Container, options: StartOptions): Promise<Reserved> {
  const owner = ownerToJoin(ctx, container)
  return owner
    ? reserveShared(ctx, container, owner, options)
    : reserve(ctx, await joinAwaited(ctx, container), options)
}

/** Of another's network nothing is to be taken or wired. */
async function reserveShared(
  ctx: EngineContext,
  container: Container,
  owner: Container,
  { actor, operationId }: StartOptions,
): Promise<Reserved> {
  const joined = sharing(container, owner)
  const intent = {
    verb: 'container.start' as const,
    subjects: [container.name],
    records: { containerId: container.id },
    actor,
    commands: commandsOfStart(container, emptyPlan),
  }
  const operation = await ctx.journal.begin(intent, { putContainers: [joined] }, operationId)
  return { container: joined, endpoints: [], plan: emptyPlan, operation, owner }
}

function sharing(container: Container, owner: Container): Container {
  const { hostname, domainname, sandbox } = owner
  return { ...fresh(container, sandbox, []), hostname, domainname }
}

/** Takes a sandbox and addresses, and records them with the intent, under the locks of the networks. */
async function reserve(
  ctx: EngineContext,
  container: Container,
  { actor, operationId }: StartOptions,
): Promise<Reserved> {
  const endpoints = orderedEndpoints(ctx, container)
  const networks = endpoints.map((endpoint) => `network:${endpoint.networkId}`)
  const keys = publishes(container) ? ['ports', ...networks] : networks
  return ctx.locks.run(keys, async () => {
    const assigned = assignEndpoints(ctx, endpoints)
    const published = await choosePorts(ctx, container, assigned, true)
    const { sandbox, present } = takeSandbox(ctx, endpoints, true)
    const joined = fresh(container, sandbox, published)
    const plan = diff(ctx.description.container(joined, assigned), present)
    const records = { putContainers: [joined], putEndpoints: assigned }
    const intent = {
      verb: 'container.start' as const,
      subjects: [container.name],
      records: { containerId: container.id },
      actor,
      commands: commandsOfStart(container, plan, ctx.shared.planFor(records)),
    }
    const operation = await ctx.journal.begin(intent, records, operationId)
    return { container: joined, endpoints: assigned, plan, operation }
  })
}

/** The process is made while the network is wired; its program begins when both are there. */
async function launch(ctx: EngineContext, { container, endpoints, plan, owner }: Reserved): Promise<number> {
  const files = owner ? { sharedWith: fileOwnerOf(ctx, owner).id } : containerFiles(ctx, container, endpoints)
  const netns = owner ? netnsOf(owner) : ((container.sandbox?.key ?? 'host') as Netns)
  const namespaceFirst = plan.steps.some((step) => step.object.kind === 'namespace')
  const wiring = ctx.kernel.apply(plan)
  if (namespaceFirst) await wiring
  const [wired, created, shared] = await Promise.allSettled([
    wiring,
    ctx.runtime.create(container, netns, files),
    ctx.shared.sync(),
  ])
  try {
    if (wired.status === 'rejected') throw wired.reason
    if (created.status === 'rejected') throw created.reason
    if (shared.status === 'rejected') throw shared.reason
    await followLeases(ctx, container.id)
    await ctx.runtime.start(container.id)
    return created.value.pid
  } catch (error) {
    await quietly(() => ctx.runtime.discard(container.id))
    // After a plan was rolled back, a sandbox that had been made ahead is still there.
    const left = ctx.description.container(container, wired.status === 'fulfilled' ? endpoints : [])
    await quietly(async () => void (await ctx.kernel.apply(diff([], left))))
    throw error
  }
}

async function previewStart(ctx: EngineContext, container: Container): Promise<Change<Container>> {
  if (ownerToJoin(ctx, container)) {
    return { result: container, operation: null, commands: commandsOfStart(container, emptyPlan), interruptions: [] }
  }
  const endpoints = orderedEndpoints(ctx, container)
  const { sandbox, present } = takeSandbox(ctx, endpoints, false)
  const assigned = assignEndpoints(ctx, endpoints)
  const joined = fresh(container, sandbox, await choosePorts(ctx, container, assigned, false))
  const plan = diff(ctx.description.container(joined, assigned), present)
  const shared = ctx.shared.planFor({ putContainers: [joined], putEndpoints: assigned })
  return { result: container, operation: null, commands: commandsOfStart(container, plan, shared), interruptions: [] }
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

function fresh(container: Container, sandbox: Sandbox | null, published: readonly PortBinding[]): Container {
  const state = { ...container.state, exitCode: null, oomKilled: false, error: '' }
  return { ...container, sandbox, published, state }
}

function commandsOfStart(container: Container, plan: Plan, shared = emptyPlan): string[] {
  return [
    ...renderPlan(plan),
    ...renderPlan(shared),
    `runc create ${shortId(container.id)}`,
    `runc start ${shortId(container.id)}`,
  ]
}
