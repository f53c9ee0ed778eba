import { type Family, familyNames, familyOf, parseAddress } from '../cnm/address'
import { contains, getCidr, parseCidr } from '../cnm/cidr'
import { PatchbayError } from '../cnm/errors'
import { type AddressPool, type Network, poolsOf } from '../cnm/network'
import { type Said, type Sentence, sentence } from '../cnm/sentence'
import type { Holders } from '../ipam/addresses'
import { type PoolInput, parsePool } from '../ipam/network-pool'
import { checkOverlap, pickSubnet, type TakenSubnet } from '../ipam/pools'
import { holdersOf, serviceAddresses } from './assign'
import type { EngineContext } from './context'
import type { NetworkUpdateInput } from './contract'
import { atPool, noSubnet } from './given-pools'
import { asTaken, byFamily, type NetworkGround, routesBeside, sourcesOf } from './network-build'

const families: readonly Family[] = ['ipv4', 'ipv6']

type AddressInput = Pick<NetworkUpdateInput, 'pools' | Family>

export function concernsAddresses({ pools, ipv4, ipv6 }: AddressInput): boolean {
  return pools !== undefined || ipv4 !== undefined || ipv6 !== undefined
}

/**
 * The families and subnets of a network that is there. Throws where somebody asked for an address of a subnet that
 * goes, where one that is to be the gateway's or nobody's is somebody's, and where a new subnet meets others.
 */
export function changedAddresses(
  ctx: EngineContext,
  network: Network,
  input: AddressInput,
  ground: NetworkGround,
): Pick<Network, 'pools' | Family> {
  if (network.ipamDriver !== 'default') {
    throw new PatchbayError(
      'forbidden',
      sentence`network ${network.name} has IPAM driver ${network.ipamDriver}, and no subnets of its own that could be changed`,
      { field: 'pools' },
    )
  }
  const listed = changedPools(network, input)
  const has = (family: Family) => listed.some(({ subnet }) => familyOf(subnet) === family)
  const wants = (family: Family) => input[family] ?? (input.pools ? has(family) : network[family])
  const on = { ipv4: wants('ipv4'), ipv6: wants('ipv6') }
  if (!on.ipv4 && !on.ipv6) {
    throw invalid(sentence`network ${network.name} would have no addresses left; leave it a subnet`, 'pools')
  }
  const taken = takenBeside(ctx, network, ground)
  const sources = sourcesOf(ctx, ground.ipv6)
  const missing = families.filter((family) => on[family] && !has(family))
  const picked = missing.map((family) =>
    parsePool({}, () => pickSubnet([...taken, ...asTaken(listed)], sources[family])),
  )
  const isKnown = ({ subnet }: AddressPool) => poolsOf(network, familyOf(subnet)).some((pool) => pool.subnet === subnet)
  for (const [at, pool] of listed.entries()) {
    if (isKnown(pool)) continue
    atPool(input, at, () => checkOverlap(pool.subnet, [...taken, ...asTaken(listed.slice(0, at))]))
  }
  const pools = [...listed, ...picked].toSorted(byFamily)
  checkHeld(ctx, network, { ...on, pools })
  return { ...on, pools }
}

/** Those that are to be there, without the ones that are still to be picked. */
function changedPools(network: Network, input: AddressInput): AddressPool[] {
  if (!input.pools) return network.pools.filter(({ subnet }) => input[familyOf(subnet)] !== false)
  return input.pools.map((raw, at) => {
    const pool = atPool(input, at, () => changedPool(network, raw))
    const family = familyOf(pool.subnet)
    if (input[family] !== false) return pool
    const name = familyNames[family]
    throw invalid(
      sentence`subnet ${pool.subnet} is one of ${name}, which network ${network.name} is to go without`,
      'pools',
    )
  })
}

/** What is said of a subnet, on top of what is known of it. */
export function changedPool({ pools }: Network, raw: PoolInput): AddressPool {
  const cidr = raw.subnet === undefined ? undefined : parseCidr(raw.subnet)
  const known = cidr && pools.find(({ subnet }) => isSame(getCidr(subnet), cidr))
  const { ipRange, ...said } = { ...known, ...raw }
  return parsePool({ ...said, ...(ipRange === undefined || ipRange === '' ? {} : { ipRange }) }, noSubnet)
}

function isSame(one: ReturnType<typeof getCidr>, other: ReturnType<typeof getCidr>): boolean {
  return one.family === other.family && one.base === other.base && one.prefix === other.prefix
}

function takenBeside(ctx: EngineContext, network: Network, ground: NetworkGround): TakenSubnet[] {
  const driver = ctx.drivers.get(network.driver)
  const others = ctx.records.subnets.list(network.id)
  if (driver.sharesWire) return others
  return [...others, ...routesBeside(ground, driver.bridgeName?.(network))]
}

/** Who is on the network keeps what it asked for, or is in the way. */
function checkHeld(ctx: EngineContext, network: Network, wanted: Pick<Network, 'pools' | Family>): void {
  const kept = families.flatMap((family) => poolsOf({ ...wanted, configOnly: false }, family))
  const gone = families
    .flatMap((family) => poolsOf(network, family))
    .filter(({ subnet }) => !kept.some((pool) => pool.subnet === subnet))
  for (const [text, holder] of claimsOn(ctx, network)) {
    const address = parseAddress(text)
    const pool = address && gone.find(({ subnet }) => contains(getCidr(subnet), address))
    if (!pool) continue
    throw new PatchbayError(
      'conflict',
      sentence`subnet ${pool.subnet} cannot go from network ${network.name}: ${holder} has ${text} in it; take that away or give it another address first`,
      { field: 'pools' },
    )
  }
  const holders = holdersOf(ctx, network)
  for (const { gateway, auxAddresses } of kept) {
    checkFree(network, holders, gateway, 'gateway', sentence`gateway`)
    for (const [name, address] of Object.entries(auxAddresses)) {
      checkFree(network, holders, address, 'auxAddresses', sentence`auxiliary address ${name}`)
    }
  }
}

/**
 * Who asked for which address, also while it stands still: its next start would fail. Whoever was given one gets another
 * of the subnets that stay, or goes without; the plan says whose connections end.
 */
function claimsOn(ctx: EngineContext, network: Network): [address: string, holder: Sentence][] {
  return [
    ...serviceAddresses(ctx, network),
    ...ctx.records.endpointsOn(network).flatMap((endpoint): [string, Sentence][] => {
      const { ipv4Address, ipv6Address } = endpoint.requested
      const asked = [ipv4Address, ipv6Address].flatMap((address) => address ?? [])
      const name = ctx.records.containers.get(endpoint.containerId)?.name ?? endpoint.containerId
      return asked.map((address) => [address, sentence`container ${name}`])
    }),
  ]
}

function checkFree(network: Network, holders: Holders, address: string, field: string, role: Sentence): void {
  const holder = holders.get(address)
  if (holder === undefined) return
  throw new PatchbayError(
    'conflict',
    sentence`${address} cannot be the ${role} of network ${network.name}: ${holder} has it; choose another`,
    { field },
  )
}

function invalid(message: Said, field: string): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field })
}
