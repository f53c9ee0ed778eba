/** A packet as it was captured. */
export interface CapturedPacket {
  /** Nanoseconds since 1970. */
  readonly timeNs: bigint
  /** As much of it as was captured. */
  readonly bytes: Buffer
  readonly originalLength: number
}

export interface PcapReader {
  /** Number in the registry of link types (1: Ethernet, 101: bare IP); undefined before the head has come. */
  readonly linkType: number | undefined
  /** Packets that are whole now. Throws RangeError where this is no pcap. */
  push(chunk: Buffer): CapturedPacket[]
}

const headBytes = 24
const recordBytes = 16
/** A record that claims more is no record. */
const mostBytes = 1 << 20
const [micros, nanos] = [0xa1b2c3d4, 0xa1b23c4d]

/** Takes a stream of pcap apart, however it is cut into chunks; either byte order, microseconds or nanoseconds. */
export function createPcapReader(): PcapReader {
  let rest: Buffer = Buffer.alloc(0)
  let head: Head | undefined

  function next(): CapturedPacket | undefined {
    if (!head || rest.length < recordBytes) return undefined
    const { word, unitNs } = head
    const captured = word(rest, 8)
    if (captured > mostBytes) throw new RangeError(`a packet of ${captured} bytes`)
    if (rest.length < recordBytes + captured) return undefined
    const packet = {
      timeNs: BigInt(word(rest, 0)) * 1_000_000_000n + BigInt(word(rest, 4)) * unitNs,
      bytes: rest.subarray(recordBytes, recordBytes + captured),
      originalLength: word(rest, 12),
    }
    rest = rest.subarray(recordBytes + captured)
    return packet
  }

  return {
    get linkType() {
      return head?.linkType
    },
    push(chunk) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      if (!head) {
        if (rest.length < headBytes) return []
        head = readHead(rest)
        rest = rest.subarray(headBytes)
      }
      const packets: CapturedPacket[] = []
      for (let packet = next(); packet; packet = next()) packets.push(packet)
      return packets
    },
  }
}

interface Head {
  readonly linkType: number
  readonly unitNs: bigint
  readonly word: (bytes: Buffer, at: number) => number
}

function readHead(bytes: Buffer): Head {
  for (const word of [littleEndian, bigEndian]) {
    const magic = word(bytes, 0)
    // The upper bits of the link type say how a checksum follows the frame.
    if (magic === micros || magic === nanos) {
      return { word, unitNs: magic === nanos ? 1n : 1_000n, linkType: word(bytes, 20) & 0xffff }
    }
  }
  throw new RangeError('this is no pcap')
}

const littleEndian = (bytes: Buffer, at: number) => bytes.readUInt32LE(at)
const bigEndian = (bytes: Buffer, at: number) => bytes.readUInt32BE(at)
