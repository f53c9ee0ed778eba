import type { AwaitedNetwork, Container } from '../cnm/container'
import type { Endpoint } from '../cnm/endpoint'
import { PatchbayError } from '../cnm/errors'
import { sentence } from '../cnm/sentence'
import { networkOwnerOf } from '../cnm/shared-network'
import type { EngineContext } from './context'
import type { ChangeOptions, ConnectInput, ContainerCreateInput } from './contract'
import { checkShaping } from './endpoint-shaping'
import { buildEndpoint, checkCompany } from './endpoints'

type Join = Omit<ConnectInput, 'container'>

/**
 * The endpoints of a container that is being made: one for each of its networks, the one of its
 * network mode first. Networks that are not there are an error, or, where the input is lenient,
 * awaited by the container.
 */
export function buildJoins(
  ctx: EngineContext,
  container: Container,
  input: ContainerCreateInput,
  options: Pick<ChangeOptions, 'dryRun'>,
): { container: Container; endpoints: Endpoint[] } {
  if (networkOwnerOf(container) !== undefined) return { container, endpoints: [] }
  const joins = [firstJoin(input), ...(input.joins ?? [])]
  const isThere = ({ network }: Join) => !input.lenient || ctx.records.findNetwork(network) !== undefined
  const endpoints = buildEndpoints(ctx, container, joins.filter(isThere), [], {
    ...options,
    mayBeHeld: input.lenient ?? false,
  })
  const awaitedNetworks = joins.filter((join) => !isThere(join)).map(awaited)
  return { container: { ...container, options: { ...container.options, awaitedNetworks } }, endpoints }
}

/** Joins a container that starts to the networks that were not there when it was made. Throws where one is still missing. */
export async function joinAwaited(ctx: EngineContext, container: Container): Promise<Container> {
  const { awaitedNetworks } = container.options
  if (awaitedNetworks.length === 0) return container
  const joins = awaitedNetworks.map(({ network, settings }): Join => ({ ...settings, network }))
  const missing = joins.find(({ network }) => ctx.records.findNetwork(network) === undefined)
  if (missing)
    throw new PatchbayError('not-found', sentence`network ${missing.network} not found`, { field: 'network' })
  const putEndpoints = buildEndpoints(ctx, container, joins, ctx.records.endpointsOf(container), {})
  const whole = { ...container, options: { ...container.options, awaitedNetworks: [] } }
  await ctx.journal.write({ putContainers: [whole], putEndpoints })
  return whole
}

function buildEndpoints(
  ctx: EngineContext,
  container: Container,
  joins: readonly Join[],
  present: readonly Endpoint[],
  options: Parameters<typeof buildEndpoint>[4],
): Endpoint[] {
  const endpoints: Endpoint[] = []
  for (const join of joins) {
    const network = ctx.records.getNetwork(join.network)
    const others = [...present, ...endpoints]
    if (others.some(({ networkId }) => networkId === network.id)) {
      throw new PatchbayError(
        'conflict',
        sentence`network ${network.name} is given twice for container ${container.name}`,
        {
          field: 'network',
        },
      )
    }
    if (others.length > 0) checkCompany(ctx, container, network, others)
    const endpoint = buildEndpoint(ctx, network, container, join, options)
    // Interfaces are numbered by age.
    endpoints.push({ ...endpoint, createdAt: new Date(endpoint.createdAt.getTime() + endpoints.length) })
  }
  return endpoints
}

/** Throws where what is asked of the cables cannot be had. */
export async function checkJoins(ctx: EngineContext, input: ContainerCreateInput): Promise<void> {
  for (const join of [firstJoin(input), ...(input.joins ?? [])]) {
    const network = ctx.records.findNetwork(join.network)
    if (network) await checkShaping(ctx, network, join)
  }
}

function firstJoin(input: ContainerCreateInput): Join {
  const { ipv4Address, ipv6Address, linkLocalIps, macAddress, aliases, links, gwPriority, driverOpts, shaping } = input
  const asked = { ipv4Address, ipv6Address, linkLocalIps, macAddress, aliases, links, gwPriority, driverOpts, shaping }
  const given = Object.entries(asked).filter(([, value]) => value !== undefined)
  return { network: input.network ?? 'bridge', ...Object.fromEntries(given) }
}

function awaited({ network, ...settings }: Join): AwaitedNetwork {
  return { network, settings }
}
