import { familyOf } from '../cnm/address'
import { getCidr, overlaps, parseCidr } from '../cnm/cidr'
import { PatchbayError } from '../cnm/errors'
import type { HostPlace } from '../cnm/host-place'
import { checkNetworkName, shown } from '../cnm/names'
import { isPredefined, type Network } from '../cnm/network'
import { type Sentence, sentence } from '../cnm/sentence'
import type { Driver } from '../drivers/contract'
import { collisionsOf } from '../ipam/collisions'
import type { HostFacts, Ipv6Facts } from '../kernel/contract'
import { diff } from '../plan/diff'
import type { KernelObject } from '../plan/object'
import { type PlannedChange, perform, preview } from './change'
import type { EngineContext } from './context'
import type { Change, ChangeOptions, NetworkCreateInput } from './contract'
import { givenPools } from './given-pools'
import { onIpv6Ground, readIpv6 } from './ipv6-ground'
import { buildConfigNetwork, buildNetwork, checkDriver, checkIpam, groundOf, type NetworkGround } from './network-build'
import { checkPlace, placed } from './network-place'
import { checkNetworkPolicy, parsePolicy } from './policy-input'
import { withPolicyOptions } from './policy-text'

export class ActiveEndpointsError extends PatchbayError {
  constructor(network: Network, containers: readonly string[]) {
    super(
      'conflict',
      sentence`network ${network.name} is in use by ${containers}; disconnect ${containers.length === 1 ? sentence`it` : sentence`them`} first`,
      { reason: 'network-in-use', data: { network: network.name, id: network.id, containers } },
    )
  }
}

export async function createNetwork(
  ctx: EngineContext,
  typed: NetworkCreateInput,
  options: ChangeOptions,
): Promise<Change<Network>> {
  const name = checkNetworkName(typed.name)
  checkScope(typed)
  const raw = withPolicyOptions(typed)
  if (raw.configOnly) return createConfigNetwork(ctx, { ...raw, name }, options)
  const driver = ctx.drivers.get(raw.driver || 'bridge')
  return ctx.locks.run(['pools'], async () => {
    const input = { ...raw, ...inherited(ctx, raw), name }
    checkDriver(driver, input)
    checkIpam(driver, input)
    checkNameIsFree(ctx, name)
    const facts = await ctx.kernel.facts()
    const ipv6 = input.ipv6 === true ? await readIpv6(ctx, name) : undefined
    const ground = groundOf(ctx, facts, ipv6)
    const places = await placesMet(ctx, input, ground)
    const built = buildNetwork(ctx, input, driver, { ...ground, places }, options)
    const network = await withPolicy(ctx, await placed(ctx, driver, built, facts), input)
    checkDevice(ctx, driver, network, facts)
    checkBridgedTraffic(driver, network, facts, ipv6?.facts)
    await checkPlace(ctx, driver, network)
    const change = await onIpv6Ground(ctx, network.ipv6 ? ipv6?.facts : undefined, options, (objects) =>
      finishCreate(ctx, planCreate(ctx, network, options.actor, objects), options),
    )
    const warnings = warningsOf(driver, network, places)
    return warnings.length > 0 ? { ...change, warnings } : change
  })
}

async function withPolicy(
  ctx: EngineContext,
  network: Network,
  { policy: raw }: Pick<NetworkCreateInput, 'policy'>,
): Promise<Network> {
  const policy = raw && parsePolicy(ctx, raw, network)
  if (!policy) return network
  await checkNetworkPolicy(ctx, network, policy)
  return { ...network, policy }
}

/** Where the host leads elsewhere; read only where a subnet that is asked for meets something of the host's. */
async function placesMet(
  ctx: EngineContext,
  input: NetworkCreateInput,
  { routed, nameservers }: NetworkGround,
): Promise<readonly HostPlace[]> {
  const asked = givenPools(input).flatMap(({ subnet }) => parseCidr(subnet ?? '') ?? [])
  if (asked.length === 0) return []
  const others = [...routed, ...nameservers.map((address) => `${address}/32`)]
  return others.some((subnet) => asked.some((one) => overlaps(getCidr(subnet), one))) ? ctx.kernel.ground() : []
}

/** What of the host's lies where its subnets do, and was no reason to refuse it. */
function warningsOf(driver: Driver, network: Network, places: readonly HostPlace[]): Sentence[] {
  const own = [driver.bridgeName?.(network), driver.parentName?.(network)]
  const subnets = network.pools.filter(({ subnet }) => network[familyOf(subnet)]).map(({ subnet }) => subnet)
  return collisionsOf(subnets, places, (link) => own.includes(link))
}

export async function removeNetwork(
  ctx: EngineContext,
  reference: string,
  options: ChangeOptions,
): Promise<Change<Network>> {
  const { id } = ctx.records.getNetwork(reference)
  return ctx.locks.run(['pools', `network:${id}`], async () => {
    const network = ctx.records.getNetwork(id)
    checkRemovable(ctx, network)
    const idle = ctx.records.endpointsOn(network)
    const change: PlannedChange<Network> = {
      result: network,
      intent: { verb: 'network.remove', subjects: [network.name], records: { networkId: id }, actor: options.actor },
      plan: diff([], ctx.description.network(network, ctx.records.networks.values())),
      after: { removeNetworks: [id], removeEndpoints: idle.map((endpoint) => endpoint.id) },
    }
    return options.dryRun ? preview(ctx, change) : perform(ctx, change)
  })
}

/** `ground`: what the host needs before the network's own objects. */
export function planCreate(
  ctx: EngineContext,
  network: Network,
  actor: string,
  ground: readonly KernelObject[] = [],
): PlannedChange<Network> {
  const own = ctx.description.network(network, ctx.records.networks.values())
  return {
    result: network,
    intent: { verb: 'network.create', subjects: [network.name], records: { networkId: network.id }, actor },
    plan: diff([...ground, ...own], []),
    before: { addNetworks: [network] },
    undo: { removeNetworks: [network.id] },
  }
}

function finishCreate(
  ctx: EngineContext,
  change: PlannedChange<Network>,
  options: ChangeOptions,
): Promise<Change<Network>> | Change<Network> {
  return options.dryRun ? preview(ctx, change) : perform(ctx, change)
}

async function createConfigNetwork(
  ctx: EngineContext,
  input: NetworkCreateInput,
  options: ChangeOptions,
): Promise<Change<Network>> {
  if (input.internal || input.attachable || input.configFrom) {
    throw new PatchbayError(
      'forbidden',
      sentence`network ${input.name} only keeps a configuration: it cannot be internal or attachable, or take one from another`,
      { field: 'configOnly' },
    )
  }
  checkIpam(undefined, input)
  return ctx.locks.run(['pools'], async () => {
    checkNameIsFree(ctx, input.name)
    const network = await withPolicy(ctx, buildConfigNetwork(ctx, input, options), input)
    return finishCreate(ctx, planCreate(ctx, network, options.actor), options)
  })
}

/** The configuration of the network that this one names; nothing of it may be given besides. */
function inherited(ctx: EngineContext, input: NetworkCreateInput): Partial<NetworkCreateInput> {
  if (!input.configFrom) return {}
  const source = ctx.records.networks.named(input.configFrom)
  if (!source?.configOnly) {
    throw new PatchbayError(
      'not-found',
      sentence`configuration-only network ${shown(input.configFrom)} does not exist`,
      {
        ...{ field: 'configFrom', reason: 'config-network-not-found', data: { name: input.configFrom } },
      },
    )
  }
  const isGiven = [input.options, input.labels, input.ipamOptions].some((table) => Object.keys(table ?? {}).length > 0)
  if (isGiven || givenPools(input).length > 0 || input.ipv6 || (input.ipamDriver && input.ipamDriver !== 'default')) {
    throw new PatchbayError(
      'forbidden',
      sentence`network ${input.name} takes its configuration from ${source.name}: pools, IPv6, options and labels cannot be given besides`,
      { field: 'configFrom' },
    )
  }
  const { ipv4, ipv6, ipamDriver, ipamOptions, options, labels, pools } = source
  return { ipv4, ipv6, ipamDriver, ipamOptions, options, labels, pools: [...pools] }
}

function checkScope({ name, scope, ingress }: NetworkCreateInput): void {
  if (ingress) {
    throw new PatchbayError(
      'forbidden',
      sentence`network ${name} cannot be the ingress network: that belongs to a swarm, and networks of Patchbay are local`,
      { field: 'ingress' },
    )
  }
  if (!scope || scope === 'local') return
  throw new PatchbayError(
    scope === 'swarm' || scope === 'global' ? 'forbidden' : 'invalid-parameter',
    sentence`network ${name} cannot have scope ${shown(scope)}: networks of Patchbay are local to this host`,
    { field: 'scope' },
  )
}

export function checkNameIsFree(ctx: EngineContext, name: string): void {
  checkNameIsNotPredefined(name)
  const holder = ctx.records.networks.named(name)
  if (!holder) return
  throw new PatchbayError('conflict', sentence`network with name ${name} already exists; choose another name`, {
    field: 'name',
    reason: 'network-name-taken',
    data: { name, id: holder.id },
  })
}

/** Docker's command line takes "default" for the network bridge. */
function checkNameIsNotPredefined(name: string): void {
  if (!isPredefined({ name }) && name !== 'default') return
  throw new PatchbayError(
    'forbidden',
    sentence`network name ${name} is kept for a predefined network; choose another name`,
    {
      ...{ field: 'name', reason: 'network-name-predefined', data: { name } },
    },
  )
}

function checkDevice(ctx: EngineContext, driver: Driver, network: Network, facts: HostFacts): void {
  const device = driver.bridgeName?.(network)
  if (network.adopted || device === undefined || !facts.hasLink(device)) return
  const holder = [...ctx.records.networks.values()].find((other) => driver.bridgeName?.(other) === device)
  const owner = holder ? sentence`network ${holder.name}` : sentence`this host`
  throw new PatchbayError(
    'conflict',
    sentence`device ${device} already exists, made by ${owner}; choose another bridge name`,
    {
      field: 'options',
      ...(holder ? { reason: 'bridge-name-taken' } : {}),
      data: { id: network.id, device, holder: holder?.id },
    },
  )
}

export function checkBridgedTraffic(
  driver: Driver,
  network: Network,
  facts: HostFacts,
  ipv6: Ipv6Facts | undefined,
): void {
  const isMissing = facts.bridgedTraffic === null || ipv6?.bridgedTraffic === null
  if (!isMissing || !driver.filtersBridgedTraffic?.(network)) return
  throw new PatchbayError(
    'unavailable',
    sentence`network ${network.name} keeps its containers apart, and this kernel has no br_netfilter loaded; run modprobe br_netfilter first`,
    { field: 'options' },
  )
}

function checkRemovable(ctx: EngineContext, network: Network): void {
  if (isPredefined(network)) {
    throw new PatchbayError('forbidden', sentence`${network.name} is a pre-defined network and cannot be removed`)
  }
  const takers = [...ctx.records.networks.values()].filter(({ configFrom }) => configFrom === network.name)
  if (network.configOnly && takers.length > 0) {
    const names = takers.map(({ name }) => name).join(', ')
    throw new PatchbayError(
      'forbidden',
      sentence`configuration-only network ${network.name} is in use by ${names}; remove what was made from it first`,
      { reason: 'config-network-in-use', data: { name: network.name } },
    )
  }
  const [service] = ctx.records.servicesOn(network)
  if (service) {
    throw new PatchbayError(
      'conflict',
      sentence`network ${network.name} has service ${service.name}; remove that first`,
    )
  }
  const users = ctx.records
    .endpointsOn(network)
    .filter((endpoint) => endpoint.assigned)
    .map((endpoint) => ctx.records.containers.get(endpoint.containerId)?.name ?? endpoint.id)
  if (users.length > 0) throw new ActiveEndpointsError(network, users)
}
