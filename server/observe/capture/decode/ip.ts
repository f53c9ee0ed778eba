import { type Cursor, flagsOf, hex, ipv4Of, ipv6Of, Cursor as Reader } from './cursor'
import { type Draft, readLayer } from './draft'
import { readIcmp, readIcmpv6 } from './icmp'
import { readGre, readIgmp, readInside } from './inner'
import { readTcp } from './tcp'
import { readUdp } from './udp'

const protocols: Record<number, string> = {
  1: 'ICMP',
  2: 'IGMP',
  4: 'IPv4',
  6: 'TCP',
  17: 'UDP',
  41: 'IPv6',
  47: 'GRE',
  50: 'ESP',
  51: 'AH',
  58: 'ICMPv6',
  89: 'OSPF',
  112: 'VRRP',
  132: 'SCTP',
}

/** Bare: the first four bits say which. */
export function readIp(draft: Draft, cursor: Cursor): void {
  const version = (cursor.bytes[cursor.at] ?? 0) >> 4
  if (version === 6) readIpv6(draft, cursor)
  else readIpv4(draft, cursor)
}

export function readIpv4(draft: Draft, cursor: Cursor): void {
  Object.assign(draft, { protocol: 'IPv4', info: '' })
  let [protocol, id, fragment, moreFragments, end] = [0, 0, 0, false, cursor.end]
  readLayer(draft, 'IPv4', cursor, () => {
    const start = cursor.at
    const first = cursor.u8()
    const headBytes = (first & 0xf) * 4
    cursor.note('Version', first >> 4, start)
    cursor.note('Header length', `${headBytes} bytes`, start)
    if (first >> 4 !== 4 || headBytes < 20) throw new RangeError('no IPv4')
    cursor.field('DSCP and ECN', () => cursor.u8(), hex(2))
    const total = cursor.field('Total length', () => cursor.u16())
    // Of what the network card is to cut into segments the kernel may leave the length out.
    end = total < headBytes ? cursor.end : Math.min(cursor.end, start + total)
    id = cursor.field(
      'Identification',
      () => cursor.u16(),
      (value) => `${hex(4)(value)} (${value})`,
    )
    const from = cursor.at
    const flags = cursor.u16()
    fragment = (flags & 0x1fff) * 8
    moreFragments = (flags & 0x2000) !== 0
    const names = flagsOf(flags, [
      [0x4000, "don't fragment"],
      [0x2000, 'more fragments'],
    ])
    cursor.note('Flags', names === '' ? 'none' : names, from)
    cursor.note('Fragment offset', fragment, from)
    cursor.field('Time to live', () => cursor.u8())
    protocol = cursor.field('Protocol', () => cursor.u8(), protocolOf)
    cursor.field('Header checksum', () => cursor.u16(), hex(4))
    draft.source = cursor.field('Source', () => ipv4Of(cursor.take(4)))
    draft.destination = cursor.field('Destination', () => ipv4Of(cursor.take(4)))
    if (headBytes > 20)
      cursor.field(
        'Options',
        () => cursor.take(headBytes - 20),
        (bytes) => `${bytes.length} bytes`,
      )
    return `${draft.source} → ${draft.destination}`
  })
  const payload = cursor.bytes.subarray(cursor.at, end)
  draft.identity = ['4', id, protocol, fragment]
  if (fragment > 0 || moreFragments) {
    draft.identity.push(payload)
    draft.info = `Fragment of ${nameOf(protocol)}, id ${hex(4)(id)}, offset ${fragment}${moreFragments ? ', more follow' : ', the last'}`
  }
  if (fragment === 0) readProtocol(draft, new Reader(cursor.bytes, cursor.at, end), protocol, payload)
}

const extensions: Record<number, string> = {
  0: 'Hop-by-hop options',
  43: 'Routing header',
  44: 'Fragment header',
  51: 'Authentication header',
  60: 'Destination options',
}
const mostExtensions = 16

export function readIpv6(draft: Draft, cursor: Cursor): void {
  Object.assign(draft, { protocol: 'IPv6', info: '' })
  let [next, end] = [0, cursor.end]
  readLayer(draft, 'IPv6', cursor, () => {
    const start = cursor.at
    const first = cursor.u32()
    cursor.note('Version', first >>> 28, start)
    cursor.note('Traffic class', hex(2)((first >>> 20) & 0xff), start)
    cursor.note('Flow label', hex(5)(first & 0xfffff), start)
    if (first >>> 28 !== 6) throw new RangeError('no IPv6')
    const length = cursor.field('Payload length', () => cursor.u16())
    end = length === 0 ? cursor.end : Math.min(cursor.end, start + 40 + length)
    next = cursor.field('Next header', () => cursor.u8(), nextOf)
    cursor.field('Hop limit', () => cursor.u8())
    draft.source = cursor.field('Source', () => ipv6Of(cursor.take(16)))
    draft.destination = cursor.field('Destination', () => ipv6Of(cursor.take(16)))
    return `${draft.source} → ${draft.destination}`
  })
  draft.identity = ['6']
  const rest = new Reader(cursor.bytes, cursor.at, end)
  let isFirst = true
  for (let seen = 0; seen < mostExtensions && extensions[next] !== undefined && isFirst; seen++) {
    const header = readExtension(draft, rest, next)
    next = header.next
    isFirst = header.offset === 0
  }
  draft.identity.push(next)
  const payload = rest.bytes.subarray(rest.at, rest.end)
  if (isFirst) readProtocol(draft, rest, next, payload)
  else draft.identity.push(payload)
}

function readExtension(draft: Draft, cursor: Cursor, kind: number): { next: number; offset: number } {
  const found = { next: 0, offset: 0 }
  readLayer(draft, extensions[kind] ?? 'Extension', cursor, () => {
    found.next = cursor.field('Next header', () => cursor.u8(), nextOf)
    const size = cursor.u8()
    if (kind !== 44) {
      cursor.field(
        'Content',
        () => cursor.take(kind === 51 ? size * 4 + 6 : size * 8 + 6),
        (bytes) => `${bytes.length} bytes`,
      )
      return `then ${nextOf(found.next)}`
    }
    const from = cursor.at
    const place = cursor.u16()
    found.offset = place & 0xfff8
    cursor.note('Fragment offset', found.offset, from)
    const isLast = (place & 1) === 0
    cursor.note('More fragments', isLast ? 'no' : 'yes', from)
    const id = cursor.field('Identification', () => cursor.u32(), hex(8))
    draft.identity.push(id, found.offset)
    draft.info = `Fragment of ${nameOf(found.next)}, id ${hex(8)(id)}, offset ${found.offset}${isLast ? ', the last' : ', more follow'}`
    return draft.info
  })
  return found
}

function nextOf(value: number): string {
  return extensions[value] === undefined ? protocolOf(value) : `${value} (${extensions[value]})`
}

function nameOf(value: number): string {
  return extensions[value] ?? protocols[value] ?? `protocol ${value}`
}

function protocolOf(value: number): string {
  return `${value} (${protocols[value] ?? 'unknown'})`
}

function readProtocol(draft: Draft, cursor: Cursor, protocol: number, payload: Buffer): void {
  const isFragment = draft.info !== ''
  const read = readersOf[protocol]
  if (read) read(draft, cursor)
  else {
    draft.identity.push(payload)
    if (!isFragment) draft.info = nameOf(protocol)
  }
}

const readersOf: Record<number, (draft: Draft, cursor: Cursor) => void> = {
  1: readIcmp,
  2: readIgmp,
  4: readInside,
  6: readTcp,
  17: readUdp,
  41: readInside,
  47: readGre,
  58: readIcmpv6,
}
