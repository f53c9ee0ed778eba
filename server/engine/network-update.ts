import { PatchbayError } from '../cnm/errors'
import type { NetworkId } from '../cnm/ids'
import type { Network } from '../cnm/network'
import type { EngineContext } from './context'
import type { Change, ChangeOptions, NetworkNamesInput, NetworkUpdateInput } from './contract'
import { edit } from './edit'
import { checkStaysInside, namesFor } from './network-names'

/** Changes a network in place; the containers on it keep what the change does not concern. */
export async function updateNetwork(
  ctx: EngineContext,
  reference: string,
  input: NetworkUpdateInput,
  options: ChangeOptions,
): Promise<Change<Network>> {
  const { id } = ctx.records.getNetwork(reference)
  return withAllOn(ctx, id, async () => {
    const network = ctx.records.getNetwork(id)
    checkChangeable(network)
    const updated = await changed(ctx, network, input)
    return edit(
      ctx,
      {
        verb: 'network.update',
        subjects: [updated.name],
        records: { networkId: id },
        networks: [updated],
        touched: containersOn(ctx, id).flatMap((containerId) => ctx.records.containers.get(containerId) ?? []),
        result: (records) => records.getNetwork(id),
      },
      options,
    )
  })
}

type Part<Value> = (ctx: EngineContext, network: Network, value: Value) => Partial<Network> | Promise<Partial<Network>>

/** What each field of the input makes of a network, its value checked. They run in this order, each on what the last one gave. */
const parts: { readonly [Field in keyof NetworkUpdateInput]-?: Part<NonNullable<NetworkUpdateInput[Field]>> } = {
  labels: (_, __, labels) => ({ labels }),
  // Last, for it depends on what the network is then.
  names: (_, network, names) => ({ names: namesFor(network, { ...listed(network.names), ...names }) }),
}

async function changed(ctx: EngineContext, network: Network, input: NetworkUpdateInput): Promise<Network> {
  let updated = network
  for (const [field, part] of Object.entries(parts)) {
    const value = input[field as keyof NetworkUpdateInput]
    if (value !== undefined) updated = { ...updated, ...(await (part as Part<unknown>)(ctx, updated, value)) }
  }
  checkStaysInside(updated, updated.names)
  return updated
}

function listed({ upstreams, records }: Network['names']): NetworkNamesInput {
  return { upstreams: [...upstreams], records: [...records] }
}

/** With everybody on the network held back. Who has joined while this waited is waited for, too. */
async function withAllOn<Result>(ctx: EngineContext, id: NetworkId, change: () => Promise<Result>): Promise<Result> {
  const known = containersOn(ctx, id)
  const outcome = await ctx.locks.run(
    known.map((containerId) => `container:${containerId}`),
    () =>
      ctx.locks.run(['pools', 'ports', `network:${id}`], async () => {
        const isWhole = containersOn(ctx, id).every((containerId) => known.includes(containerId))
        return isWhole ? { result: await change() } : undefined
      }),
  )
  return outcome ? outcome.result : withAllOn(ctx, id, change)
}

function containersOn(ctx: EngineContext, id: NetworkId) {
  return ctx.records.endpointsOn({ id }).map(({ containerId }) => containerId)
}

function checkChangeable(network: Network): void {
  if (network.name !== 'host' && network.name !== 'none') return
  throw new PatchbayError('forbidden', `${network.name} is a pre-defined network and cannot be changed`)
}
