import { type Family, familyNames, familyOf, formatAddress, parseAddress } from '../cnm/address'
import { addressIn, type Cidr, contains, earlier, getCidr, hostsOf, lastOf, later } from '../cnm/cidr'
import { PatchbayError } from '../cnm/errors'
import type { AddressPool } from '../cnm/network'
import { type Said, sentence } from '../cnm/sentence'
import { blockSize } from './held-addresses'
import { cut, parseAddressOf, parseInside } from './network-pool'

/** Who holds an address, in words: "container web", "the gateway". */
export interface Holders {
  get(address: string): Said | undefined
  has(address: string): boolean
  keys(): Iterable<string>
  /** Whether all of the block that begins at this number are held; where it is not said, each is asked for. */
  isBlockHeld?(family: Family, first: bigint): boolean
}

/** What the search for a free address asks. */
type Taken = Pick<Holders, 'has' | 'isBlockHeld'>

/** An address given out, and the pool that it is from. */
export interface Allocation {
  /** With the subnet's prefix length, "172.18.0.2/16". */
  readonly address: string
  readonly pool: AddressPool
}

const fields = { ipv4: 'ipv4Address', ipv6: 'ipv6Address' } as const

export class AddressInUseError extends PatchbayError {
  constructor(address: string, holder: Said, networkName: string) {
    super('conflict', sentence`address ${address} is already in use on network ${networkName} by ${holder}`, {
      field: fields[familyOf(address)],
      reason: 'address-in-use',
      data: { address, holder: String(holder) },
    })
  }
}

/** The address that was given last, by subnet. */
export type Turns = ReadonlyMap<string, string>

/**
 * Chooses an endpoint's address from pools of one family: the requested one, or the lowest free one of the
 * first ip-range that has one. With `turns` it goes on behind the address given last and begins anew at the end,
 * so that one that was given back is not given to somebody else at once.
 */
export function allocateAddress(
  pools: readonly AddressPool[],
  holders: Holders,
  requested: string | undefined,
  networkName: string,
  turns?: Turns,
): Allocation {
  const family = familyOf(pools[0]?.subnet ?? '')
  if (requested !== undefined) {
    const pool = poolOf(pools, family, requested)
    const subnet = getCidr(pool.subnet)
    const address = addressIn(
      subnet,
      parseInside(subnet, requested, fields[family], sentence`address ${cut(requested)}`),
    )
    const holder = withReserved(pool, holders).get(address)
    if (holder !== undefined) throw new AddressInUseError(address, holder, networkName)
    return { address: `${address}/${subnet.prefix}`, pool }
  }
  for (const pool of pools) {
    const address = nextFree(pool, withReserved(pool, holders), turns?.get(pool.subnet))
    if (address !== undefined) return { address: `${address}/${pool.subnet.split('/')[1]}`, pool }
  }
  throw usedUp(pools, holders, networkName)
}

function usedUp(pools: readonly AddressPool[], holders: Holders, networkName: string): PatchbayError {
  const ranges = pools.map(({ ipRange, subnet }) => ipRange ?? subnet)
  const spans = pools.map(spanOf)
  const size = spans.reduce((sum, { first, last }) => sum + (last - first + 1n), 0n)
  const isWithin = (text: string) => {
    const address = parseAddress(text)
    return spans.some(
      ({ subnet, first, last }) =>
        address && contains(subnet, address) && address.value >= first && address.value <= last,
    )
  }
  const held = [...holders.keys()].filter(isWithin).length
  const family = familyNames[familyOf(pools[0]?.subnet ?? '')]
  return new PatchbayError(
    'unavailable',
    sentence`network ${networkName} has no free address left in ${ranges}: of ${size}, ${held} are held by containers or the host, the others by gateways and auxiliary addresses; disconnect a container or use a larger network`,
    {
      ...{ field: fields[familyOf(pools[0]?.subnet ?? '')], reason: 'addresses-used-up' },
      data: { pool: ranges, network: networkName, family, size: Number(size), held },
    },
  )
}

/** 02:42 and the four octets of the IPv4 address, as Docker makes it. */
export function macOf(address: string): string {
  const { value } = parseAddress(address.split('/')[0] ?? '') ?? { value: 0n }
  return macFrom(value.toString(16).padStart(8, '0'))
}

/** 02:42 and eight hexadecimal digits; for an endpoint without an IPv4 address those that its id begins with. */
export function macFrom(digits: string): string {
  return ['02', '42', ...(digits.slice(0, 8).match(/../g) ?? [])].join(':')
}

/** Throws for what is not a unicast MAC address; gives it in lower case with colons. */
export function parseMac(text: string): string {
  const mac = text.toLowerCase().replaceAll('-', ':')
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(mac)) {
    throw new PatchbayError(
      'invalid-parameter',
      sentence`${text.slice(0, 60)} is not a MAC address like 02:42:ac:12:00:02`,
      {
        field: 'macAddress',
      },
    )
  }
  if (mac === '00:00:00:00:00:00' || Number.parseInt(mac.slice(0, 2), 16) & 1) {
    throw new PatchbayError(
      'invalid-parameter',
      sentence`MAC address ${text} is all zero or multicast; its first octet must be even`,
      {
        field: 'macAddress',
      },
    )
  }
  return mac
}

const linkLocal = { ipv4: getCidr('169.254.0.0/16'), ipv6: getCidr('fe80::/64') } as const

/** A link-local address as it is put on an interface, "169.254.34.68/16"; throws for one outside of 169.254.0.0/16 and fe80::/64. */
export function parseLinkLocal(text: string): string {
  const address = parseAddress(text)
  const subnet = address && linkLocal[address.family]
  if (address && subnet && contains(subnet, address)) return `${formatAddress(address)}/${subnet.prefix}`
  throw new PatchbayError(
    'invalid-parameter',
    sentence`${text.slice(0, 60)} is not a link-local address: those lie in 169.254.0.0/16 or fe80::/64`,
    { field: 'linkLocalIps' },
  )
}

/** The pool that a requested address lies in. */
function poolOf(pools: readonly AddressPool[], family: Family, requested: string): AddressPool {
  const what = sentence`address ${cut(requested)}`
  const [first, ...others] = pools
  if (!first) throw new PatchbayError('system', sentence`there is no ${familyNames[family]} pool`)
  const address = parseAddressOf(family, requested, fields[family], what)
  const holding = pools.find(({ subnet }) => contains(getCidr(subnet), address))
  if (holding || others.length === 0) return holding ?? first
  const subnets = pools.map(({ subnet }) => subnet)
  throw new PatchbayError('invalid-parameter', sentence`${what} lies outside subnets ${subnets}`, {
    ...{ field: fields[family], reason: 'address-outside', data: { address: requested } },
  })
}

/** What a pool keeps for itself holds an address before anybody else does. */
function withReserved({ gateway, auxAddresses }: AddressPool, holders: Holders): Omit<Holders, 'keys'> {
  const own = new Map<string, Said>([[gateway, sentence`the gateway`]])
  for (const [name, address] of Object.entries(auxAddresses)) own.set(address, sentence`auxiliary address ${name}`)
  return {
    get: (address) => own.get(address) ?? holders.get(address),
    has: (address) => own.has(address) || holders.has(address),
    isBlockHeld: (family, first) => holders.isBlockHeld?.(family, first) ?? false,
  }
}

/** The addresses of a pool that can be given without being asked for. */
function spanOf(pool: AddressPool) {
  const subnet = getCidr(pool.subnet)
  const hosts = hostsOf(subnet)
  const range = pool.ipRange === undefined ? subnet : getCidr(pool.ipRange)
  return { subnet, first: later(range.base, hosts.first), last: earlier(lastOf(range), hosts.last) }
}

/** From the one behind `after` to the end, then from the beginning; asks for as many addresses as are taken at most. */
function nextFree(pool: AddressPool, taken: Taken, after: string | undefined): string | undefined {
  const { subnet, first, last } = spanOf(pool)
  const turn = after === undefined ? undefined : parseAddress(after)
  const start = turn && contains(subnet, turn) ? later(turn.value + 1n, first) : first
  return firstFree(subnet, start, last, taken) ?? firstFree(subnet, first, start - 1n, taken)
}

function firstFree(subnet: Cidr, from: bigint, to: bigint, taken: Taken): string | undefined {
  for (let value = from; value <= to; value++) {
    if (value % blockSize === 0n && taken.isBlockHeld?.(subnet.family, value)) {
      value += blockSize - 1n
      continue
    }
    const address = addressIn(subnet, value)
    if (!taken.has(address)) return address
  }
  return undefined
}
