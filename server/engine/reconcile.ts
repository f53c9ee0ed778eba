import { PatchbayError, toldBy } from '../cnm/errors'
import { isPredefined } from '../cnm/network'
import { sentence } from '../cnm/sentence'
import { renamesLive } from '../kernel/live-renames'
import { mendAll, mendSome } from '../plan/mend'
import { type KernelObject, keyOf } from '../plan/object'
import type { Plan } from '../plan/plan'
import { renderPlan } from '../plan/render'
import { isContradiction, isStranger } from '../plan/stranger'
import { perform } from './change'
import type { EngineContext } from './context'
import type { Change, RepairOptions } from './contract'
import { buildNetwork, groundOf } from './network-build'
import { planCreate } from './networks'

/** Brings the kernel to what the records say, with every other change held back. Nothing is recorded where nothing is amiss. */
export function reconcile(ctx: EngineContext, options: RepairOptions & Start): Promise<Change<{ steps: number }>> {
  const containers = [...ctx.records.containers.keys()].map((id) => `container:${id}`)
  const networks = [...ctx.records.networks.keys()].map((id) => `network:${id}`)
  return ctx.locks.run(['container names', ...containers], () =>
    ctx.locks.run(['pools', ...networks], () =>
      ctx.locks.run(['services'], () =>
        ctx.sandboxes.whilePaused(() => ctx.shared.whileHeld(() => repair(ctx, options))),
      ),
    ),
  )
}

/** A new daemon also takes what an unfinished change may have left on its links, which bears no mark. */
interface Start {
  readonly leftovers?: boolean
}

async function repair(ctx: EngineContext, options: RepairOptions & Start): Promise<Change<{ steps: number }>> {
  const plan = await driftPlan(ctx, options)
  const result = { steps: plan.steps.length }
  if (options.dryRun || plan.steps.length === 0)
    return { result, operation: null, commands: renderPlan(plan), interruptions: [] }
  const intent = { verb: 'host.reconcile' as const, subjects: [ctx.host.name], records: {}, actor: options.actor }
  const began = performance.now()
  const operation = await ctx.journal.begin({ ...intent, commands: renderPlan(plan) }, {})
  const failures = await applyWhatCanBe(ctx, plan)
  const error = failures.length === 0 ? {} : { error: joined(failures) }
  const status = failures.length === 0 ? 'done' : 'failed'
  const ended = await ctx.journal.end(operation, { status, durationMs: performance.now() - began, ...error })
  return { result, operation: ended, commands: ended.commands, interruptions: [] }
}

/** All that failed, as one error. */
function joined(failures: readonly unknown[]): PatchbayError {
  const told = failures.map(toldBy).reduce((before, one) => sentence`${before}; ${one}`)
  return new PatchbayError('system', told, { cause: new AggregateError(failures) })
}

/** The whole plan at once; where that fails, in halves, so that one thing in the way does not keep the rest broken. */
async function applyWhatCanBe(ctx: EngineContext, { steps }: Plan): Promise<unknown[]> {
  try {
    await ctx.kernel.apply({ steps })
    return []
  } catch (error) {
    if (steps.length === 1) return [error]
    const middle = Math.ceil(steps.length / 2)
    const before = await applyWhatCanBe(ctx, { steps: steps.slice(0, middle) })
    return [...before, ...(await applyWhatCanBe(ctx, { steps: steps.slice(middle) }))]
  }
}

/** The networks that are always there; made once, as Docker's. */
export async function ensurePredefinedNetworks(ctx: EngineContext): Promise<void> {
  const facts = await ctx.kernel.facts()
  const wanted = [
    {
      name: 'bridge',
      driver: 'bridge',
      options: {
        'com.docker.network.bridge.name': 'patchbay0',
        'com.docker.network.bridge.default_bridge': 'true',
        'com.docker.network.bridge.enable_icc': 'true',
        'com.docker.network.bridge.enable_ip_masquerade': 'true',
        'com.docker.network.bridge.host_binding_ipv4': '0.0.0.0',
        'com.docker.network.driver.mtu': '1500',
      },
    },
    { name: 'host', driver: 'host' },
    { name: 'none', driver: 'null' },
  ]
  for (const input of wanted) {
    if ([...ctx.records.networks.values()].some((network) => isPredefined(network) && network.name === input.name))
      continue
    await perform(
      ctx,
      planCreate(ctx, buildNetwork(ctx, input, ctx.drivers.get(input.driver), groundOf(ctx, facts), {}), 'patchbay'),
    )
  }
}

/** Everything that is wanted now, sandboxes made ahead included. */
export function wantedObjects(ctx: EngineContext): KernelObject[] {
  return [...ctx.description.everything(ctx.host.before(), ctx.sandboxes.list()), ...ctx.services.objects()]
}

async function driftPlan(ctx: EngineContext, { keys, leftovers = false }: RepairOptions & Start): Promise<Plan> {
  const wanted = wantedObjects(ctx)
  const present = await ctx.kernel.observe(wanted)
  if (keys !== undefined) return mendSome(wanted, present, new Set(keys), renamesLive())
  const stays = leftovers ? isContradiction : isStranger
  const plan = mendAll(wanted, present, { isLive: renamesLive(), stays })
  if (!leftovers || plan.steps.length <= mostAtStart) return plan
  const asked = new Set(wanted.map(keyOf))
  return mendAll(wanted, present, { isLive: renamesLive(), stays: (object) => !asked.has(keyOf(object)) })
}

/** Where more than this is amiss at a start, what nobody wants stays until a person has it taken away: it may take minutes. */
const mostAtStart = 1_000
