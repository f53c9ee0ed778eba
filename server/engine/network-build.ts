import { z } from 'zod'
import { type Family, familyNames, familyOf } from '../cnm/address'
import { PatchbayError } from '../cnm/errors'
import type { HostPlace } from '../cnm/host-place'
import type { NetworkId } from '../cnm/ids'
import { shown } from '../cnm/names'
import { nearest } from '../cnm/nearest'
import type { AddressPool, Network } from '../cnm/network'
import { type Said, saidBy, sentence } from '../cnm/sentence'
import type { Driver } from '../drivers/contract'
import { parsePool } from '../ipam/network-pool'
import { checkOverlap, pickSubnet, type SubnetSource, type TakenSubnet } from '../ipam/pools'
import type { HostFacts, Ipv6Facts } from '../kernel/contract'
import { serialOption } from './address-turns'
import type { EngineContext } from './context'
import type { ChangeOptions, NetworkCreateInput } from './contract'
import { atPool, givenPools, listedPools, namedPools, noSubnet } from './given-pools'
import { namesFor } from './network-names'

const colours = 10

/** What the addresses of a new network have to fit to. */
export interface NetworkGround {
  /** What the networks that are there take. */
  readonly own: readonly TakenSubnet[]
  /** Where the host's routes lead besides. */
  readonly routed: readonly string[]
  readonly nameservers: readonly string[]
  /** Where the host's routes lead, to say so where one is in the way. */
  readonly places?: readonly HostPlace[]
  /** Where the network has IPv6. */
  readonly ipv6?: { readonly facts: Ipv6Facts; readonly sources: readonly SubnetSource[] }
}

export function groundOf({ records }: EngineContext, facts: HostFacts, ipv6?: NetworkGround['ipv6']): NetworkGround {
  const own = records.subnets.list()
  const isOther = (subnet: string) => !records.subnets.has(subnet)
  const routed = facts.routedSubnets.filter(isOther)
  if (!ipv6) return { own, routed, nameservers: facts.nameservers }
  const routedIpv6 = ipv6.facts.routedSubnets.filter(isOther)
  return { own, routed: [...routed, ...routedIpv6], nameservers: facts.nameservers, ipv6 }
}

/** The record of a network, addresses chosen; used for the predefined ones too. */
export function buildNetwork(
  ctx: EngineContext,
  input: NetworkCreateInput,
  driver: Driver,
  ground: NetworkGround,
  options: Pick<ChangeOptions, 'dryRun'>,
): Network {
  const families = { ipv4: driver.usesIpam && input.ipv4 !== false, ipv6: driver.usesIpam && input.ipv6 === true }
  const internal = (input.internal ?? false) || (driver.staysInside?.(input.options ?? {}) ?? false)
  const network: Network = {
    ...commonPart(ctx, input, options),
    ...families,
    internal,
    names: namesFor({ name: input.name, internal, configOnly: false }, input.names),
    driver: driver.name,
    configOnly: false,
    pools: [],
  }
  if (!hasPools(driver, input)) return network
  // Where a bridge that is there leads already, a network on it leads as well.
  return { ...network, pools: choosePools(ctx, input, driver, families, ground, driver.bridgeName?.(network)) }
}

/** Addresses are handed out here; with IPAM driver null the containers see to them themselves. */
function hasPools(driver: Driver, { ipamDriver }: NetworkCreateInput): boolean {
  return driver.usesIpam && (ipamDriver || 'default') === 'default'
}

/** A network that only keeps a configuration: its pools are checked in themselves, and take nothing. */
export function buildConfigNetwork(
  ctx: EngineContext,
  input: NetworkCreateInput,
  options: Pick<ChangeOptions, 'dryRun'>,
): Network {
  return {
    ...commonPart(ctx, input, options),
    ipv4: input.ipv4 !== false,
    ipv6: input.ipv6 === true,
    driver: 'null',
    configOnly: true,
    names: namesFor({ name: input.name, internal: false, configOnly: true }, input.names),
    pools: listedPools(input, namedPools(input), undefined, noSubnet),
  }
}

function commonPart(ctx: EngineContext, input: NetworkCreateInput, options: Pick<ChangeOptions, 'dryRun'>) {
  return {
    id: ctx.planned.take<NetworkId>(`network ${input.name}`, !options.dryRun),
    name: input.name,
    scope: 'local' as const,
    internal: input.internal ?? false,
    attachable: input.attachable ?? false,
    ipamDriver: input.ipamDriver || 'default',
    ipamOptions: input.ipamOptions ?? {},
    configFrom: input.configFrom ?? '',
    options: input.options ?? {},
    labels: input.labels ?? {},
    colour: nextColour(ctx),
    createdAt: new Date(),
  }
}

/** Those given, and one picked for each family of the network that has none among them. */
function choosePools(
  ctx: EngineContext,
  input: NetworkCreateInput,
  driver: Driver,
  families: Readonly<Record<Family, boolean>>,
  ground: NetworkGround,
  device: string | undefined,
): AddressPool[] {
  const { own, nameservers, ipv6 } = ground
  const routes = routesBeside(ground, device)
  const servers = nameservers.map(
    (address): TakenSubnet => ({ subnet: `${address}/32`, holder: sentence`a name server of this host` }),
  )
  const named = namedPools(input)
  const taken = [...own, ...routes, ...servers, ...asTaken(named.flatMap((pool) => pool ?? []))]
  const on = (['ipv4', 'ipv6'] as const).filter((family) => families[family] && (family === 'ipv4' || ipv6))
  const pick = (family: Family) => pickSubnet(taken, sourcesOf(ctx, ipv6)[family])
  const listed = listedPools(input, named, on[0], pick)
  const missing = on.filter((family) => !listed.some(({ subnet }) => familyOf(subnet) === family))
  for (const [at, { subnet }] of listed.entries()) {
    if (!families[familyOf(subnet)]) continue
    const others = [...own, ...(driver.sharesWire ? [] : routes), ...asTaken(listed.slice(0, at))]
    atPool(input, at, () => checkOverlap(subnet, others))
  }
  return [...listed, ...missing.map((family) => parsePool({}, () => pick(family)))].toSorted(byFamily)
}

/** What free subnets of a family are cut from. */
export function sourcesOf(ctx: EngineContext, ipv6: NetworkGround['ipv6']): Record<Family, readonly SubnetSource[]> {
  return { ipv4: ctx.defaultPools.of('ipv4'), ipv6: ipv6?.sources ?? [] }
}

export function asTaken(pools: readonly AddressPool[]): TakenSubnet[] {
  return pools.map(({ subnet }) => ({ subnet, holder: sentence`the same network` }))
}

/** IPv4 first, as Docker lists them; among one family the order stays. */
export function byFamily(one: AddressPool, other: AddressPool): number {
  return familyOf(one.subnet).localeCompare(familyOf(other.subnet))
}

/** What the host's routes lead to; what they lead to over `device`, which the network itself is on, is no other place. */
export function routesBeside({ routed, places = [] }: NetworkGround, device: string | undefined): TakenSubnet[] {
  const links = new Map(places.map(({ subnet, link }) => [subnet, link]))
  const behind = new Set(places.filter(({ link }) => link !== null && link === device).map(({ subnet }) => subnet))
  return routed
    .filter((subnet) => !behind.has(subnet))
    .map((subnet): TakenSubnet => {
      const link = links.get(subnet) ?? null
      return {
        subnet,
        holder: link === null ? sentence`a route of this host` : sentence`a route of this host over ${link}`,
      }
    })
}

/** Throws for driver options that the driver does not have, or values that they cannot have. */
export function checkDriver(driver: Driver, input: NetworkCreateInput): void {
  if (!driver.creatable) {
    const name = driver.name === 'null' ? 'none' : driver.name
    throw new PatchbayError(
      'forbidden',
      sentence`only one ${driver.name} network is allowed, and network ${name} is there already`,
      { field: 'driver', reason: 'driver-has-one-network', data: { driver: driver.name } },
    )
  }
  const parsed = driver.options.safeParse(input.options ?? {})
  if (parsed.success) return
  const issue = parsed.error.issues[0]
  if (issue?.code === 'unrecognized_keys') {
    const { properties = {} } = z.toJSONSchema(driver.options, { io: 'input', unrepresentable: 'any' })
    const unknown = issue.keys.join(', ')
    const known = nearest(unknown, Object.keys(properties))
    throw invalid(
      'options',
      sentence`driver ${driver.name}: option ${shown(unknown)} is not known; did you mean ${known}?`,
    )
  }
  const option = String(issue?.path[0] ?? '')
  const value = input.options?.[option]
  const reason = saidBy(issue?.message ?? '')
  const why = value === undefined ? reason : sentence`${reason}, not ${shown(value)}`
  throw new PatchbayError('invalid-parameter', sentence`driver ${driver.name}: option ${shown(option)} ${why}`, {
    ...{ field: 'options', reason: 'driver-option-invalid', data: { option, value } },
  })
}

/** Throws for a way to hand out addresses that there is not, or that does not go with what else is asked for. */
export function checkIpam(driver: Driver | undefined, input: NetworkCreateInput): void {
  const { ipamDriver, ipamOptions, ipv4, ipv6 } = input
  const name = ipamDriver || 'default'
  if (name !== 'default' && name !== 'null' && name !== 'dhcp') {
    throw new PatchbayError(
      'not-found',
      sentence`IPAM driver ${shown(name)} is not available; there are default, dhcp, null`,
      {
        field: 'ipamDriver',
      },
    )
  }
  const serial = ipamOptions?.[serialOption] ?? 'false'
  if (serial !== 'true' && serial !== 'false') {
    throw invalid('ipamOptions', sentence`IPAM option ${serialOption} is ${shown(serial)}; it must be true or false`)
  }
  const [pool] = givenPools(input)
  if (name !== 'default' && pool) {
    const value = Object.values(pool)
      .find((part) => typeof part === 'string')
      ?.slice(0, 60)
    throw invalid(
      'subnet',
      sentence`IPAM driver ${name} hands out no addresses of its own, so that ${value ?? sentence`an auxiliary address`} means nothing; leave it out, or use default`,
    )
  }
  if (!driver?.usesIpam) return
  if (name === 'dhcp' && !driver.takesLeases) {
    throw invalid(
      'ipamDriver',
      sentence`driver ${driver.name} takes no addresses from a DHCP server; use IPAM driver default`,
    )
  }
  if (name === 'dhcp' && (ipv6 === true || ipv4 === false)) {
    const field = ipv6 === true ? 'ipv6' : 'ipv4'
    throw invalid(field, sentence`IPAM driver dhcp gives IPv4 addresses only; leave IPv4 on and IPv6 out`)
  }
  if (ipv4 === false && ipv6 !== true) {
    throw invalid('ipv4', sentence`a network needs ${familyNames.ipv4} or ${familyNames.ipv6}; switch one of them on`)
  }
}

function invalid(field: string, message: Said): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field })
}

/** The colour that the fewest networks have, so that neighbours stay apart. */
function nextColour(ctx: EngineContext): number {
  const counts = new Array<number>(colours).fill(0)
  for (const { colour } of ctx.records.networks.values()) counts[colour % colours] = (counts[colour % colours] ?? 0) + 1
  return counts.indexOf(Math.min(...counts))
}
