import { isDeepStrictEqual } from 'node:util'
import type { Container } from '../cnm/container'
import type { Endpoint } from '../cnm/endpoint'
import type { Network } from '../cnm/network'
import { networkOwnerOf } from '../cnm/shared-network'
import { diff } from '../plan/diff'
import type { KernelObject } from '../plan/object'
import type { RecordChange } from '../store/contract'
import { chooseGateway, orderedEndpoints, reassign } from './assign'
import { type PlannedChange, perform, preview } from './change'
import type { EngineContext } from './context'
import type { Change, ChangeOptions } from './contract'
import { Description } from './describe'
import { containerFiles, tellLinked } from './files'
import { interruptionsOf } from './interruptions'
import type { Intent } from './operations'
import { choosePorts, keepsPorts } from './ports'
import { Records } from './records'

/** A change of what is there, as records: what follows from it for those that run is worked out here. */
export interface Edit<Result> extends Pick<Intent, 'verb' | 'subjects' | 'records'> {
  /** As they will be. */
  readonly networks?: readonly Network[]
  readonly endpoints?: readonly Endpoint[]
  readonly containers?: readonly Container[]
  /** What the host needs besides, and does not have yet. */
  readonly ground?: readonly KernelObject[]
  /** Whose endpoints may become others by it; those that run keep what they can. */
  readonly touched: readonly Container[]
  /** The result, out of the records as they will be. */
  readonly result: (records: Records) => Result
}

/**
 * Carries a change of records out in place: the description of before against the one of after is the plan. Recorded with
 * the intent, so that a new daemon finishes it.
 */
export async function edit<Result>(
  ctx: EngineContext,
  wanted: Edit<Result>,
  options: ChangeOptions,
): Promise<Change<Result>> {
  const change = await planEdit(ctx, wanted, options)
  return options.dryRun ? preview(ctx, change) : perform(ctx, change)
}

async function planEdit<Result>(
  ctx: EngineContext,
  { networks = [], endpoints = [], containers = [], ground = [], touched, result, ...intent }: Edit<Result>,
  { actor, dryRun }: ChangeOptions,
): Promise<PlannedChange<Result>> {
  // Others change other records meanwhile: what this changes is what differs from how they were when it began.
  const now = foresee(ctx, {})
  const then = foresee(ctx, { putNetworks: networks, putEndpoints: endpoints, putContainers: containers })
  for (const { id } of touched) await settle(ctx, then, id, !dryRun)
  const scope = { networks, containers: touched }
  const plan = diff([...ground, ...describeScope(then, scope)], describeScope(ctx, scope))
  return {
    result: result(then.records),
    intent: { ...intent, actor },
    plan,
    before: difference(then.records, now.records),
    undo: difference(now.records, then.records),
    alongside: () => writeFiles(ctx, touched),
    interruptions: interruptionsOf(now.records, then.records, scope, plan),
  }
}

/** The engine as it will be once records have changed: to ask, never to change anything with. */
export function foresee(ctx: EngineContext, change: RecordChange): EngineContext {
  const records = Records.copyOf(ctx.records)
  records.apply(change)
  return { ...ctx, records, description: new Description(records, ctx.drivers, ctx.description.features) }
}

/** Addresses, default route and published ports of a container under the records that will be. */
async function settle(ctx: EngineContext, then: EngineContext, id: Container['id'], forReal: boolean): Promise<void> {
  const container = then.records.containers.get(id)
  if (!container?.sandbox || networkOwnerOf(container) !== undefined) return
  for (const endpoint of orderedEndpoints(then, container)) {
    if (isOther(ctx, then, endpoint)) then.records.apply({ putEndpoints: [reassign(then, endpoint)] })
  }
  const endpoints = chooseGateway(then, orderedEndpoints(then, container))
  then.records.apply({ putEndpoints: endpoints })
  if (keepsPorts(ctx, then, id)) return
  const published = await choosePorts(then, container, endpoints, forReal, container.published)
  then.records.apply({ putContainers: [{ ...container, published }] })
}

/** Something that an endpoint's assignment follows from is another. */
function isOther(ctx: EngineContext, then: EngineContext, endpoint: Endpoint): boolean {
  const grounds = ({ records }: EngineContext) => {
    const { pools, ipv4, ipv6, internal } = records.networks.get(endpoint.networkId) ?? {}
    return [records.endpoints.get(endpoint.id)?.requested, pools, ipv4, ipv6, internal]
  }
  return !isDeepStrictEqual(grounds(ctx), grounds(then))
}

interface Scope {
  readonly networks: readonly Pick<Network, 'id'>[]
  readonly containers: readonly Pick<Container, 'id'>[]
}

/** All that these have in the kernel, by the records of the one who is asked. */
function describeScope(ctx: EngineContext, { networks, containers }: Scope): KernelObject[] {
  const { records, description } = ctx
  return [
    ...networks.flatMap(({ id }) => {
      const network = records.networks.get(id)
      return network ? [...description.network(network, records.networks.values()), ...ctx.services.objects(id)] : []
    }),
    ...containers.flatMap(({ id }) => {
      const container = records.containers.get(id)
      return container ? description.container(container, orderedEndpoints(ctx, container)) : []
    }),
  ]
}

/** What has to be put where `from` is known, so that it is as `to`. */
function difference(to: Records, from: Records): RecordChange {
  const changed = <Item extends { id: string }>(items: ReadonlyMap<string, Item>, known: ReadonlyMap<string, Item>) =>
    [...items.values()].filter((item) => known.get(item.id) !== item && !isDeepStrictEqual(known.get(item.id), item))
  return {
    putNetworks: changed(to.networks, from.networks),
    putContainers: changed(to.containers, from.containers),
    putEndpoints: changed(to.endpoints, from.endpoints),
  }
}

/** Of those that run, and of those that know them by their files. */
export async function writeFiles(ctx: EngineContext, touched: readonly Pick<Container, 'id'>[]): Promise<void> {
  for (const { id } of touched) {
    const container = ctx.records.containers.get(id)
    if (!container?.sandbox || networkOwnerOf(container) !== undefined) continue
    await ctx.runtime.writeFiles(id, containerFiles(ctx, container, orderedEndpoints(ctx, container)))
    await tellLinked(ctx, container)
  }
}
