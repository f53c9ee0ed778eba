import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { ByteReader } from '../tar/bytes'
import { createSpace } from '../tree/space'
import { malformed } from './config'

export type Bytes = AsyncIterable<Uint8Array>

const chunkBytes = 128 * 1024

export function readFrom(path: string): Bytes {
  return createReadStream(path, { highWaterMark: chunkBytes })
}

/** Compressions by how they begin. Only gzip can be read here. */
const magics: readonly (readonly [name: string, magic: string])[] = [
  ['zstd', '28b52ffd'],
  ['xz', 'fd377a585a00'],
  ['bzip2', '425a68'],
]

/** What a stream holds, gzip taken off where it is there. Throws invalid-parameter for other compressions, by name. */
export async function* inflated(source: Bytes): AsyncGenerator<Uint8Array> {
  const reader = new ByteReader(source)
  try {
    const start = await reader.take(6)
    const whole = rejoin(start, reader)
    const other = magics.find(([, magic]) => start.toString('hex').startsWith(magic))
    if (other) throw malformed(`the archive is compressed with ${other[0]}, which is not read; use gzip, or none`)
    if (start.toString('hex').startsWith('1f8b')) yield* gunzip(whole)
    else yield* whole
  } finally {
    await reader.end()
  }
}

async function* rejoin(start: Buffer, reader: ByteReader): AsyncGenerator<Uint8Array> {
  if (start.length > 0) yield start
  for (let part = await reader.some(chunkBytes); part; part = await reader.some(chunkBytes)) yield part
}

async function* gunzip(source: Bytes): AsyncGenerator<Uint8Array> {
  let failure: unknown
  const plain = pipeline(
    Readable.from(source, { objectMode: false }),
    createGunzip({ chunkSize: chunkBytes }),
    (error) => {
      failure = error
    },
  )
  try {
    yield* plain as AsyncIterable<Buffer>
  } catch (error) {
    const code = String(((failure ?? error) as NodeJS.ErrnoException).code)
    if (code.startsWith('Z_'))
      throw malformed(`the archive is not whole, or no gzip: ${String((error as Error).message)}`, error)
    throw failure ?? error
  }
}

export interface Measured {
  readonly bytes: Bytes
  /** Of what has passed so far. */
  digest(): string
  length(): number
}

/** Counts and digests what passes. */
export function measured(source: Bytes): Measured {
  const hash = createHash('sha256')
  let length = 0
  async function* pass(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      hash.update(chunk)
      length += chunk.length
      yield chunk
    }
  }
  return { bytes: pass(), digest: () => `sha256:${hash.copy().digest('hex')}`, length: () => length }
}

/** Writes what passes into a new file. Throws unavailable before the disk is full. */
export async function* kept(source: Bytes, path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'wx', 0o600)
  try {
    let space: ((bytes: number) => Promise<void>) | undefined
    for await (const chunk of source) {
      space ??= createSpace(path)
      await space(chunk.length)
      await file.writeFile(chunk)
      yield chunk
    }
  } finally {
    await file.close()
  }
}

/** Lets a stream run through to its end. */
export async function drain(source: Bytes): Promise<void> {
  for await (const _ of source);
}
