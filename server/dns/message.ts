import { headerBytes, questionEnd } from './question'

/** Response codes of RFC 1035 that the resolver itself gives. */
const codes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NOTIMP: 4 } as const
export type ResponseCode = keyof typeof codes

const truncated = 1 << 9
const recursionDesired = 1 << 8
const recursionAvailable = 1 << 7
const opcodeMask = 0x7800
const codeNames = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED', 'YXDOMAIN', 'YXRRSET', 'NXRRSET']

/** Header of the query turned into an answer without records; the question is left out where it cannot be read. */
export function bareReply(raw: Buffer, code: ResponseCode, flags = 0): Buffer {
  const end = raw.readUInt16BE(4) === 1 ? questionEnd(raw) : 0
  const reply = Buffer.from(raw.subarray(0, end === 0 ? headerBytes : end))
  const kept = raw.readUInt16BE(2) & (recursionDesired | opcodeMask)
  reply.writeUInt16BE(0x8000 | kept | recursionAvailable | flags | codes[code], 2)
  reply.writeUInt16BE(end === 0 ? 0 : 1, 4)
  reply.fill(0, 6, headerBytes)
  return reply
}

/** What fits into `maxBytes`: the whole, or nothing but the question with the truncation bit (TC). */
export function cutTo(maxBytes: number, query: Buffer, response: Buffer): Buffer {
  return response.length <= maxBytes ? response : bareReply(query, 'NOERROR', truncated)
}

export function isTruncated(raw: Buffer): boolean {
  return (raw.readUInt16BE(2) & truncated) !== 0
}

export function isResponse(raw: Buffer): boolean {
  return (raw.readUInt16BE(2) & 0x8000) !== 0
}

export function opcodeOf(raw: Buffer): number {
  return (raw.readUInt16BE(2) >> 11) & 0xf
}

/** "NXDOMAIN", or "RCODE11". */
export function codeNameOf(raw: Buffer): string {
  const code = raw.readUInt16BE(2) & 0xf
  return codeNames[code] ?? `RCODE${code}`
}

export function withId(raw: Buffer, id: number): Buffer {
  const copy = Buffer.from(raw)
  copy.writeUInt16BE(id, 0)
  return copy
}

/** Whether this answers what was asked: same id, same question (upper and lower case being one). */
export function answers(response: Buffer, asked: Buffer): boolean {
  if (response.length < headerBytes || !isResponse(response)) return false
  if (response.readUInt16BE(0) !== asked.readUInt16BE(0) || response.readUInt16BE(4) !== 1) return false
  const end = questionEnd(asked)
  return end !== 0 && response.length >= end && questionOf(response, end) === questionOf(asked, end)
}

function questionOf(raw: Buffer, end: number): string {
  return raw.toString('latin1', headerBytes, end).toLowerCase()
}
