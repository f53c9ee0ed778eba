import { isDeepStrictEqual } from 'node:util'
import type { Container } from '../cnm/container'
import type { Endpoint } from '../cnm/endpoint'
import { PatchbayError } from '../cnm/errors'
import type { EndpointId } from '../cnm/ids'
import { shown } from '../cnm/names'
import type { Network } from '../cnm/network'
import type { Reason } from '../cnm/reasons'
import { type Said, sentence } from '../cnm/sentence'
import { networkOwnerOf } from '../cnm/shared-network'
import { diff } from '../plan/diff'
import { assignEndpoints, chooseGateway, holdersOf, orderedEndpoints } from './assign'
import { type PlannedChange, perform } from './change'
import type { EngineContext } from './context'
import type { Change, ChangeOptions, ConnectInput, ConnectOptions, EndpointInput } from './contract'
import { checkIsReal, parseRequest } from './endpoint-request'
import { checkShaping, shapingOf } from './endpoint-shaping'
import { containerFiles } from './files'
import { foretell, withPortWarnings } from './foretell'
import { followLeases } from './leases'
import { checkSeen } from './policy-input'
import { choosePorts, closedWithout, opensWay, publishes } from './ports'

export async function connect(
  ctx: EngineContext,
  input: ConnectInput,
  options: ConnectOptions,
): Promise<Change<Endpoint>> {
  checkForesight(options)
  const containerId = ctx.records.getContainer(input.container).id
  const networkId = ctx.records.getNetwork(input.network).id
  return ctx.locks.run([`container:${containerId}`], () =>
    ctx.locks.run([`network:${networkId}`, ...portKeys(ctx.records.getContainer(containerId))], async () => {
      const container = ctx.records.getContainer(containerId)
      const network = ctx.records.getNetwork(networkId)
      checkJoinable(ctx, container, network)
      await checkShaping(ctx, network, input)
      const endpoint = buildEndpoint(ctx, network, container, input, options)
      const change = await planJoin(ctx, container, network, endpoint, options)
      if (options.dryRun) return foretell(ctx, container, change, leftBy(ctx, container, options))
      const done = await perform(ctx, change)
      const whole = container.sandbox && network.ipamDriver === 'dhcp' ? await withLease(ctx, done, options) : done
      return withPortWarnings(ctx, containerId, whole)
    }),
  )
}

/** A move is foretold as one change, and made as two, so that the container is on one of the networks all the time. */
function checkForesight({ dryRun, leaving }: ConnectOptions): void {
  if (leaving === undefined || dryRun) return
  throw new PatchbayError(
    'invalid-parameter',
    sentence`network ${shown(leaving)} is left by disconnect, once the container is connected; leaving is only foretold, with dryRun`,
    { field: 'leaving' },
  )
}

/** The address that a DHCP server has given; where it cannot be used, the container is taken off the network again. */
async function withLease(
  ctx: EngineContext,
  done: Change<Endpoint>,
  { actor }: ChangeOptions,
): Promise<Change<Endpoint>> {
  const { containerId, networkId, id } = done.result
  try {
    await followLeases(ctx, containerId)
  } catch (error) {
    const [container, network] = [ctx.records.getContainer(containerId), ctx.records.getNetwork(networkId)]
    await perform(ctx, planLeave(ctx, container, network, actor))
    throw error
  }
  return { ...done, result: ctx.records.endpoints.get(id) ?? done.result }
}

export async function disconnect(
  ctx: EngineContext,
  input: { network: string; container: string },
  options: ChangeOptions,
): Promise<Change<Endpoint>> {
  const containerId = ctx.records.getContainer(input.container).id
  const networkId = ctx.records.getNetwork(input.network).id
  return ctx.locks.run([`container:${containerId}`], () =>
    ctx.locks.run([`network:${networkId}`], async () => {
      const container = ctx.records.getContainer(containerId)
      const network = ctx.records.getNetwork(networkId)
      const change = planLeave(ctx, container, network, options.actor)
      if (options.dryRun) return foretell(ctx, container, change)
      return ctx.services.whileLeaving(container, () => perform(ctx, change))
    }),
  )
}

interface BuildOptions extends Pick<ChangeOptions, 'dryRun'> {
  /** An address that another holds now may be free when the container starts. */
  readonly mayBeHeld?: boolean
}

/** A new endpoint's record, every value checked; nothing assigned yet. */
export function buildEndpoint(
  ctx: EngineContext,
  network: Network,
  container: Pick<Container, 'id' | 'name' | 'policy'>,
  input: EndpointInput,
  options: BuildOptions,
): Endpoint {
  checkSeen(ctx, container, network)
  const holders = () => (options.mayBeHeld ? new Map() : holdersOf(ctx, network))
  const requested = parseRequest(ctx, network, container, input, holders)
  const shaping = shapingOf(input)
  return {
    ...(shaping ? { shaping } : {}),
    id: ctx.planned.take<EndpointId>(`endpoint ${network.id} ${container.name}`, !options.dryRun),
    networkId: network.id,
    containerId: container.id,
    requested,
    assigned: null,
    createdAt: new Date(),
  }
}

/** Rewrites a running container's hosts and resolv.conf for these endpoints. */
async function writeFiles(ctx: EngineContext, container: Container, endpoints: readonly Endpoint[]): Promise<void> {
  if (container.sandbox) await ctx.runtime.writeFiles(container.id, containerFiles(ctx, container, endpoints))
}

/** Writes the files for the endpoints that will be; when called again, for those that were. */
function filesFor(
  ctx: EngineContext,
  container: Container,
  wanted: readonly Endpoint[],
  present: readonly Endpoint[],
): () => Promise<void> {
  const turns = [wanted, present]
  return () => writeFiles(ctx, container, turns.shift() ?? present)
}

/** Those that are not as they were. */
function changedOf(after: readonly Endpoint[], before: readonly Endpoint[]): Endpoint[] {
  return after.filter((endpoint) => {
    const old = before.find(({ id }) => id === endpoint.id)
    return !isDeepStrictEqual(old, endpoint)
  })
}

/** Only a container that runs can be given ports by a new way out. */
function portKeys(container: Container): string[] {
  return container.sandbox && publishes(container) ? ['ports'] : []
}

async function planJoin(
  ctx: EngineContext,
  container: Container,
  network: Network,
  endpoint: Endpoint,
  { actor, dryRun, leaving }: ConnectOptions,
): Promise<PlannedChange<Endpoint>> {
  const present = orderedEndpoints(ctx, container)
  const added = container.sandbox ? assignEndpoints(ctx, [...present, endpoint]) : [...present, endpoint]
  const joined = dryRun && leaving !== undefined ? leftBehind(ctx, added, leaving) : added
  const isOpening = portKeys(container).length > 0 && opensWay(ctx, container, joined)
  const published = isOpening
    ? await choosePorts(ctx, container, joined, !dryRun, container.published)
    : container.published
  const opened = { ...container, published }
  return {
    result: joined.find(({ id }) => id === endpoint.id) ?? endpoint,
    intent: {
      verb: 'network.connect',
      subjects: [container.name, network.name],
      records: { endpointId: endpoint.id, containerId: container.id, networkId: network.id },
      actor,
    },
    plan: diff(ctx.description.container(opened, joined), ctx.description.container(container, present)),
    before: { putEndpoints: changedOf(joined, present), ...(isOpening ? { putContainers: [opened] } : {}) },
    undo: {
      removeEndpoints: [endpoint.id],
      putEndpoints: changedOf(present, joined),
      ...(isOpening ? { putContainers: [container] } : {}),
    },
    alongside: filesFor(ctx, container, joined, present),
  }
}

/** The endpoint that is given up where a cable is moved. */
function leftBy({ records }: EngineContext, container: Container, { leaving }: ConnectOptions): Endpoint | undefined {
  return leaving === undefined ? undefined : records.findEndpoint(records.getNetwork(leaving), container)
}

/** Those that stay when a cable has been moved from a network, and who of them leads out. */
function leftBehind(ctx: EngineContext, endpoints: readonly Endpoint[], leaving: string): readonly Endpoint[] {
  const { id } = ctx.records.getNetwork(leaving)
  return chooseGateway(
    ctx,
    endpoints.filter(({ networkId }) => networkId !== id),
  )
}

function planLeave(ctx: EngineContext, container: Container, network: Network, actor: string): PlannedChange<Endpoint> {
  const present = orderedEndpoints(ctx, container)
  const endpoint = present.find(({ networkId }) => networkId === network.id)
  if (!endpoint) {
    throw new PatchbayError(
      'conflict',
      sentence`container ${container.name} is not connected to network ${network.name}`,
      {
        ...{ reason: 'not-connected', data: { container: container.id, network: network.name } },
      },
    )
  }
  if (!ctx.drivers.get(network.driver).hasInterfaces && network.driver === 'host') {
    throw new PatchbayError(
      'forbidden',
      sentence`container ${container.name} cannot be disconnected from the host's network; make it anew on another`,
      { reason: 'network-of-the-host' },
    )
  }
  const left = chooseGateway(
    ctx,
    present.filter(({ id }) => id !== endpoint.id),
  )
  return {
    result: endpoint,
    intent: {
      verb: 'network.disconnect',
      subjects: [container.name, network.name],
      records: { endpointId: endpoint.id, containerId: container.id, networkId: network.id },
      actor,
    },
    plan: diff(ctx.description.container(container, left), ctx.description.container(container, present)),
    after: {
      removeEndpoints: [endpoint.id],
      putEndpoints: changedOf(left, present),
      putContainers: closedWithout(ctx, left, container),
    },
    alongside: filesFor(ctx, container, left, present),
  }
}

function checkJoinable(ctx: EngineContext, container: Container, network: Network): void {
  if (networkOwnerOf(container) !== undefined) {
    throw forbidden(
      sentence`container sharing network namespace with another container or host cannot be connected to any other network`,
      'network-shared',
    )
  }
  if (ctx.records.findEndpoint(network, container)) {
    throw new PatchbayError(
      'conflict',
      sentence`container ${container.name} is already connected to network ${network.name}`,
      {
        ...{ field: 'network', reason: 'already-connected' },
        data: { container: container.name, network: network.name },
      },
    )
  }
  checkCompany(ctx, container, network, ctx.records.endpointsOf(container))
}

/** The host's network and none are for those that are on no other. */
export function checkCompany(
  ctx: EngineContext,
  container: Pick<Container, 'name'>,
  network: Network,
  others: readonly Endpoint[],
): void {
  checkIsReal(network)
  const modes = others.flatMap((endpoint) => ctx.records.networks.get(endpoint.networkId)?.driver ?? [])
  if (network.driver === 'host' || modes.includes('host')) {
    throw forbidden(
      sentence`container ${container.name} cannot be connected to network ${network.name}: the host's network is shared whole or not at all`,
      network.driver === 'host' ? 'network-of-the-host' : 'network-shared',
    )
  }
  if (network.driver === 'null' || modes.includes('null')) {
    throw forbidden(
      sentence`container ${container.name} cannot be on network none and on another; disconnect it from ${network.driver === 'null' ? sentence`the others` : 'none'} first`,
      'network-none',
    )
  }
}

function forbidden(message: Said, reason: Reason): PatchbayError {
  return new PatchbayError('forbidden', message, { field: 'network', reason })
}
