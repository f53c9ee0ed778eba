import type { Field } from '../contract'

/** What is cut short: decoding of a layer ends where its bytes do. */
export class Truncated extends Error {}

/** Reads big-endian numbers off a part of a packet and notes each as a field with its place. */
export class Cursor {
  readonly bytes: Buffer
  readonly fields: Field[] = []
  at: number
  readonly end: number

  constructor(bytes: Buffer, from: number, end = bytes.length) {
    this.bytes = bytes
    this.at = from
    this.end = Math.min(end, bytes.length)
  }

  get left(): number {
    return Math.max(0, this.end - this.at)
  }

  /** Where so many bytes begin, and past them. */
  skip(count: number): number {
    if (count < 0 || this.at + count > this.end) throw new Truncated()
    this.at += count
    return this.at - count
  }

  u8(): number {
    return this.bytes.readUInt8(this.skip(1))
  }

  u16(): number {
    return this.bytes.readUInt16BE(this.skip(2))
  }

  u24(): number {
    return this.bytes.readUIntBE(this.skip(3), 3)
  }

  u32(): number {
    return this.bytes.readUInt32BE(this.skip(4))
  }

  take(count: number): Buffer {
    const from = this.skip(count)
    return this.bytes.subarray(from, from + count)
  }

  /** Notes what was read since `from`. */
  note(name: string, value: string | number, from: number, fields?: readonly Field[]): void {
    this.fields.push({ name, value: String(value), from, to: this.at, ...(fields ? { fields } : {}) })
  }

  /** Reads by `read` and notes it, as `show` puts it. */
  field<Value>(name: string, read: () => Value, show: (value: Value) => string = String): Value {
    const from = this.at
    const value = read()
    this.note(name, show(value), from)
    return value
  }
}

export const hex = (digits: number) => (value: number) => `0x${value.toString(16).padStart(digits, '0')}`

export function macOf(bytes: Buffer): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':')
}

export function ipv4Of(bytes: Buffer): string {
  return [...bytes].join('.')
}

/** RFC 5952: the longest run of zeros as "::". */
export function ipv6Of(bytes: Buffer): string {
  const words = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2))
  let [best, length] = [-1, 1]
  for (let from = 0; from < 8; from++) {
    let to = from
    while (to < 8 && words[to] === 0) to++
    if (to - from > length) [best, length] = [from, to - from]
  }
  const text = (part: readonly number[]) => part.map((word) => word.toString(16)).join(':')
  return best < 0 ? text(words) : `${text(words.slice(0, best))}::${text(words.slice(best + length))}`
}

const mostTextBytes = 400

/** Bytes as text: what is no UTF-8, controls, and marks that turn the direction of writing are spelled out. */
export function visible(bytes: Buffer | string, most = mostTextBytes): string {
  const all = typeof bytes === 'string' ? bytes : bytes.subarray(0, most).toString('utf8')
  const text = all.replace(hidden, (character) => {
    if (character === '\r') return '\\r'
    if (character === '\n') return '\\n'
    if (character === '\t') return '\\t'
    const code = character.codePointAt(0) ?? 0
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
  })
  return bytes.length > most ? `${text}…` : text
}

const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\ufffd]/gu

/** Names of bits that are set: "SYN, ACK". */
export function flagsOf(value: number, names: readonly (readonly [number, string])[]): string {
  const set = names.filter(([bit]) => (value & bit) !== 0).map(([, name]) => name)
  return set.join(', ')
}
