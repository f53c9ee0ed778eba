import { parseAddress } from '../cnm/address'
import { contains, getCidr } from '../cnm/cidr'
import { PatchbayError } from '../cnm/errors'
import { type Network, poolsOf } from '../cnm/network'
import { type Said, type Sentence, sentence } from '../cnm/sentence'
import type { Driver } from '../drivers/contract'
import type { HostFacts } from '../kernel/contract'
import { compareContent } from '../plan/equal'
import { featuresOf, type KernelFeature, lackOf } from '../plan/feature'
import { type KernelObject, keyOf } from '../plan/object'
import type { EngineContext } from './context'

/** Whether a network can be where it is to be: on this kernel, on this host, beside the others. */

/** Throws where the kernel cannot make what the network needs, or where the driver finds it out of place. */
export async function checkPlace(ctx: EngineContext, driver: Driver, network: Network): Promise<void> {
  const features = await ctx.kernel.features()
  const lack = missing(driver.requires ?? [], features)
  if (lack !== undefined) throw unavailable(network, sentence`needs driver ${driver.name}, and ${lack}`, 'driver')
  if (driver.checkNetwork) {
    // Reading the links takes a process: only who stands on one is shown them.
    const links = driver.parentName ? await ctx.kernel.links() : new Map()
    driver.checkNetwork(network, { links, others: othersOf(ctx, network) })
  }
  const unmade = missing(featuresOf(ctx.description.alone(network)), features)
  if (unmade !== undefined) throw unavailable(network, sentence`needs another parent: ${unmade}`, 'options')
}

/** The network with its place: a link that is there, and that no network of Patchbay's made, is adopted. */
export async function placed(ctx: EngineContext, driver: Driver, network: Network, facts: HostFacts): Promise<Network> {
  const bridge = driver.bridgeName?.(network)
  if (bridge !== undefined && facts.hasLink(bridge)) return adoptBridge(ctx, network, bridge)
  const parent = driver.parentName?.(network)
  if (parent === undefined || !facts.hasLink(parent)) return network
  const isMade = othersOf(ctx, network).some(
    (other) => !other.adopted && ctx.drivers.get(other.driver).parentName?.(other) === parent,
  )
  return isMade ? network : { ...network, adopted: true }
}

/** Somebody else's bridge is taken as it is; any other link of that name is in the way. */
async function adoptBridge(ctx: EngineContext, network: Network, name: string): Promise<Network> {
  const isOurs = othersOf(ctx, network).some((other) => ctx.drivers.get(other.driver).bridgeName?.(other) === name)
  if (isOurs) return network
  const isBridge = (await ctx.kernel.links()).get(name)?.kind === 'bridge'
  return isBridge ? withGiven(ctx, { ...network, adopted: true }) : network
}

/**
 * What the bridge has already of all that the network is to have on it now, and had not `before`: it is its owner's, and
 * stays there when the network goes. Throws where it has an address in a subnet that a container could be given.
 */
export async function withGiven(ctx: EngineContext, network: Network, before?: Network): Promise<Network> {
  const driver = ctx.drivers.get(network.driver)
  const name = driver.bridgeName?.(network)
  if (!network.adopted || name === undefined) return network
  const onLink = (one: Network) => ctx.description.alone(one).filter(({ kind }) => onLinks.has(kind))
  const known = new Set(before && onLink(before).map(keyOf))
  const wanted = onLink(network).filter((object) => !known.has(keyOf(object)))
  const present = await ctx.kernel.observe(wanted, 'host')
  const there = new Map(present.map((object) => [keyOf(object), object]))
  const isThere = (object: KernelObject) => {
    const met = there.get(keyOf(object))
    return met !== undefined && compareContent(object, met) === 'none'
  }
  const given = wanted.filter(isThere).map(keyOf)
  const ours = new Set([...known, ...ctx.services.objects().map(keyOf)])
  checkOwnAddresses(
    network,
    name,
    present.filter((object) => !ours.has(keyOf(object))),
  )
  return { ...network, given: [...(network.given ?? []), ...given] }
}

const onLinks: ReadonlySet<KernelObject['kind']> = new Set(['link', 'address', 'sysctl'])

function checkOwnAddresses(network: Network, name: string, present: readonly KernelObject[]): void {
  for (const object of present) {
    if (object.kind !== 'address' || object.netns !== 'host' || object.link !== name) continue
    const [own = ''] = object.address.split('/')
    const address = parseAddress(own)
    const pool = address && poolsOf(network, address.family).find(({ subnet }) => contains(getCidr(subnet), address))
    if (!pool || pool.gateway === own || Object.values(pool.auxAddresses).includes(own)) continue
    throw new PatchbayError(
      'conflict',
      sentence`bridge ${name} has address ${own} of its own in subnet ${pool.subnet}; make that the gateway, or an auxiliary address`,
      { field: 'gateway' },
    )
  }
}

/** Why no network of a driver can be made on this kernel, by the driver's name; null where one can. */
export async function driverLacks(ctx: EngineContext): Promise<ReadonlyMap<string, Sentence | null>> {
  const features = await ctx.kernel.features()
  return new Map(ctx.drivers.list().map(({ name, requires = [] }) => [name, missing(requires, features) ?? null]))
}

function missing(needed: readonly KernelFeature[], features: ReadonlySet<KernelFeature>): Sentence | undefined {
  const feature = needed.find((one) => !features.has(one))
  return feature && lackOf(feature)
}

function othersOf(ctx: EngineContext, network: Network): Network[] {
  return [...ctx.records.networks.values()].filter(({ id }) => id !== network.id)
}

function unavailable(network: Network, why: Said, field: string): PatchbayError {
  return new PatchbayError('unavailable', sentence`network ${network.name} ${why}`, { field })
}
