import { formatAddress } from '../cnm/address'

/** What is known of one packet from its headers. */
export type Frame =
  | {
      readonly kind: 'tcp' | 'udp'
      readonly source: string
      readonly destination: string
      readonly sourcePort: number
      readonly destinationPort: number
      /** "SYN", "SYN,ACK", "RST" …; empty for udp. */
      readonly flags: string
    }
  | {
      readonly kind: 'icmp'
      readonly source: string
      readonly destination: string
      readonly type: number
      readonly code: number
      /** Of an echo and its answer; else 0. */
      readonly id: number
      /** Whose packet an error is about, as far as the error repeats it. */
      readonly about: Frame | null
    }
  | {
      /** Who has `target`? And the answer to it: `isAnswer`, from `source`, whose MAC is `mac`. */
      readonly kind: 'neighbour'
      readonly isAnswer: boolean
      readonly source: string
      readonly target: string
      readonly mac: string | null
    }

const ethernetTypes = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const

/** Reads from the network header on. Undefined for what is none of these, or cut short. */
export function readFrame(type: number, bytes: Buffer): Frame | undefined {
  try {
    if (type === ethernetTypes.arp) return readArp(bytes)
    if (type === ethernetTypes.ipv4) return readIpv4(bytes)
    if (type === ethernetTypes.ipv6) return readIpv6(bytes)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return undefined
}

function readArp(bytes: Buffer): Frame | undefined {
  if (bytes.readUInt16BE(2) !== ethernetTypes.ipv4) return undefined
  return {
    kind: 'neighbour',
    isAnswer: bytes.readUInt16BE(6) === 2,
    source: address4(bytes, 14),
    target: address4(bytes, 24),
    mac: macAt(bytes, 8),
  }
}

function readIpv4(bytes: Buffer): Frame | undefined {
  // Later fragments have no ports.
  if ((bytes.readUInt16BE(6) & 0x1fff) !== 0) return undefined
  const ends = { source: address4(bytes, 12), destination: address4(bytes, 16) }
  return readTransport(bytes.readUInt8(9), ends, bytes.subarray((bytes.readUInt8(0) & 15) * 4))
}

/** Extension headers are not looked behind: probes have none. */
function readIpv6(bytes: Buffer): Frame | undefined {
  const ends = { source: address6(bytes, 8), destination: address6(bytes, 24) }
  return readTransport(bytes.readUInt8(6), ends, bytes.subarray(40))
}

type Ends = { readonly source: string; readonly destination: string }

function readTransport(protocol: number, ends: Ends, bytes: Buffer): Frame | undefined {
  switch (protocol) {
    case 6:
    case 17: {
      const ports = { sourcePort: bytes.readUInt16BE(0), destinationPort: bytes.readUInt16BE(2) }
      // An error repeats eight bytes of the header only.
      const flags = protocol === 6 && bytes.length > 13 ? flagsOf(bytes.readUInt8(13)) : ''
      return { kind: protocol === 6 ? 'tcp' : 'udp', ...ends, ...ports, flags }
    }
    case 1:
      return readIcmp(ends, bytes, [3, 4, 5, 11, 12], [0, 8], ethernetTypes.ipv4)
    case 58:
      return readNeighbour(ends, bytes) ?? readIcmp(ends, bytes, [1, 2, 3, 4], [128, 129], ethernetTypes.ipv6)
    default:
      return undefined
  }
}

function readIcmp(
  ends: Ends,
  bytes: Buffer,
  errors: readonly number[],
  echoes: readonly number[],
  family: number,
): Frame | undefined {
  const [type, code] = [bytes.readUInt8(0), bytes.readUInt8(1)]
  const about = errors.includes(type) ? (readFrame(family, bytes.subarray(8)) ?? null) : null
  const id = echoes.includes(type) ? bytes.readUInt16BE(4) : 0
  return { kind: 'icmp', ...ends, type, code, id, about }
}

/** Neighbour solicitation (135) and advertisement (136), RFC 4861. */
function readNeighbour({ source }: Ends, bytes: Buffer): Frame | undefined {
  const type = bytes.readUInt8(0)
  if (type !== 135 && type !== 136) return undefined
  const isAnswer = type === 136
  // Its target's address is an option: type 2, length 1.
  const mac = isAnswer && bytes.length >= 32 && bytes.readUInt8(24) === 2 ? macAt(bytes, 26) : null
  return { kind: 'neighbour', isAnswer, source, target: address6(bytes, 8), mac }
}

const flagNames = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG']

function flagsOf(byte: number): string {
  return flagNames.filter((_, bit) => byte & (1 << bit)).join(',')
}

function address4(bytes: Buffer, at: number): string {
  return formatAddress({ family: 'ipv4', value: BigInt(bytes.readUInt32BE(at)) })
}

function address6(bytes: Buffer, at: number): string {
  const value = (bytes.readBigUInt64BE(at) << 64n) | bytes.readBigUInt64BE(at + 8)
  return formatAddress({ family: 'ipv6', value })
}

function macAt(bytes: Buffer, at: number): string {
  bytes.readUInt8(at + 5)
  return (bytes.toString('hex', at, at + 6).match(/../g) ?? []).join(':')
}
