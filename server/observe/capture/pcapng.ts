/**
 * Blocks of pcapng (draft-ietf-opsawg-pcapng), little endian: one section, an interface block a point, an enhanced
 * packet block a packet, a statistics block at the end of a point.
 */

const types = { section: 0x0a0d0d0a, interface: 1, statistics: 5, packet: 6 } as const
const options = { application: 4, name: 2, description: 3, resolution: 9, filter: 11, received: 4, dropped: 5 } as const
const byteOrderMagic = 0x1a2b3c4d
/** Times in units of 10^-9 seconds. */
const nanoseconds = 9

export function sectionBlock(): Buffer {
  const body = Buffer.alloc(16)
  body.writeUInt32LE(byteOrderMagic, 0)
  body.writeUInt16LE(1, 4)
  // Of unknown length.
  body.writeBigInt64LE(-1n, 8)
  return block(types.section, [body, optionsOf([[options.application, Buffer.from('Patchbay')]])])
}

export function interfaceBlock(point: {
  readonly name: string
  readonly description: string
  readonly linkType: number
  readonly snapLength: number
  /** In tcpdump's words; '' for everything. */
  readonly filter: string
}): Buffer {
  const body = Buffer.alloc(8)
  body.writeUInt16LE(point.linkType, 0)
  body.writeUInt32LE(point.snapLength, 4)
  return block(types.interface, [
    body,
    optionsOf([
      [options.name, Buffer.from(point.name)],
      [options.description, Buffer.from(point.description)],
      [options.resolution, Buffer.from([nanoseconds])],
      // Zero says that words follow, not the filter's program.
      ...(point.filter === '' ? [] : [[options.filter, Buffer.from(`\0${point.filter}`)] as const]),
    ]),
  ])
}

export function packetBlock(
  interfaceNumber: number,
  { timeNs, bytes, originalLength }: { timeNs: bigint; bytes: Buffer; originalLength: number },
): Buffer {
  const body = Buffer.alloc(20)
  body.writeUInt32LE(interfaceNumber, 0)
  writeTime(body, timeNs, 4)
  body.writeUInt32LE(bytes.length, 12)
  body.writeUInt32LE(originalLength, 16)
  return block(types.packet, [body, padded(bytes)])
}

export function statisticsBlock(
  interfaceNumber: number,
  timeNs: bigint,
  { received, dropped }: { received: number; dropped: number },
): Buffer {
  const body = Buffer.alloc(12)
  body.writeUInt32LE(interfaceNumber, 0)
  writeTime(body, timeNs, 4)
  const counts = optionsOf([
    [options.received, count(received)],
    [options.dropped, count(dropped)],
  ])
  return block(types.statistics, [body, counts])
}

function writeTime(body: Buffer, timeNs: bigint, at: number): void {
  body.writeUInt32LE(Number((timeNs >> 32n) & 0xffffffffn), at)
  body.writeUInt32LE(Number(timeNs & 0xffffffffn), at + 4)
}

function count(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

/** Type, length, content, and the length once more, by which one reads backwards. */
function block(type: number, parts: readonly Buffer[]): Buffer {
  const length = 12 + parts.reduce((sum, part) => sum + part.length, 0)
  const [before, after] = [Buffer.alloc(8), Buffer.alloc(4)]
  before.writeUInt32LE(type, 0)
  before.writeUInt32LE(length, 4)
  after.writeUInt32LE(length, 0)
  return Buffer.concat([before, ...parts, after])
}

function optionsOf(list: readonly (readonly [number, Buffer])[]): Buffer {
  const parts = list.flatMap(([code, value]) => {
    const head = Buffer.alloc(4)
    head.writeUInt16LE(code, 0)
    head.writeUInt16LE(value.length, 2)
    return [head, padded(value)]
  })
  return Buffer.concat([...parts, Buffer.alloc(4)])
}

function padded(bytes: Buffer): Buffer {
  const missing = (4 - (bytes.length % 4)) % 4
  return missing === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(missing)])
}
