import { PatchbayError } from '../cnm/errors'
import type { NetworkId } from '../cnm/ids'
import { checkNetworkName, shown } from '../cnm/names'
import { type AddressPool, isPredefined, type Network } from '../cnm/network'
import type { Driver } from '../drivers/contract'
import { parsePool } from '../ipam/network-pool'
import { checkOverlap, pickSubnet, type TakenSubnet } from '../ipam/pools'
import type { HostFacts } from '../kernel/contract'
import { diff } from '../plan/diff'
import { type PlannedChange, perform, preview } from './change'
import type { EngineContext } from './context'
import type { Change, ChangeOptions, NetworkCreateInput } from './contract'
import { checkPlace, placed } from './network-place'

const colours = 10

export class ActiveEndpointsError extends PatchbayError {
  constructor(network: Network, containers: readonly string[]) {
    super(
      'conflict',
      `network ${network.name} is in use by ${containers.join(', ')}; disconnect ${containers.length === 1 ? 'it' : 'them'} first`,
      { reason: 'network-in-use', data: { network: network.name, id: network.id, containers } },
    )
  }
}

export async function createNetwork(
  ctx: EngineContext,
  input: NetworkCreateInput,
  options: ChangeOptions,
): Promise<Change<Network>> {
  const name = checkNetworkName(input.name)
  const driver = ctx.drivers.get(input.driver ?? 'bridge')
  checkDriver(driver, input)
  return ctx.locks.run(['pools'], async () => {
    checkNameIsFree(ctx, name)
    const facts = await ctx.kernel.facts()
    const network = placed(ctx, driver, buildNetwork(ctx, { ...input, name }, driver, facts, options), facts)
    checkDevice(ctx, driver, network, facts)
    checkBridgedTraffic(driver, network, facts)
    await checkPlace(ctx, driver, network)
    const change = planCreate(ctx, network, options.actor)
    return options.dryRun ? preview(change) : perform(ctx, change)
  })
}

export async function removeNetwork(
  ctx: EngineContext,
  reference: string,
  options: ChangeOptions,
): Promise<Change<Network>> {
  const { id } = ctx.records.getNetwork(reference)
  return ctx.locks.run([`network:${id}`], async () => {
    const network = ctx.records.getNetwork(id)
    checkRemovable(ctx, network)
    const idle = ctx.records.endpointsOn(network)
    const change: PlannedChange<Network> = {
      result: network,
      intent: { verb: 'network.remove', subjects: [network.name], records: { networkId: id }, actor: options.actor },
      plan: diff([], ctx.description.network(network, ctx.records.networks.values(), ctx.host.before())),
      after: { removeNetworks: [id], removeEndpoints: idle.map((endpoint) => endpoint.id) },
    }
    return options.dryRun ? preview(change) : perform(ctx, change)
  })
}

/** The record of a network, addresses chosen; used for the predefined ones too. */
export function buildNetwork(
  ctx: EngineContext,
  input: NetworkCreateInput,
  driver: Driver,
  facts: HostFacts,
  options: Pick<ChangeOptions, 'dryRun'>,
): Network {
  return {
    id: ctx.planned.take<NetworkId>(`network ${input.name}`, !options.dryRun),
    name: input.name,
    driver: driver.name,
    scope: 'local',
    internal: (input.internal ?? false) || (driver.staysInside?.(input.options ?? {}) ?? false),
    attachable: input.attachable ?? false,
    ipamDriver: driver.usesIpam ? 'default' : 'null',
    pools: driver.usesIpam ? [choosePool(ctx, input, driver, facts)] : [],
    options: input.options ?? {},
    labels: input.labels ?? {},
    colour: nextColour(ctx),
    createdAt: new Date(),
  }
}

export function planCreate(ctx: EngineContext, network: Network, actor: string): PlannedChange<Network> {
  return {
    result: network,
    intent: { verb: 'network.create', subjects: [network.name], records: { networkId: network.id }, actor },
    plan: diff(ctx.description.network(network, ctx.records.networks.values(), ctx.host.before()), []),
    before: { addNetworks: [network] },
    undo: { removeNetworks: [network.id] },
  }
}

function choosePool(ctx: EngineContext, input: NetworkCreateInput, driver: Driver, facts: HostFacts): AddressPool {
  const networks = [...ctx.records.networks.values()].flatMap((network) =>
    network.pools.map((pool): TakenSubnet => ({ subnet: pool.subnet, holder: `network ${network.name}` })),
  )
  const own = new Set(networks.map((entry) => entry.subnet))
  const routes = facts.routedSubnets
    .filter((subnet) => !own.has(subnet))
    .map((subnet): TakenSubnet => ({ subnet, holder: 'a route of this host' }))
  const servers = facts.nameservers.map(
    (address): TakenSubnet => ({ subnet: `${address}/32`, holder: 'a name server of this host' }),
  )
  const pool = parsePool(input, () => pickSubnet([...networks, ...routes, ...servers]))
  checkOverlap(pool.subnet, driver.sharesWire ? networks : [...networks, ...routes])
  return pool
}

function checkDriver(driver: Driver, input: NetworkCreateInput): void {
  if (!driver.creatable) {
    const name = driver.name === 'null' ? 'none' : driver.name
    throw new PatchbayError(
      'forbidden',
      `only one ${driver.name} network is allowed, and network ${name} is there already`,
      {
        field: 'driver',
      },
    )
  }
  const parsed = driver.options.safeParse(input.options ?? {})
  if (parsed.success) return
  const issue = parsed.error.issues[0]
  const option = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : String(issue?.path[0] ?? '')
  const reason = issue?.code === 'unrecognized_keys' ? 'is not known to it' : (issue?.message ?? 'is not valid')
  throw new PatchbayError('invalid-parameter', `driver ${driver.name}: option ${shown(option)} ${reason}`, {
    field: 'options',
  })
}

function checkNameIsFree(ctx: EngineContext, name: string): void {
  checkNameIsNotPredefined(name)
  const holder = [...ctx.records.networks.values()].find((network) => network.name === name)
  if (!holder) return
  throw new PatchbayError('conflict', `network with name ${name} already exists; choose another name`, {
    field: 'name',
    reason: 'network-name-taken',
    data: { name, id: holder.id },
  })
}

/** Docker's command line takes "default" for the network bridge. */
function checkNameIsNotPredefined(name: string): void {
  if (!isPredefined({ name }) && name !== 'default') return
  throw new PatchbayError('forbidden', `network name ${name} is kept for a predefined network; choose another name`, {
    ...{ field: 'name', reason: 'network-name-predefined', data: { name } },
  })
}

function checkDevice(ctx: EngineContext, driver: Driver, network: Network, facts: HostFacts): void {
  const device = driver.bridgeName?.(network)
  if (device === undefined || !facts.links.includes(device)) return
  const holder = [...ctx.records.networks.values()].find((other) => driver.bridgeName?.(other) === device)
  const owner = holder ? `network ${holder.name}` : 'this host'
  throw new PatchbayError('conflict', `device ${device} already exists, made by ${owner}; choose another bridge name`, {
    field: 'options',
    ...(holder ? { reason: 'bridge-name-taken' } : {}),
    data: { id: network.id, device, holder: holder?.id },
  })
}

function checkBridgedTraffic(driver: Driver, network: Network, facts: HostFacts): void {
  if (facts.bridgedTraffic !== null || !driver.filtersBridgedTraffic?.(network)) return
  throw new PatchbayError(
    'unavailable',
    `network ${network.name} keeps its containers apart, and this kernel has no br_netfilter loaded; run modprobe br_netfilter first`,
    { field: 'options' },
  )
}

function checkRemovable(ctx: EngineContext, network: Network): void {
  if (isPredefined(network)) {
    throw new PatchbayError('forbidden', `${network.name} is a pre-defined network and cannot be removed`)
  }
  const users = ctx.records
    .endpointsOn(network)
    .filter((endpoint) => endpoint.assigned)
    .map((endpoint) => ctx.records.containers.get(endpoint.containerId)?.name ?? endpoint.id)
  if (users.length > 0) throw new ActiveEndpointsError(network, users)
}

/** The colour that the fewest networks have, so that neighbours stay apart. */
function nextColour(ctx: EngineContext): number {
  const counts = new Array<number>(colours).fill(0)
  for (const { colour } of ctx.records.networks.values()) counts[colour % colours] = (counts[colour % colours] ?? 0) + 1
  return counts.indexOf(Math.min(...counts))
}
