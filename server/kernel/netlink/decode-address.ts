import type { Family } from '../../cnm/address'
import type { NetAddress } from '../../cnm/netns-state'
import { addressFamilies, addressOf, attributesIn, numberOf } from './message'

const headerBytes = 8
const attribute = { address: 1, local: 2, flags: 8 }

/** Those of an address beside `permanent`; the first is called otherwise for IPv6. */
const flagNames: readonly (readonly [number, string])[] = [
  [0x02, 'nodad'],
  [0x04, 'optimistic'],
  [0x08, 'dadfailed'],
  [0x10, 'home'],
  [0x20, 'deprecated'],
  [0x40, 'tentative'],
  [0x100, 'mngtmpaddr'],
  [0x200, 'noprefixroute'],
  [0x400, 'mcautojoin'],
  [0x800, 'stable-privacy'],
]
const permanentFlag = 0x80

/** Null: of another family than IPv4 and IPv6. */
export function familyFrom(number: number | undefined): Family | null {
  if (number === addressFamilies.ipv4) return 'ipv4'
  return number === addressFamilies.ipv6 ? 'ipv6' : null
}

/** Of addresses and routes. */
export function scopeName(number: number): string {
  const names: Readonly<Record<number, string>> = { 0: 'global', 200: 'site', 253: 'link', 254: 'host', 255: 'nowhere' }
  return names[number] ?? String(number)
}

/** Of RTM_NEWADDR. */
export function decodeAddress(body: Buffer): NetAddress | null {
  const family = familyFrom(body[0])
  if (family === null) return null
  const attributes = attributesIn(body, headerBytes)
  const given = addressOf(attributes.get(attribute.address))
  const address = addressOf(attributes.get(attribute.local)) ?? given
  if (address === null) return null
  const flags = numberOf(attributes.get(attribute.flags)) ?? body.readUInt8(2)
  return {
    index: body.readUInt32LE(4),
    family,
    address,
    prefixLength: body.readUInt8(1),
    peer: given === address ? null : given,
    scope: scopeName(body.readUInt8(3)),
    flags: [
      flags & permanentFlag ? 'permanent' : 'dynamic',
      ...(flags & 1 ? [family === 'ipv4' ? 'secondary' : 'temporary'] : []),
      ...flagNames.filter(([bit]) => flags & bit).map(([, name]) => name),
    ],
  }
}
