/** Takes a stream of chunks apart by length. Holds no more than one chunk and what is asked for. */
export class ByteReader {
  private readonly chunks: AsyncIterator<Uint8Array>
  private rest: Buffer = Buffer.alloc(0)

  constructor(source: AsyncIterable<Uint8Array>) {
    this.chunks = source[Symbol.asyncIterator]()
  }

  /** `length` bytes; fewer only where the stream ends. */
  async take(length: number): Promise<Buffer> {
    const parts: Buffer[] = []
    let missing = length
    while (missing > 0) {
      const part = await this.some(missing)
      if (part === undefined) break
      parts.push(part)
      missing -= part.length
    }
    const [only] = parts
    return only && parts.length === 1 ? only : Buffer.concat(parts)
  }

  /** Between one and `most` bytes; undefined at the end. */
  async some(most: number): Promise<Buffer | undefined> {
    while (this.rest.length === 0) {
      const { done, value } = await this.chunks.next()
      if (done) return undefined
      this.rest = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    }
    const part = this.rest.subarray(0, most)
    this.rest = this.rest.subarray(part.length)
    return part
  }

  /** Tells the source that no more is wanted. */
  async end(): Promise<void> {
    await this.chunks.return?.()
  }
}
