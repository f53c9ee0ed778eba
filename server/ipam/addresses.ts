import { PatchbayError } from '../cnm/errors'
import type { AddressPool } from '../cnm/network'
import { type Cidr, formatAddress, getCidr, lastOf, parseAddress } from './cidr'
import { parseInside } from './network-pool'

/** Who holds an address, in words: "container web", "the gateway". */
export type Holders = ReadonlyMap<string, string>

export class AddressInUseError extends PatchbayError {
  constructor(address: string, holder: string, networkName: string) {
    super('conflict', `address ${address} is already in use on network ${networkName} by ${holder}`, {
      field: 'ipv4Address',
      reason: 'address-in-use',
      data: { address, holder },
    })
  }
}

/**
 * Chooses an endpoint's address: the requested one, or the lowest free one of the ip-range.
 * Gives it with the subnet's prefix length, "172.18.0.2/16".
 */
export function allocateAddress(
  pool: AddressPool,
  holders: Holders,
  requested: string | undefined,
  networkName: string,
): string {
  const subnet = getCidr(pool.subnet)
  const taken = withReserved(pool, holders)
  if (requested !== undefined) {
    const value = parseInside(subnet, requested, 'ipv4Address', `address ${requested}`)
    const holder = taken.get(formatAddress(value))
    if (holder !== undefined) throw new AddressInUseError(requested, holder, networkName)
    return `${requested}/${subnet.prefix}`
  }
  return `${lowestFree(subnet, pool, taken, networkName)}/${subnet.prefix}`
}

/** 02:42 and the four octets of the address, as Docker makes it. */
export function macOf(address: string): string {
  const value = parseAddress(address.split('/')[0] ?? '') ?? 0
  const octets = [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]
  return ['02', '42', ...octets.map((octet) => octet.toString(16).padStart(2, '0'))].join(':')
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

function withReserved(pool: AddressPool, holders: Holders): Map<string, string> {
  const taken = new Map(holders)
  taken.set(pool.gateway, 'the gateway')
  for (const [name, address] of Object.entries(pool.auxAddresses)) taken.set(address, `auxiliary address ${name}`)
  return taken
}

function lowestFree(subnet: Cidr, pool: AddressPool, taken: Holders, networkName: string): string {
  const range = pool.ipRange === undefined ? subnet : getCidr(pool.ipRange)
  const first = Math.max(range.base, subnet.base + 1)
  const last = Math.min(lastOf(range), lastOf(subnet) - 1)
  for (let value = first; value <= last; value++) {
    const address = formatAddress(value)
    if (!taken.has(address)) return address
  }
  throw new PatchbayError(
    'unavailable',
    `network ${networkName} has no free address left in ${pool.ipRange ?? pool.subnet}; disconnect a container or use a larger network`,
    { field: 'ipv4Address', data: { pool: pool.ipRange ?? pool.subnet } },
  )
}
