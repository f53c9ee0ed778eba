import type { Readable } from 'node:stream'

/** A packet behind its length in four bytes. */
export function framed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** Takes apart what is framed; what ends within a packet ends before it. */
export async function* packetsOf(stream: Readable): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      for (;;) {
        const end = rest.length < 4 ? Number.POSITIVE_INFINITY : 4 + rest.readUInt32BE(0)
        if (rest.length < end) break
        yield rest.subarray(4, end)
        rest = rest.subarray(end)
      }
    }
  } catch (error) {
    // A stream that was ended from this side complains of that.
    if (!stream.destroyed) throw error
  }
}
