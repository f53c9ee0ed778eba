import { type Address, bitsOf, parseAddress } from '../../cnm/address'

/** An address in CIDR notation; without a length, all of it. "255.255.255.0" may stand for the length, as iptables prints. */
export function holds(subnet: string, address: string): boolean {
  return isWithin(parseSubnet(subnet), parseSubnet(address))
}

/** Whether one of a list with commas holds it. */
export function oneHolds(subnets: string, address: string): boolean {
  if (!subnets.includes(',')) return holds(subnets, address)
  return subnets.split(',').some((subnet) => holds(subnet, address))
}

function isWithin(net: Subnet | null, one: Subnet | null): boolean {
  if (!net || !one || one.family !== net.family) return false
  if (net.family === 'ipv4') return ((one.low ^ net.low) & net.lowMask) === 0
  return (one.value & net.mask) === (net.value & net.mask)
}

interface Subnet extends Address {
  readonly mask: bigint
  /** The last 32 bits: all of IPv4, which is compared a million times a second. */
  readonly low: number
  readonly lowMask: number
}

const parsed = new Map<string, Subnet | null>()

function parseSubnet(text: string): Subnet | null {
  const known = parsed.get(text)
  if (known !== undefined) return known
  if (parsed.size > 20_000) parsed.clear()
  const plain = parse(text)
  const subnet = plain && { ...plain, low: lowOf(plain.value), lowMask: lowOf(plain.mask) }
  parsed.set(text, subnet)
  return subnet
}

function lowOf(value: bigint): number {
  return Number(BigInt.asIntN(32, value))
}

function parse(text: string): (Address & Pick<Subnet, 'mask'>) | null {
  const [base = '', length] = text.split('/')
  const address = parseAddress(base)
  if (!address) return null
  const bits = bitsOf[address.family]
  const all = (1n << BigInt(bits)) - 1n
  if (length === undefined) return { ...address, mask: all }
  const dotted = parseAddress(length)
  if (dotted) return { ...address, mask: dotted.value }
  const count = Number(length)
  return { ...address, mask: count === 0 ? 0n : all ^ (all >> BigInt(count)) }
}

export function prefixOf(subnet: string): number {
  return Number(subnet.split('/')[1] ?? bitsOf[subnet.includes(':') ? 'ipv6' : 'ipv4'])
}

export function isLoopback(address: string): boolean {
  return holds(address.includes(':') ? '::1/128' : '127.0.0.0/8', address)
}

export function isLinkLocal(address: string): boolean {
  return holds(address.includes(':') ? 'fe80::/10' : '169.254.0.0/16', address)
}

/** Bits that both begin with. */
export function commonPrefix(one: string, other: string): number {
  const a = parseAddress(one)
  const b = parseAddress(other)
  if (!a || !b || a.family !== b.family) return 0
  const differing = (a.value ^ b.value).toString(2)
  return a.value === b.value ? bitsOf[a.family] : bitsOf[a.family] - differing.length
}

const ownRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', 'fc00::/7', 'fe80::/10']

/** Of a range that nobody outside knows the way to. */
export function isPrivate(address: string): boolean {
  return ownRanges.some((range) => holds(range, address))
}
