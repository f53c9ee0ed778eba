import { decode } from 'dns-packet'

export const headerBytes = 12
const plainUdpBytes = 512
const maxUdpBytes = 4096
const optBytes = 11
const optType = 41

/**
 * Offset behind the first question of a message; 0 where it cannot be read. The question of a query is not compressed.
 */
export function questionEnd(raw: Buffer): number {
  let at = headerBytes
  while (at < raw.length) {
    const length = raw[at] ?? 0
    if (length === 0) return at + 5 <= raw.length ? at + 5 : 0
    if (length > 63) return 0
    at += length + 1
  }
  return 0
}

/** A query of one question and nothing else, or with plain EDNS behind it: the offset behind the question, else 0. */
export function plainEnd(raw: Buffer): number {
  // Not a response, opcode QUERY, not cut; one question, no answers, no authorities.
  if (raw.length < headerBytes + 5 || ((raw[2] ?? 0) & 0xfa) !== 0 || raw.readUInt32BE(4) !== 0x00010000) return 0
  if (raw[8] !== 0 || raw[9] !== 0 || raw[10] !== 0) return 0
  const end = questionEnd(raw)
  if (end === 0) return 0
  if (raw[11] === 0) return raw.length === end ? end : 0
  const isPlainOpt =
    raw[11] === 1 &&
    raw.length >= end + optBytes &&
    raw[end] === 0 &&
    raw.readUInt16BE(end + 1) === optType &&
    raw.length === end + optBytes + raw.readUInt16BE(end + 9)
  return isPlainOpt ? end : 0
}

/** What a UDP answer may measure by the EDNS record behind the question; 0 without one. For what `plainEnd` takes. */
export function plainEdnsBytes(raw: Buffer, end: number): number {
  return raw.length === end ? 0 : withinUdp(raw.readUInt16BE(end + 3))
}

/** The same of any query, by the library. Throws where it cannot be read. */
export function ednsBytes(raw: Buffer): number {
  const opt = decode(raw).additionals?.find((record) => record.type === 'OPT')
  return opt ? withinUdp(opt.udpPayloadSize) : 0
}

function withinUdp(bytes: number): number {
  return Math.min(Math.max(bytes, plainUdpBytes), maxUdpBytes)
}

/** What a UDP answer may measure where the client says nothing of it, and otherwise. */
export function udpLimit(edns: number): number {
  return edns === 0 ? plainUdpBytes : edns
}

/** The name of the first question as in a zone file, without the last dot: what is no plain character is "\ddd". */
export function nameAt(raw: Buffer): string {
  const labels: string[] = []
  for (let at = headerBytes, length = raw[at] ?? 0; length > 0; at += length + 1, length = raw[at] ?? 0) {
    labels.push(presentLabel(raw.subarray(at + 1, at + 1 + length)))
  }
  return labels.join('.')
}

function presentLabel(label: Buffer): string {
  const text = label.toString('latin1')
  if (/^[\w-]*$/.test(text)) return text
  return text.replace(/[^!-~]|["().;@\\$]/g, (character) => {
    const code = character.charCodeAt(0)
    return code > 0x20 && code < 0x7f ? `\\${character}` : `\\${String(code).padStart(3, '0')}`
  })
}

const typeNames: Readonly<Record<number, string>> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  13: 'HINFO',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  29: 'LOC',
  33: 'SRV',
  35: 'NAPTR',
  39: 'DNAME',
  43: 'DS',
  46: 'RRSIG',
  47: 'NSEC',
  48: 'DNSKEY',
  52: 'TLSA',
  64: 'SVCB',
  65: 'HTTPS',
  252: 'AXFR',
  255: 'ANY',
  257: 'CAA',
}

/** "A", or "TYPE65000" as RFC 3597 has it. */
export function typeAt(raw: Buffer, end: number): string {
  const type = raw.readUInt16BE(end - 4)
  return typeNames[type] ?? `TYPE${type}`
}

export function isInternetClass(raw: Buffer, end: number): boolean {
  return raw.readUInt16BE(end - 2) === 1
}
