import { formatAddress } from '../../cnm/address'

/** Netlink as the kernel's headers have it (rtnetlink(7)); numbers are in the machine's order, which is little-endian wherever this runs. */
export interface Message {
  readonly type: number
  /** Of a dump, the kernel says that what it read has changed meanwhile. */
  readonly isInterrupted: boolean
  readonly body: Buffer
}

export const messageTypes = {
  error: 2,
  done: 3,
  newLink: 16,
  getLink: 18,
  newAddress: 20,
  getAddress: 22,
  newRoute: 24,
  getRoute: 26,
  newNeighbour: 28,
  getNeighbour: 30,
  newRule: 32,
  getRule: 34,
  newNetnsId: 88,
  getNetnsId: 90,
  newCounters: 92,
  getCounters: 94,
} as const

const headerBytes = 16
const interruptedFlag = 0x10
const dumpFlags = 0x301

export const addressFamilies = { any: 0, ipv4: 2, bridge: 7, ipv6: 10 } as const

/** The messages in a datagram; what is cut off ends before it. */
export function* messagesIn(datagram: Buffer): Generator<Message> {
  for (let at = 0; at + headerBytes <= datagram.length; ) {
    const length = datagram.readUInt32LE(at)
    if (length < headerBytes || at + length > datagram.length) return
    yield {
      type: datagram.readUInt16LE(at + 4),
      isInterrupted: (datagram.readUInt16LE(at + 6) & interruptedFlag) !== 0,
      body: datagram.subarray(at + headerBytes, at + length),
    }
    at += aligned(length)
  }
}

/** A request for all there is of a kind; `header` is the fixed part of the message with its attributes. */
export function dumpRequest(type: number, header: Buffer): Buffer {
  const head = Buffer.alloc(headerBytes)
  head.writeUInt32LE(headerBytes + header.length, 0)
  head.writeUInt16LE(type, 4)
  head.writeUInt16LE(dumpFlags, 6)
  return Buffer.concat([head, header])
}

/** An attribute that holds one number of 32 bits. */
export function numberAttribute(type: number, value: number): Buffer {
  const attribute = Buffer.alloc(8)
  attribute.writeUInt16LE(8, 0)
  attribute.writeUInt16LE(type, 2)
  attribute.writeInt32LE(value, 4)
  return attribute
}

export type Attributes = ReadonlyMap<number, Buffer>

/** The attributes from `start` on, by type. Of a type that comes twice the first counts. */
export function attributesIn(body: Buffer, start: number): Attributes {
  const attributes = new Map<number, Buffer>()
  for (let at = start; at + 4 <= body.length; ) {
    const length = body.readUInt16LE(at)
    if (length < 4 || at + length > body.length) break
    const type = body.readUInt16LE(at + 2) & 0x3fff
    if (!attributes.has(type)) attributes.set(type, body.subarray(at + 4, at + length))
    at += aligned(length)
  }
  return attributes
}

export function nestedIn(attribute: Buffer | undefined): Attributes {
  return attribute ? attributesIn(attribute, 0) : new Map()
}

export function byteOf(attribute: Buffer | undefined): number | null {
  return attribute && attribute.length >= 1 ? attribute.readUInt8(0) : null
}

export function numberOf(attribute: Buffer | undefined): number | null {
  return attribute && attribute.length >= 4 ? attribute.readUInt32LE(0) : null
}

/** A port: 16 bits in the network's order. */
export function portOf(attribute: Buffer | undefined): number | null {
  return attribute && attribute.length >= 2 ? attribute.readUInt16BE(0) : null
}

/** Up to the zero that ends it. Names are bytes to the kernel: what is not UTF-8 is shown with marks in its place. */
export function textOf(attribute: Buffer | undefined): string | null {
  if (!attribute) return null
  const end = attribute.indexOf(0)
  return attribute.toString('utf8', 0, end < 0 ? attribute.length : end)
}

/** "02:42:…"; null for a link without one. */
export function macOf(attribute: Buffer | undefined): string | null {
  if (!attribute || attribute.length === 0) return null
  let text = hexadecimal[attribute[0] as number] as string
  for (let at = 1; at < attribute.length; at++) text += `:${hexadecimal[attribute[at] as number]}`
  return text
}

/** By its length: four bytes are IPv4, sixteen IPv6; null for anything else. */
export function addressOf(attribute: Buffer | undefined): string | null {
  if (attribute?.length === 4) return attribute.join('.')
  if (attribute?.length !== 16) return null
  return formatAddress({ family: 'ipv6', value: (attribute.readBigUInt64BE(0) << 64n) | attribute.readBigUInt64BE(8) })
}

const hexadecimal = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function aligned(length: number): number {
  return (length + 3) & ~3
}
