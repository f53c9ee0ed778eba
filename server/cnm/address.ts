import { isIPv4, isIPv6 } from 'node:net'

export type Family = 'ipv4' | 'ipv6'

/** An address as an unsigned number of 32 or 128 bits. */
export interface Address {
  readonly family: Family
  readonly value: bigint
}

export const bitsOf = { ipv4: 32, ipv6: 128 } as const

/** How people call a family. */
export const familyNames = { ipv4: 'IPv4', ipv6: 'IPv6' } as const

/** "172.18.0.2" or "fd00::2"; undefined for anything else, zones ("fe80::1%eth0") and octets with leading zeros included. */
export function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { family: 'ipv4', value: numberFrom(text.split('.'), 10, 8n) }
  if (isIPv6(text) && !text.includes('%')) return { family: 'ipv6', value: numberFrom(groupsOf(text), 16, 16n) }
  return undefined
}

/** As the kernel prints it: IPv6 in lower case, the longest run of zeros as "::" (RFC 5952). */
export function formatAddress({ family, value }: Address): string {
  if (family === 'ipv4') return formatIpv4(Number(value))
  const groups = sixteensOf(value).map((group) => group.toString(16))
  const { start, length } = longestZeros(groups)
  if (length < 2) return groups.join(':')
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`
}

/** In numbers, as they are made one after another where a free address is looked for. */
function formatIpv4(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`
}

/** The one way to write an address; text that is none stays as it is. */
export function canonicalAddress(text: string): string {
  const address = parseAddress(text)
  return address ? formatAddress(address) : text
}

/** Whether one machine can have it: false for the unspecified one, groups, and all of a wire; undefined for what is none. */
export function isOfOneHost(text: string): boolean | undefined {
  const address = parseAddress(text)
  if (!address) return undefined
  const { family, value } = address
  if (family === 'ipv4') return value >> 24n !== 0n && value >> 28n < 0xen
  return value !== 0n && value >> 120n !== 0xffn
}

/** The family of an address or subnet, by its look. */
export function familyOf(text: string): Family {
  return text.includes(':') ? 'ipv6' : 'ipv4'
}

function numberFrom(parts: readonly string[], radix: number, bits: bigint): bigint {
  return parts.reduce((sum, part) => (sum << bits) | BigInt(Number.parseInt(part, radix)), 0n)
}

function sixteensOf(value: bigint): number[] {
  return Array.from({ length: 8 }, (_, at) => Number((value >> (16n * BigInt(7 - at))) & 0xffffn))
}

/** The eight groups of an IPv6 address; the last two may be written as an IPv4 address. */
function groupsOf(text: string): string[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text)
  const plain = dotted ? `${dotted[1]}${hexOf(dotted[2], dotted[3])}:${hexOf(dotted[4], dotted[5])}` : text
  const [head = '', tail] = plain.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  return [...before, ...new Array<string>(8 - before.length - after.length).fill('0'), ...after]
}

function hexOf(high = '0', low = '0'): string {
  return (Number(high) * 256 + Number(low)).toString(16)
}

function longestZeros(groups: readonly string[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  for (let start = 0; start < groups.length; start++) {
    let length = 0
    while (groups[start + length] === '0') length++
    if (length > best.length) best = { start, length }
  }
  return best
}
