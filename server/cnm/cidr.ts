import { type Address, bitsOf, type Family, formatAddress, parseAddress } from './address'
import { PatchbayError } from './errors'
import { sentence } from './sentence'

/** A subnet: its network address as an unsigned number, and the prefix length. */
export interface Cidr {
  readonly family: Family
  readonly base: bigint
  readonly prefix: number
}

/** "172.18.0.0/16", "fd00::/64"; host bits may be set, `base` has them cleared. */
export function parseCidr(text: string): Cidr | undefined {
  const [addressText, prefixText, ...rest] = text.split('/')
  if (addressText === undefined || prefixText === undefined || rest.length > 0) return undefined
  const address = parseAddress(addressText)
  if (address === undefined || !/^(0|[1-9]\d{0,2})$/.test(prefixText)) return undefined
  const prefix = Number(prefixText)
  if (prefix > bitsOf[address.family]) return undefined
  return { family: address.family, base: networkOf(address, prefix), prefix }
}

const known = new Map<string, Cidr>()
const mostKnown = 4096

/** Throws for text that an earlier check let through. The same few are asked for again and again: those of all networks. */
export function getCidr(text: string): Cidr {
  const found = known.get(text)
  if (found) return found
  const cidr = parseCidr(text)
  if (!cidr)
    throw new PatchbayError('invalid-parameter', sentence`${text} is not a subnet like 10.20.0.0/24 or fd00:20::/64`)
  if (known.size >= mostKnown) known.clear()
  known.set(text, cidr)
  return cidr
}

export function formatCidr({ family, base, prefix }: Cidr): string {
  return `${formatAddress({ family, value: base })}/${prefix}`
}

export function sizeOf({ family, prefix }: Pick<Cidr, 'family' | 'prefix'>): bigint {
  return 1n << BigInt(bitsOf[family] - prefix)
}

export function lastOf(cidr: Cidr): bigint {
  return cidr.base + sizeOf(cidr) - 1n
}

/** Math.max takes no bigint. */
export function later(one: bigint, other: bigint): bigint {
  if (one > other) return one
  return other
}

export function earlier(one: bigint, other: bigint): bigint {
  if (one < other) return one
  return other
}

/** The address with this number, of the subnet's family. */
export function addressIn({ family }: Cidr, value: bigint): string {
  return formatAddress({ family, value })
}

export function contains(cidr: Cidr, { family, value }: Address): boolean {
  return family === cidr.family && value >= cidr.base && value <= lastOf(cidr)
}

const shifts = Array.from({ length: bitsOf.ipv6 + 1 }, (_, bits) => BigInt(bits))

/** One lies in the other: they are the same as far as the shorter prefix goes. Asked of every network whenever one is made. */
export function overlaps(one: Cidr, other: Cidr): boolean {
  if (one.family !== other.family) return false
  const shift = shifts[bitsOf[one.family] - Math.min(one.prefix, other.prefix)] ?? 0n
  return one.base >> shift === other.base >> shift
}

/** The first and the last address that a host can have: IPv6 knows no broadcast address. */
export function hostsOf(cidr: Cidr): { first: bigint; last: bigint } {
  return { first: cidr.base + 1n, last: cidr.family === 'ipv4' ? lastOf(cidr) - 1n : lastOf(cidr) }
}

function networkOf({ family, value }: Address, prefix: number): bigint {
  return value - (value % sizeOf({ family, prefix }))
}
