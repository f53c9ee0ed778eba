import { isDeepStrictEqual } from 'node:util'
import { PatchbayError } from '../cnm/errors'
import type { NetworkId } from '../cnm/ids'
import { checkNetworkName, shown } from '../cnm/names'
import { isPredefined, type Network } from '../cnm/network'
import { type Said, sentence } from '../cnm/sentence'
import type { Driver } from '../drivers/contract'
import type { Ipv6Facts } from '../kernel/contract'
import type { EngineContext } from './context'
import type { Change, ChangeOptions, NetworkNamesInput, NetworkUpdateInput } from './contract'
import { edit } from './edit'
import { onIpv6Ground, readIpv6 } from './ipv6-ground'
import { changedAddresses, changedPool, concernsAddresses } from './network-addresses'
import { checkDriver, groundOf } from './network-build'
import { checkStaysInside, namesFor } from './network-names'
import { checkPlace, withGiven } from './network-place'
import { checkBridgedTraffic, checkNameIsFree } from './networks'
import { checkNetworkPolicy, parsePolicy } from './policy-input'
import { withPolicyOptions } from './policy-text'
import { checkServicesStay } from './service-input'

/** Changes a network in place; the containers on it keep what the change does not concern. */
export async function updateNetwork(
  ctx: EngineContext,
  reference: string,
  raw: NetworkUpdateInput,
  options: ChangeOptions,
): Promise<Change<Network>> {
  const { id } = ctx.records.getNetwork(reference)
  const input = withPolicyOptions(raw)
  return withAllOn(ctx, id, async () => {
    const network = ctx.records.getNetwork(id)
    checkChangeable(network, input)
    const { updated, ipv6 } = await changed(ctx, network, input)
    checkServicesStay(ctx, updated)
    const touched = (concernsContainers(input) ? containersOn(ctx, id) : []).flatMap(
      (containerId) => ctx.records.containers.get(containerId) ?? [],
    )
    // Who was made on it by its name goes on being told by its name.
    const renamed = touched.filter(({ networkMode }) => networkMode === network.name && updated.name !== network.name)
    return onIpv6Ground(ctx, ipv6, options, (ground) =>
      edit(
        ctx,
        {
          verb: 'network.update',
          subjects: updated.name === network.name ? [network.name] : [updated.name, network.name],
          records: { networkId: id },
          networks: [updated],
          containers: renamed.map((container) => ({ ...container, networkMode: updated.name })),
          ground,
          touched,
          result: (records) => records.getNetwork(id),
        },
        options,
      ),
    )
  })
}

/** Labels, records and servers are asked for where they are needed: neither interfaces nor files of a container follow from them. */
function concernsContainers(input: NetworkUpdateInput): boolean {
  const asked: readonly (keyof NetworkUpdateInput)[] = ['labels', 'names', 'attachable']
  return Object.keys(input).some((field) => !asked.includes(field as keyof NetworkUpdateInput))
}

type Part<Value> = (ctx: EngineContext, network: Network, value: Value) => Partial<Network>

/** What each of these fields makes of a network, its value checked. They run in this order, each on what the last one gave. */
const parts = {
  name: (ctx, network, name) => ({ name: changedName(ctx, network, name) }),
  attachable: (_, __, attachable) => ({ attachable }),
  labels: (_, __, labels) => ({ labels }),
  options: (ctx, network, options) => ({ options: changedOptions(ctx.drivers.get(network.driver), network, options) }),
  internal: (ctx, network, internal) => ({
    internal: changedInside(ctx.drivers.get(network.driver), network, internal),
  }),
  policy: (ctx, network, raw) => ({ policy: parsePolicy(ctx, raw, network) }),
  // Last, for it depends on what the network is then.
  names: (_, network, names) => ({ names: namesFor(network, { ...listed(network.names), ...names }) }),
} satisfies { readonly [Field in keyof NetworkUpdateInput]: Part<NonNullable<NetworkUpdateInput[Field]>> }

/** The record of after; `ipv6` where the network has IPv6 and did not before. */
async function changed(
  ctx: EngineContext,
  network: Network,
  input: NetworkUpdateInput,
): Promise<{ updated: Network; ipv6: Ipv6Facts | undefined }> {
  let updated = network
  for (const [field, part] of Object.entries(parts)) {
    const value = input[field as keyof typeof parts]
    if (value !== undefined) updated = { ...updated, ...(part as Part<unknown>)(ctx, updated, value) }
  }
  checkStaysInside(updated, updated.names)
  if (input.policy) await checkNetworkPolicy(ctx, updated, updated.policy)
  if (network.configOnly) return { updated: { ...updated, ...configured(network, input) }, ipv6: undefined }
  const isPlain = isDeepStrictEqual([network.options, network.internal], [updated.options, updated.internal])
  if (isPlain && !concernsAddresses(input)) return { updated, ipv6: undefined }
  const driver = ctx.drivers.get(network.driver)
  const facts = await ctx.kernel.facts()
  const ipv6 = mayHaveIpv6(network, input) ? await readIpv6(ctx, network.name) : undefined
  if (concernsAddresses(input)) {
    const places = network.adopted ? await ctx.kernel.ground() : []
    updated = { ...updated, ...changedAddresses(ctx, updated, input, { ...groundOf(ctx, facts, ipv6), places }) }
  }
  checkBridgedTraffic(driver, updated, facts, updated.ipv6 ? ipv6?.facts : undefined)
  await checkPlace(ctx, driver, updated)
  updated = await withGiven(ctx, updated, network)
  return { updated, ipv6: updated.ipv6 ? ipv6?.facts : undefined }
}

function mayHaveIpv6(network: Network, { ipv6, pools = [] }: NetworkUpdateInput): boolean {
  return network.ipv6 || ipv6 === true || pools.some(({ subnet }) => subnet?.includes(':'))
}

/** A network that only keeps a configuration: its subnets are checked in themselves, as when it was made. */
function configured(network: Network, { pools, ipv4, ipv6 }: NetworkUpdateInput): Partial<Network> {
  return {
    ...(pools ? { pools: pools.map((pool) => changedPool(network, pool)) } : {}),
    ...(ipv4 === undefined ? {} : { ipv4 }),
    ...(ipv6 === undefined ? {} : { ipv6 }),
  }
}

function changedName(ctx: EngineContext, network: Network, raw: string): string {
  const name = checkNetworkName(raw)
  if (name === network.name) return name
  if (isPredefined(network))
    throw forbidden(sentence`${network.name} is a pre-defined network and keeps its name`, 'name')
  const takers = takersOf(ctx, network)
  if (takers.length > 0) {
    throw forbidden(
      sentence`network ${network.name} keeps its name: ${takers} took their configuration from it`,
      'name',
    )
  }
  checkNameIsFree(ctx, name)
  return name
}

function takersOf(ctx: EngineContext, { name, configOnly }: Network): string[] {
  if (!configOnly) return []
  return [...ctx.records.networks.values()].filter(({ configFrom }) => configFrom === name).map((taker) => taker.name)
}

function changedOptions(driver: Driver, network: Network, options: Record<string, string>): Record<string, string> {
  if (network.configOnly) return options
  checkDriver(driver, { name: network.name, options })
  const fixed = driver.fixedOptions?.find((key) => network.options[key] !== options[key])
  if (fixed !== undefined) {
    const now = network.options[fixed] === undefined ? sentence`not given` : shown(network.options[fixed])
    throw forbidden(
      sentence`driver ${driver.name}: option ${fixed} is ${now} on network ${network.name}, and stays so; make another network for another value`,
      'options',
    )
  }
  const restored = Object.entries(driver.restoredOptions ?? {}).filter(([key]) => key in network.options)
  return { ...Object.fromEntries(restored), ...options }
}

/** Where the driver has nothing that leads outside, it stays inside. */
function changedInside(driver: Driver, network: Network, internal: boolean): boolean {
  if (!internal && driver.staysInside?.(network.options)) {
    throw forbidden(
      sentence`network ${network.name} has no parent, and so no way outside that could be opened`,
      'internal',
    )
  }
  return internal
}

function listed({ upstreams, records }: Network['names']): NetworkNamesInput {
  return { upstreams: [...upstreams], records: [...records] }
}

/** With everybody on the network held back. Who has joined while this waited is waited for, too. */
export async function withAllOn<Result>(
  ctx: EngineContext,
  id: NetworkId,
  change: () => Promise<Result>,
): Promise<Result> {
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

const taken = ['options', 'labels', 'pools', 'ipv4', 'ipv6'] as const

function checkChangeable(network: Network, input: NetworkUpdateInput): void {
  const { name, configFrom, configOnly } = network
  if (isPredefined(network) && name !== 'bridge') {
    throw forbidden(sentence`${name} is a pre-defined network and cannot be changed`, 'network')
  }
  const field = taken.find((one) => input[one] !== undefined)
  if (configFrom !== '' && field) {
    throw forbidden(
      sentence`network ${name} has its configuration from ${configFrom}: its subnets, IPv6, options and labels stay as they are`,
      field,
    )
  }
  if (configOnly && (input.internal || input.attachable)) {
    throw forbidden(
      sentence`network ${name} only keeps a configuration: it cannot be internal or attachable`,
      'internal',
    )
  }
}

function forbidden(message: Said, field: string): PatchbayError {
  return new PatchbayError('forbidden', message, { field })
}
