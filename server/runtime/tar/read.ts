import { PatchbayError } from '../../cnm/errors'
import { shown } from '../../cnm/names'
import { ByteReader } from './bytes'
import { type ByteName, blockSize, paddingOf, type TarHeader, type TarType, textOf, typeFlags } from './header'

/** A member and its content, which is to be read before the next member is asked for, or is passed over. */
export interface TarEntry extends TarHeader {
  readonly body: AsyncIterable<Buffer>
}

/** Extended headers are held in memory, so they have a limit; real ones take some hundred bytes. */
const longestExtension = 1024 * 1024

/**
 * Reads an uncompressed archive (ustar, pax, GNU long names) to its very end as it comes. Throws
 * invalid-parameter for what is none, is cut off, or holds a kind of member that is not understood.
 */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const reader = new ByteReader(source)
  const state: Extensions = { global: new Map(), next: new Map() }
  try {
    for (let block = await reader.take(blockSize); ; block = await reader.take(blockSize)) {
      if (block.length < blockSize) throw malformed('it ends before its end mark, so it was cut off')
      if (isZero(block)) break
      checkSum(block)
      const flag = String.fromCharCode(block[156] ?? 0)
      if ('xgLK'.includes(flag)) await readExtension(reader, flag, numberAt(block, 124, 12, 'size'), state)
      else {
        const header = toHeader(block, flag, state)
        const body = new Body(reader, header)
        yield { ...header, body }
        await body.finish()
      }
    }
    // What stands behind the end mark belongs to the stream: who computes its digest has to see it.
    while ((await reader.some(64 * 1024)) !== undefined);
  } finally {
    await reader.end()
  }
}

/** Values of pax headers by key; "path" and "linkpath" also from GNU's long names. */
interface Extensions {
  readonly global: Map<string, string>
  next: Map<string, string>
}

class Body implements AsyncIterable<Buffer> {
  private readonly reader: ByteReader
  private readonly header: TarHeader
  private left: number

  constructor(reader: ByteReader, header: TarHeader) {
    this.reader = reader
    this.header = header
    this.left = header.size
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    while (this.left > 0) {
      const part = await this.reader.some(this.left)
      if (part === undefined) throw malformed(`it ends in the middle of ${shown(textOf(this.header.name))}`)
      this.left -= part.length
      yield part
    }
  }

  async finish(): Promise<void> {
    for await (const _ of this);
    const padding = paddingOf(this.header.size)
    if ((await this.reader.take(padding)).length < padding) throw malformed('it ends before its end mark')
  }
}

async function readExtension(reader: ByteReader, flag: string, size: number, state: Extensions): Promise<void> {
  if (size > longestExtension) throw malformed(`an extended header of ${size} bytes is longer than ${longestExtension}`)
  const data = await reader.take(size)
  const padding = paddingOf(size)
  if (data.length < size || (await reader.take(padding)).length < padding) throw malformed('it ends in a header')
  if (flag === 'L') state.next.set('path', upToNul(data))
  else if (flag === 'K') state.next.set('linkpath', upToNul(data))
  else for (const [key, value] of paxRecords(data)) (flag === 'g' ? state.global : state.next).set(key, value)
}

/** "30 mtime=1350244992.023960108\n": length of the whole record, key, value. */
function* paxRecords(data: Buffer): Generator<[string, string]> {
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(0x20, at)
    const digits = space < 0 ? '' : data.toString('latin1', at, space)
    const end = at + Number(digits)
    if (!/^\d{1,7}$/.test(digits) || end > data.length || data[end - 1] !== 0x0a)
      throw malformed('a pax header is broken')
    const record = data.toString('latin1', space + 1, end - 1)
    const equals = record.indexOf('=')
    if (equals < 1) throw malformed('a pax header is broken')
    yield [record.slice(0, equals), record.slice(equals + 1)]
    at = end
  }
}

function toHeader(block: Buffer, flag: string, state: Extensions): TarHeader {
  const extended = new Map([...state.global, ...state.next])
  state.next = new Map()
  const name = checkName(extended.get('path') ?? plainName(block))
  const type = typeOf(flag, name)
  const sparse = [...extended.keys()].find((key) => key.startsWith('GNU.sparse.'))
  if (sparse !== undefined)
    throw malformed(`${shown(textOf(name))} is a sparse file, which is not read; write it whole`)
  const size = extended.has('size') ? decimal(extended.get('size'), 'size') : numberAt(block, 124, 12, 'size')
  const number = (key: string, at: number) =>
    extended.has(key) ? decimal(extended.get(key), key) : numberAt(block, at, 8, key)
  return {
    name,
    type,
    linkName: checkName(extended.get('linkpath') ?? upToNul(block.subarray(157, 257))),
    mode: numberAt(block, 100, 8, 'mode') & 0o7777,
    uid: number('uid', 108),
    gid: number('gid', 116),
    size: type === 'file' ? size : noContent(name, size, type),
    mtimeMs: extended.has('mtime') ? momentOf(extended.get('mtime')) : timeAt(block),
    ...(type === 'character' || type === 'block'
      ? { device: [numberAt(block, 329, 8, 'device'), numberAt(block, 337, 8, 'device')] as const }
      : {}),
  }
}

function typeOf(flag: string, name: ByteName): TarType {
  // Old archives mark a directory by a slash alone, and a file by nothing; '7' is a file, contiguous where that matters.
  if (flag === '0' || flag === '\0' || flag === '7') return name.endsWith('/') ? 'directory' : 'file'
  const found = Object.entries(typeFlags).find(([, known]) => known === flag)
  if (found) return found[0] as TarType
  throw malformed(`${shown(textOf(name))} is of a kind that is not read (type flag ${shown(flag)})`)
}

/** Some writers give links the size of what they point at; nothing follows them all the same. */
function noContent(name: ByteName, size: number, type: TarType): number {
  if (size === 0 || type === 'link' || type === 'symlink') return 0
  throw malformed(`${shown(textOf(name))} is a ${type} and has content`)
}

function plainName(block: Buffer): ByteName {
  const name = upToNul(block.subarray(0, 100))
  // GNU's older format keeps other things where ustar has the prefix.
  const isUstar = block.toString('latin1', 257, 263) === 'ustar\0'
  const prefix = isUstar ? upToNul(block.subarray(345, 500)) : ''
  return prefix === '' ? name : `${prefix}/${name}`
}

function checkName(name: ByteName): ByteName {
  if (name.includes('\0')) throw malformed(`name ${shown(textOf(name))} holds a NUL byte`)
  if (name.length > 4096) throw malformed(`name ${shown(textOf(name))} is longer than 4096 bytes`)
  return name
}

function upToNul(bytes: Buffer): ByteName {
  const end = bytes.indexOf(0)
  return bytes.toString('latin1', 0, end < 0 ? bytes.length : end)
}

/** Octal digits, or GNU's base 256 where the first bit is set. */
function numberAt(block: Buffer, at: number, length: number, what: string): number {
  const field = block.subarray(at, at + length)
  const first = field[0] ?? 0
  if (first >= 0x80) {
    const value = BigInt(`0x${field.toString('hex')}`) & ~(0x80n << BigInt(8 * (length - 1)))
    if (first !== 0x80 || value > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed(`a ${what} is out of range`)
    return Number(value)
  }
  const digits = upToNul(field).trim()
  if (!/^[0-7]*$/.test(digits)) throw malformed(`a ${what} is no number`)
  return digits === '' ? 0 : Number.parseInt(digits, 8)
}

/** Times before 1970 come as negative base 256: nobody needs them exactly. */
function timeAt(block: Buffer): number {
  return block[136] === 0xff ? 0 : numberAt(block, 136, 12, 'time') * 1000
}

function decimal(text: string | undefined, what: string): number {
  const value = Number(text)
  if (/^\d{1,16}$/.test(text ?? '') && Number.isSafeInteger(value)) return value
  throw malformed(`a ${what} of ${shown(text ?? '')} is out of range`)
}

function momentOf(text: string | undefined): number {
  const ms = Number(text) * 1000
  return Number.isFinite(ms) && ms > 0 && ms < 8e15 ? Math.floor(ms) : 0
}

function checkSum(block: Buffer): void {
  let sum = 8 * 0x20
  for (let at = 0; at < blockSize; at++) if (at < 148 || at >= 156) sum += block[at] ?? 0
  if (sum !== numberAt(block, 148, 8, 'checksum')) throw malformed('a header does not match its checksum')
}

function isZero(block: Buffer): boolean {
  return block.every((byte) => byte === 0)
}

function malformed(why: string): PatchbayError {
  return new PatchbayError('invalid-parameter', `the archive is not a tar that can be read: ${why}`)
}
