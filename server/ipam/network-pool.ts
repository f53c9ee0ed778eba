import { PatchbayError } from '../cnm/errors'
import type { AddressPool } from '../cnm/network'
import { type Cidr, contains, formatAddress, formatCidr, lastOf, parseAddress, parseCidr } from './cidr'

export interface PoolInput {
  readonly subnet?: string
  readonly gateway?: string
  readonly ipRange?: string
  readonly auxAddresses?: Readonly<Record<string, string>>
}

/** Turns what a person typed into a pool. `pick` gives a free subnet where none was named. */
export function parsePool(input: PoolInput, pick: () => string): AddressPool {
  if (input.subnet === undefined && (input.gateway !== undefined || input.ipRange !== undefined)) {
    const field = input.gateway === undefined ? 'ipRange' : 'gateway'
    throw invalid('subnet', `${field === 'gateway' ? 'a gateway' : 'an ip-range'} needs a subnet to lie in; give one`)
  }
  const cidr = parseSubnet(input.subnet ?? pick())
  const auxAddresses = input.auxAddresses ?? {}
  for (const [name, text] of Object.entries(auxAddresses)) {
    parseInside(cidr, text, 'auxAddresses', `auxiliary address ${name}=${text}`)
  }
  const ipRange = input.ipRange === undefined ? undefined : parseRange(cidr, input.ipRange)
  const gateway =
    input.gateway === undefined
      ? firstFree(cidr, auxAddresses)
      : formatAddress(parseInside(cidr, input.gateway, 'gateway', `gateway ${input.gateway}`))
  const clash = Object.entries(auxAddresses).find(([, address]) => address === gateway)
  if (clash) throw invalid('gateway', `gateway ${gateway} is also the auxiliary address ${clash[0]}; choose another`)
  return { subnet: formatCidr(cidr), gateway, ...(ipRange === undefined ? {} : { ipRange }), auxAddresses }
}

function parseSubnet(text: string): Cidr {
  const cidr = parseCidr(text)
  if (!cidr) throw invalid('subnet', `subnet ${shown(text)} is not an IPv4 subnet like 10.20.0.0/24`)
  if (!text.startsWith(`${formatAddress(cidr.base)}/`)) {
    throw invalid('subnet', `subnet ${text} has host bits set; did you mean ${formatCidr(cidr)}?`)
  }
  if (cidr.prefix < 8 || cidr.prefix > 30) {
    throw invalid('subnet', `subnet ${text} cannot be used: its prefix length must lie between /8 and /30`)
  }
  const first = Math.floor(cidr.base / 2 ** 24)
  if (first === 0 || first === 127 || first >= 224) {
    throw invalid('subnet', `subnet ${text} is reserved (loopback, multicast or this network); choose a private one`)
  }
  return cidr
}

function parseRange(subnet: Cidr, text: string): string {
  const range = parseCidr(text)
  if (!range) throw invalid('ipRange', `ip-range ${shown(text)} is not an IPv4 range like 10.20.0.128/25`)
  if (!contains(subnet, range.base) || !contains(subnet, lastOf(range))) {
    throw invalid('ipRange', `ip-range ${text} lies outside subnet ${formatCidr(subnet)}`)
  }
  return formatCidr(range)
}

/** An address that a host of the subnet can have: inside, neither network nor broadcast address. */
export function parseInside(subnet: Cidr, text: string, field: string, what: string): number {
  const value = parseAddress(text)
  if (value === undefined) throw invalid(field, `${shown(what)} is not an IPv4 address like 10.20.0.5`)
  if (!contains(subnet, value)) throw invalid(field, `${what} lies outside subnet ${formatCidr(subnet)}`)
  if (value === subnet.base || value === lastOf(subnet)) {
    const role = value === subnet.base ? 'network' : 'broadcast'
    throw invalid(field, `${what} is the ${role} address of subnet ${formatCidr(subnet)}; choose one in between`)
  }
  return value
}

function firstFree(cidr: Cidr, aux: Readonly<Record<string, string>>): string {
  const taken = new Set(Object.values(aux))
  for (let value = cidr.base + 1; value < lastOf(cidr); value++) {
    const address = formatAddress(value)
    if (!taken.has(address)) return address
  }
  throw invalid('auxAddresses', `subnet ${formatCidr(cidr)} has no address left for a gateway`)
}

function invalid(field: string, message: string): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field })
}

function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
