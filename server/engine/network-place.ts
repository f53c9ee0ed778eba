import { familyOf } from '../cnm/address'
import { PatchbayError } from '../cnm/errors'
import type { Network } from '../cnm/network'
import { type Said, type Sentence, sentence } from '../cnm/sentence'
import type { Driver } from '../drivers/contract'
import type { HostFacts } from '../kernel/contract'
import { featuresOf, type KernelFeature, lackOf } from '../plan/feature'
import { keyOf } from '../plan/object'
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
  const unmade = missing(featuresOf(driver.describeNetwork(network)), features)
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
  if (!isBridge) return network
  // An address that it has is its owner's, and stays there when the network goes.
  const described = ctx.drivers.get(network.driver).describeNetwork({ ...network, adopted: true })
  const wanted = described.filter((object) => object.kind === 'address' && familyOf(object.address) === 'ipv4')
  const keys = new Set(wanted.map(keyOf))
  const isGiven = (await ctx.kernel.observe(wanted)).some((object) => keys.has(keyOf(object)))
  const inhibited = { ...network.options, 'com.docker.network.bridge.inhibit_ipv4': 'true' }
  return { ...network, adopted: true, ...(isGiven ? { options: inhibited } : {}) }
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
