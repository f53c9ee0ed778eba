import { PatchbayError } from '../cnm/errors'

/** An IPv4 subnet: its network address as an unsigned number, and the prefix length. */
export interface Cidr {
  readonly base: number
  readonly prefix: number
}

const octet = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const addressPattern = new RegExp(`^${octet}\\.${octet}\\.${octet}\\.${octet}$`)

/** "172.18.0.2" as an unsigned number, or undefined. Leading zeros are refused: some programs read them as octal. */
export function parseAddress(text: string): number | undefined {
  const match = addressPattern.exec(text)
  if (!match) return undefined
  return match.slice(1).reduce((sum, part) => sum * 256 + Number(part), 0)
}

export function formatAddress(value: number): string {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.')
}

/** "172.18.0.0/16"; host bits may be set, `base` has them cleared. */
export function parseCidr(text: string): Cidr | undefined {
  const [address, prefixText, ...rest] = text.split('/')
  if (address === undefined || prefixText === undefined || rest.length > 0) return undefined
  const value = parseAddress(address)
  if (value === undefined || !/^(\d|[12]\d|3[0-2])$/.test(prefixText)) return undefined
  const prefix = Number(prefixText)
  return { base: networkOf(value, prefix), prefix }
}

/** Throws for text that an earlier check let through. */
export function getCidr(text: string): Cidr {
  const cidr = parseCidr(text)
  if (!cidr) throw new PatchbayError('invalid-parameter', `${text} is not an IPv4 subnet like 10.20.0.0/24`)
  return cidr
}

export function formatCidr({ base, prefix }: Cidr): string {
  return `${formatAddress(base)}/${prefix}`
}

export function sizeOf({ prefix }: Cidr): number {
  return 2 ** (32 - prefix)
}

export function lastOf(cidr: Cidr): number {
  return cidr.base + sizeOf(cidr) - 1
}

export function contains(cidr: Cidr, address: number): boolean {
  return address >= cidr.base && address <= lastOf(cidr)
}

export function overlaps(one: Cidr, other: Cidr): boolean {
  return one.base <= lastOf(other) && other.base <= lastOf(one)
}

function networkOf(value: number, prefix: number): number {
  return value - (value % 2 ** (32 - prefix))
}
