import { type Family, familyNames, familyOf, formatAddress, parseAddress } from '../cnm/address'
import { PatchbayError } from '../cnm/errors'
import type { AddressPool } from '../cnm/network'
import { addressIn, contains, getCidr, hostsOf, lastOf, later } from './cidr'
import { parseAddressOf, parseInside } from './network-pool'

/** Who holds an address, in words: "container web", "the gateway". */
export type Holders = ReadonlyMap<string, string>

/** An address given out, and the pool that it is from. */
export interface Allocation {
  /** With the subnet's prefix length, "172.18.0.2/16". */
  readonly address: string
  readonly pool: AddressPool
}

const fields = { ipv4: 'ipv4Address', ipv6: 'ipv6Address' } as const

export class AddressInUseError extends PatchbayError {
  constructor(address: string, holder: string, networkName: string) {
    super('conflict', `address ${address} is already in use on network ${networkName} by ${holder}`, {
      field: fields[familyOf(address)],
      reason: 'address-in-use',
      data: { address, holder },
    })
  }
}

/**
 * Chooses an endpoint's address from pools of one family: the requested one, or the lowest free one of the
 * first ip-range that has one.
 */
export function allocateAddress(
  pools: readonly AddressPool[],
  holders: Holders,
  requested: string | undefined,
  networkName: string,
): Allocation {
  const family = familyOf(pools[0]?.subnet ?? '')
  if (requested !== undefined) {
    const pool = poolOf(pools, family, requested)
    const subnet = getCidr(pool.subnet)
    const address = addressIn(subnet, parseInside(subnet, requested, fields[family], `address ${requested}`))
    const holder = withReserved(pool, holders).get(address)
    if (holder !== undefined) throw new AddressInUseError(address, holder, networkName)
    return { address: `${address}/${subnet.prefix}`, pool }
  }
  for (const pool of pools) {
    const address = lowestFree(pool, withReserved(pool, holders))
    if (address !== undefined) return { address: `${address}/${pool.subnet.split('/')[1]}`, pool }
  }
  const ranges = pools.map(({ ipRange, subnet }) => ipRange ?? subnet).join(', ')
  throw new PatchbayError(
    'unavailable',
    `network ${networkName} has no free address left in ${ranges}; disconnect a container or use a larger network`,
    {
      ...{ field: fields[family], reason: 'addresses-used-up' },
      data: { pool: ranges, network: networkName, family: familyNames[family] },
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
    throw new PatchbayError('invalid-parameter', `${text.slice(0, 60)} is not a MAC address like 02:42:ac:12:00:02`, {
      field: 'macAddress',
    })
  }
  if (mac === '00:00:00:00:00:00' || Number.parseInt(mac.slice(0, 2), 16) & 1) {
    throw new PatchbayError(
      'invalid-parameter',
      `MAC address ${text} is all zero or multicast; its first octet must be even`,
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
    `${text.slice(0, 60)} is not a link-local address: those lie in 169.254.0.0/16 or fe80::/64`,
    { field: 'linkLocalIps' },
  )
}

/** The pool that a requested address lies in. */
function poolOf(pools: readonly AddressPool[], family: Family, requested: string): AddressPool {
  const what = `address ${requested}`
  const [first, ...others] = pools
  if (!first) throw new PatchbayError('system', `there is no ${familyNames[family]} pool`)
  const address = parseAddressOf(family, requested, fields[family], what)
  const holding = pools.find(({ subnet }) => contains(getCidr(subnet), address))
  if (holding || others.length === 0) return holding ?? first
  const subnets = pools.map(({ subnet }) => subnet).join(', ')
  throw new PatchbayError('invalid-parameter', `${what} lies outside subnets ${subnets}`, {
    ...{ field: fields[family], reason: 'address-outside', data: { address: requested } },
  })
}

function withReserved(pool: AddressPool, holders: Holders): Map<string, string> {
  const taken = new Map(holders)
  taken.set(pool.gateway, 'the gateway')
  for (const [name, address] of Object.entries(pool.auxAddresses)) taken.set(address, `auxiliary address ${name}`)
  return taken
}

/** Ends after as many steps as addresses are taken, however large the pool. */
function lowestFree(pool: AddressPool, taken: Holders): string | undefined {
  const subnet = getCidr(pool.subnet)
  const hosts = hostsOf(subnet)
  const range = pool.ipRange === undefined ? subnet : getCidr(pool.ipRange)
  const end = lastOf(range)
  for (let value = later(range.base, hosts.first); value <= end && value <= hosts.last; value++) {
    const address = addressIn(subnet, value)
    if (!taken.has(address)) return address
  }
  return undefined
}
