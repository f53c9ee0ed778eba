import { canonicalAddress, type Family, familyNames, formatAddress, parseAddress } from '../cnm/address'
import { addressIn, type Cidr, contains, formatCidr, hostsOf, lastOf, parseCidr } from '../cnm/cidr'
import { PatchbayError } from '../cnm/errors'
import type { AddressPool } from '../cnm/network'
import type { Reason } from '../cnm/reasons'
import { type Said, sentence } from '../cnm/sentence'

export interface PoolInput {
  readonly subnet?: string
  readonly gateway?: string
  readonly ipRange?: string
  readonly auxAddresses?: Readonly<Record<string, string>>
}

const examples = {
  subnet: { ipv4: '10.20.0.0/24', ipv6: 'fd00:20::/64' },
  range: { ipv4: '10.20.0.128/25', ipv6: 'fd00:20::8000/113' },
  address: { ipv4: '10.20.0.5', ipv6: 'fd00:20::5' },
} as const

/** Turns what a person typed into a pool. `pick` gives a free subnet where none was named. */
export function parsePool(input: PoolInput, pick: () => string): AddressPool {
  if (input.subnet === undefined && (input.gateway !== undefined || input.ipRange !== undefined)) {
    const field = input.gateway === undefined ? 'ipRange' : 'gateway'
    throw invalid(
      'subnet',
      sentence`${field === 'gateway' ? sentence`a gateway` : sentence`an ip-range`} needs a subnet to lie in; give one`,
    )
  }
  const cidr = parseSubnet(input.subnet ?? pick())
  const auxAddresses = Object.fromEntries(
    Object.entries(input.auxAddresses ?? {}).map(([name, text]) => [
      name,
      addressIn(cidr, parseInside(cidr, text, 'auxAddresses', sentence`auxiliary address ${cut(name)}=${cut(text)}`)),
    ]),
  )
  const ipRange = input.ipRange === undefined ? undefined : parseRange(cidr, input.ipRange)
  const gateway =
    input.gateway === undefined
      ? firstFree(cidr, auxAddresses)
      : addressIn(cidr, parseInside(cidr, input.gateway, 'gateway', sentence`gateway ${cut(input.gateway)}`))
  const clash = Object.entries(auxAddresses).find(([, address]) => address === gateway)
  if (clash) {
    const [name] = clash
    throw invalid('gateway', sentence`gateway ${gateway} is also the auxiliary address ${name}; choose another`, {
      ...{ reason: 'aux-address-taken', data: { name, address: gateway } },
    })
  }
  return { subnet: formatCidr(cidr), gateway, ...(ipRange === undefined ? {} : { ipRange }), auxAddresses }
}

/** The longest prefix that leaves room for a gateway and a container. */
export const longestPrefix = { ipv4: 30, ipv6: 126 } as const

/** Throws for text that is no subnet that containers can be in. */
export function parseSubnet(text: string, field = 'subnet'): Cidr {
  const cidr = parseCidr(text)
  if (!cidr) {
    const { ipv4, ipv6 } = examples.subnet
    throw invalid(field, sentence`subnet ${cut(text)} is not an IPv4 subnet like ${ipv4} or an IPv6 one like ${ipv6}`, {
      ...{ reason: 'subnet-invalid', data: { subnet: text } },
    })
  }
  const base = formatAddress({ family: cidr.family, value: cidr.base })
  if (canonicalAddress(text.split('/')[0] ?? '') !== base) {
    throw invalid(field, sentence`subnet ${text} has host bits set; did you mean ${formatCidr(cidr)}?`)
  }
  const longest = longestPrefix[cidr.family]
  if (cidr.prefix < 8 || cidr.prefix > longest) {
    throw invalid(
      field,
      sentence`subnet ${text} cannot be used: its prefix length must lie between /8 and /${longest}`,
      {
        ...(cidr.prefix > longest ? { reason: 'no-address-for-gateway' } : {}),
      },
    )
  }
  if (isReserved(cidr)) {
    throw invalid(
      field,
      sentence`subnet ${text} is reserved (loopback, multicast or this network); choose a private one`,
    )
  }
  return cidr
}

function isReserved({ family, base }: Cidr): boolean {
  if (family === 'ipv4') {
    const first = base >> 24n
    return first === 0n || first === 127n || first >= 224n
  }
  // Unspecified, loopback and mapped addresses; link-local ones, which every link has by itself; multicast.
  return base >> 120n === 0n || base >> 118n === 0xfe80n >> 6n || base >> 120n === 0xffn
}

function parseRange(subnet: Cidr, text: string): string {
  const range = parseCidr(text)
  const { family } = subnet
  if (range?.family !== family) {
    const example = examples.range[family]
    throw invalid('ipRange', sentence`ip-range ${cut(text)} is not an ${familyNames[family]} range like ${example}`)
  }
  if (!contains(subnet, { family, value: range.base }) || !contains(subnet, { family, value: lastOf(range) })) {
    throw invalid('ipRange', sentence`ip-range ${text} lies outside subnet ${formatCidr(subnet)}`)
  }
  return formatCidr(range)
}

/** An address that a host of the subnet can have: inside, neither network nor broadcast address. */
export function parseInside(subnet: Cidr, text: string, field: string, what: Said): bigint {
  const address = parseAddressOf(subnet.family, text, field, what)
  if (!contains(subnet, address)) {
    throw invalid(
      field,
      sentence`${what} lies outside subnet ${formatCidr(subnet)}`,
      aboutAddress(field, 'address-outside', text),
    )
  }
  const { first, last } = hostsOf(subnet)
  if (address.value < first || address.value > last) {
    const role = address.value < first ? sentence`network` : sentence`broadcast`
    throw invalid(
      field,
      sentence`${what} is the ${role} address of subnet ${formatCidr(subnet)}; choose one in between`,
      {
        ...aboutAddress(field, 'address-in-use', text),
      },
    )
  }
  return address.value
}

/** Throws for text that is no address of this family. */
export function parseAddressOf(family: Family, text: string, field: string, what: Said) {
  const address = parseAddress(text)
  if (address?.family === family) return address
  throw invalid(field, sentence`${what} is not an ${familyNames[family]} address like ${examples.address[family]}`, {
    ...aboutAddress(field, 'address-invalid', text, familyNames[family]),
  })
}

function firstFree(cidr: Cidr, aux: Readonly<Record<string, string>>): string {
  const taken = new Set(Object.values(aux))
  const { first, last } = hostsOf(cidr)
  for (let value = first; value <= last; value++) {
    const address = addressIn(cidr, value)
    if (!taken.has(address)) return address
  }
  throw invalid('auxAddresses', sentence`subnet ${formatCidr(cidr)} has no address left for a gateway`)
}

type About = { reason?: Reason; data?: Record<string, unknown> }

/** Only an endpoint's address is known by these reasons. */
function aboutAddress(field: string, reason: Reason, address: string, family?: string): About {
  return field === 'ipv4Address' || field === 'ipv6Address' ? { reason, data: { address, family } } : {}
}

function invalid(field: string, message: Said, about: About = {}): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field, ...about })
}

export function cut(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
