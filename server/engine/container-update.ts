import type { Container } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { shortId } from '../cnm/ids'
import type { Network } from '../cnm/network'
import { sentence } from '../cnm/sentence'
import { renderPlan } from '../plan/render'
import { finish, quietly } from './change'
import { checkLimits, withSwap } from './container-limits'
import { checkRestartPolicy } from './container-options'
import { changePorts } from './container-ports'
import type { EngineContext } from './context'
import type { Change, ChangeOptions, ContainerUpdateInput, PortInput } from './contract'
import { stoppedByPolicy } from './interruptions'
import { checkContainerPolicy, parsePolicy } from './policy-input'

/** Limits, policies and ports hold at once on one that runs; a restart policy from its next end on. */
export async function updateContainer(
  ctx: EngineContext,
  reference: string,
  input: ContainerUpdateInput,
  options: ChangeOptions,
): Promise<Change<Container>> {
  const { id } = ctx.records.getContainer(reference)
  return ctx.locks.run([`container:${id}`], async () => {
    const container = ctx.records.getContainer(id)
    if (input.ports) return changePorts(ctx, container, alone(input), options)
    const result = await withPolicy(ctx, updated(container, input), input)
    const records = { putContainers: [result] }
    const isLive = container.state.status === 'running' && holdsOther(container, result)
    const plan = ctx.shared.planFor(records)
    const interruptions = stoppedByPolicy(container, result)
    const commands = [...(isLive ? [`runc update --resources - ${shortId(id)}`] : []), ...renderPlan(plan)]
    if (options.dryRun) return { result, operation: null, commands, interruptions, steps: plan.steps }
    const began = performance.now()
    const intent = { verb: 'container.update' as const, subjects: [result.name], records: { containerId: id } }
    const operation = await ctx.journal.begin({ ...intent, actor: options.actor, commands }, records)
    try {
      await ctx.shared.sync()
      if (isLive) await ctx.runtime.updateLimits(id, result)
    } catch (error) {
      const undo = { putContainers: [container] }
      await ctx.journal.end(operation, { status: 'failed', error, durationMs: performance.now() - began }, undo)
      await quietly(() => ctx.shared.sync())
      throw error
    }
    return { ...(await finish(ctx, { result }, operation, began)), interruptions }
  })
}

/** A policy holds at once, for what begins from now on as for what goes on. */
async function withPolicy(
  ctx: EngineContext,
  { policy: former, ...container }: Container,
  { policy: raw }: ContainerUpdateInput,
): Promise<Container> {
  if (raw === undefined) return former ? { ...container, policy: former } : container
  const policy = parsePolicy(ctx, raw, { ...container, ...(former ? { policy: former } : {}) })
  await checkContainerPolicy(ctx, container, policy, networksOf(ctx, container))
  return policy ? { ...container, policy } : container
}

function networksOf(ctx: EngineContext, container: Container): Network[] {
  return ctx.records.endpointsOf(container).flatMap(({ networkId }) => ctx.records.networks.get(networkId) ?? [])
}

/** Ports are the network's business, limits the runtime's: one change is of one of them. */
function alone({ ports = [], ...others }: ContainerUpdateInput): readonly PortInput[] {
  const other = Object.entries(others).find(([, value]) => value !== undefined)?.[0]
  if (other === undefined) return ports
  throw new PatchbayError(
    'invalid-parameter',
    sentence`ports are changed by themselves; change ${other} in a call of its own`,
    {
      field: other,
    },
  )
}

function updated(container: Container, { memoryBytes, pidsLimit, options = {} }: ContainerUpdateInput): Container {
  const merged: Container = {
    ...container,
    memoryBytes: memoryBytes ?? container.memoryBytes,
    pidsLimit: pidsLimit === undefined ? container.pidsLimit : pidsLimit,
    options: { ...container.options, ...options },
  }
  if (container.autoRemove && merged.options.restartPolicy.name !== 'no') {
    throw new PatchbayError(
      'conflict',
      sentence`restart policy cannot be updated because container ${container.name} is removed when it ends`,
      { field: 'restartPolicy' },
    )
  }
  checkRestartPolicy(merged.options.restartPolicy, false)
  return checkLimits(withSwap(merged))
}

/** Whether anything but the restart policy is another. */
function holdsOther(before: Container, after: Container): boolean {
  const limits = ({ memoryBytes, pidsLimit, options: { restartPolicy: _, ...options } }: Container) =>
    JSON.stringify([memoryBytes, pidsLimit, options])
  return limits(before) !== limits(after)
}
