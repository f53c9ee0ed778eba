import { type Answer, decode, encode, type Packet, type Question } from 'dns-packet'

/** Response codes of RFC 1035 that the resolver itself gives. */
type ResponseCode = 'NOERROR' | 'FORMERR' | 'SERVFAIL' | 'NOTIMP'

const codes: Record<ResponseCode, number> = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NOTIMP: 4 }
const headerBytes = 12
const maxUdpBytes = 4096
const plainUdpBytes = 512
/** Names handed out may change with the next connect, but nobody should hold on to them for longer; Docker's value. */
const ttlSeconds = 600
const truncated = 1 << 9
const recursionDesired = 1 << 8
const recursionAvailable = 1 << 7

/** A question that can be answered or forwarded. */
export interface Query {
  readonly id: number
  readonly question: Question
  /** What a UDP answer may measure: 512, or what the client says it takes (EDNS). */
  readonly udpBytes: number
  readonly edns: boolean
  readonly recursionDesired: boolean
  /** As it came; forwarded with another id. */
  readonly raw: Buffer
}

/** A query, or the answer to give at once, or undefined for what is better left unanswered. */
export function parseQuery(raw: Buffer): { query: Query } | { reply: Buffer } | undefined {
  // What is itself an answer must not be answered: two resolvers would keep each other busy.
  if (raw.length < headerBytes || isResponse(raw)) return undefined
  if (opcodeOf(raw) !== 0) return { reply: bareReply(raw, 'NOTIMP') }
  if (raw.readUInt16BE(4) !== 1) return { reply: bareReply(raw, 'FORMERR') }
  const packet = decodeSafely(raw)
  const question = packet?.questions?.[0]
  if (!packet || !question) return { reply: bareReply(raw, 'FORMERR') }
  const opt = packet.additionals?.find((record) => record.type === 'OPT')
  return {
    query: {
      id: raw.readUInt16BE(0),
      question,
      udpBytes: opt ? Math.min(Math.max(opt.udpPayloadSize, plainUdpBytes), maxUdpBytes) : plainUdpBytes,
      edns: opt !== undefined,
      recursionDesired: (raw.readUInt16BE(2) & recursionDesired) !== 0,
      raw,
    },
  }
}

export type Local = { type: 'A' | 'AAAA'; addresses: readonly string[] } | { type: 'PTR'; name: string }

/** NOERROR with these records, which may be none. */
export function encodeAnswer(query: Query, local: Local): Buffer {
  const { name } = query.question
  const answers: Answer[] =
    local.type === 'PTR'
      ? [{ type: 'PTR', name, ttl: ttlSeconds, data: local.name }]
      : local.addresses.map((data) => ({ type: local.type, name, ttl: ttlSeconds, data }))
  return encode({
    type: 'response',
    id: query.id,
    flags: (query.recursionDesired ? recursionDesired : 0) | recursionAvailable,
    questions: [query.question],
    answers,
    additionals: query.edns ? [optRecord] : [],
  })
}

export function encodeFailure(query: Query, code: ResponseCode): Buffer {
  return bareReply(query.raw, code)
}

/** What fits into `maxBytes`: the whole, or nothing but the question with the truncation bit (TC). */
export function cutTo(maxBytes: number, query: Query, response: Buffer): Buffer {
  return response.length <= maxBytes ? response : bareReply(query.raw, 'NOERROR', truncated)
}

export function isTruncated(raw: Buffer): boolean {
  return (raw.readUInt16BE(2) & truncated) !== 0
}

export function responseCodeOf(raw: Buffer): number {
  return raw.readUInt16BE(2) & 0xf
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
  return end !== undefined && response.length >= end && questionOf(response, end) === questionOf(asked, end)
}

function questionOf(raw: Buffer, end: number): string {
  return raw.toString('latin1', headerBytes, end).toLowerCase()
}

/** Offset behind the first question; a question of a query is not compressed. */
function questionEnd(raw: Buffer): number | undefined {
  let at = headerBytes
  while (at < raw.length) {
    const length = raw[at] ?? 0
    if (length === 0) return at + 5 <= raw.length ? at + 5 : undefined
    if (length > 63) return undefined
    at += length + 1
  }
  return undefined
}

const optRecord: Answer = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: maxUdpBytes,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
}

/** Header of the query turned into an answer; the question is left out where it cannot be read. */
function bareReply(raw: Buffer, code: ResponseCode, flags = 0): Buffer {
  const end = raw.readUInt16BE(4) === 1 ? questionEnd(raw) : undefined
  const reply = Buffer.from(raw.subarray(0, end ?? headerBytes))
  const kept = raw.readUInt16BE(2) & (recursionDesired | 0x7800)
  reply.writeUInt16BE(0x8000 | kept | recursionAvailable | flags | codes[code], 2)
  reply.writeUInt16BE(end === undefined ? 0 : 1, 4)
  reply.fill(0, 6, headerBytes)
  return reply
}

function decodeSafely(raw: Buffer): Packet | undefined {
  try {
    return decode(raw)
  } catch {
    return undefined
  }
}

function isResponse(raw: Buffer): boolean {
  return (raw.readUInt16BE(2) & 0x8000) !== 0
}

function opcodeOf(raw: Buffer): number {
  return (raw.readUInt16BE(2) >> 11) & 0xf
}
