import { type Answer, encode } from 'dns-packet'
import type { RecordData } from '../cnm/network-names'
import type { Cause, Found, LocalRecord } from './contract'
import { presentationOf } from './lookup'
import { headerBytes } from './question'

/** Names handed out may change with the next connect, but nobody should hold on to them for longer; Docker's value. */
const ttlSeconds = 600
const truncated = 1 << 9
const recursionDesired = 1 << 8
const recursionAvailable = 1 << 7
const response = 1 << 15
const ownEdnsBytes = 4096
/** TXT values are strings of at most so many bytes. */
const stringBytes = 255

/** The answer to one question of one sandbox, encoded once: what is left is to copy it behind the question. */
export interface Compiled {
  readonly cause: Cause
  /** Records that keep their place. */
  readonly fixed: Buffer
  readonly fixedCount: number
  /** Addresses, each as long as the next, of which another one comes first every time. */
  readonly turning: Buffer
  readonly turningCount: number
  readonly additionals: Buffer
  readonly additionalCount: number
  /** As text: first what keeps its place. */
  readonly shown: readonly string[]
  /** Which of the addresses comes first. */
  turn: number
}

/** `name` as it was asked for. */
export function compile({ records, additionals, origin }: Found, name: string): Compiled {
  const turns = records.filter(({ data }) => isAddress(data))
  const stays = records.filter(({ data }) => !isAddress(data))
  return {
    cause: { from: 'names', origin },
    fixed: encodeRecords(stays, name),
    fixedCount: stays.length,
    turning: encodeAddresses(turns, name),
    turningCount: turns.length,
    additionals: encodeRecords(additionals, name),
    additionalCount: additionals.length,
    shown: [...stays, ...turns].map(({ data }) => presentationOf(data)),
    // By chance, so that clients that ask but once are spread, too.
    turn: turns.length > 1 ? Math.floor(Math.random() * turns.length) : 0,
  }
}

/**
 * The answer to a query whose question ends at `end`. Where it is longer than `limit`, additional records are left out, then
 * as many addresses as do not fit, with the truncation bit: a client that cannot ask again over TCP has some of them.
 */
export function writeAnswer(compiled: Compiled, query: Buffer, end: number, edns: number, limit: number): Buffer {
  const { fixed, turning, turningCount, additionals } = compiled
  const room = limit - end - (edns > 0 ? optRecord.length : 0)
  const stride = turningCount === 0 ? 0 : turning.length / turningCount
  const hasFixed = fixed.length <= room
  const fitting = !hasFixed ? 0 : stride === 0 ? 0 : Math.min(turningCount, Math.floor((room - fixed.length) / stride))
  const isCut = !hasFixed || fitting < turningCount
  const used = (hasFixed ? fixed.length : 0) + fitting * stride
  const hasAdditionals = !isCut && used + additionals.length <= room
  const size = end + used + (hasAdditionals ? additionals.length : 0) + (edns > 0 ? optRecord.length : 0)
  const answer = Buffer.allocUnsafe(size)
  query.copy(answer, 0, 0, end)
  answer.writeUInt16BE(
    response | (query.readUInt16BE(2) & recursionDesired) | recursionAvailable | (isCut ? truncated : 0),
    2,
  )
  answer.writeUInt16BE((hasFixed ? compiled.fixedCount : 0) + fitting, 6)
  answer.writeUInt16BE(0, 8)
  answer.writeUInt16BE((hasAdditionals ? compiled.additionalCount : 0) + (edns > 0 ? 1 : 0), 10)
  let at = end
  if (hasFixed) at += fixed.copy(answer, at)
  if (fitting > 0) at = copyTurned(compiled, answer, at, stride, fitting)
  if (hasAdditionals) at += additionals.copy(answer, at)
  if (edns > 0) optRecord.copy(answer, at)
  return answer
}

function copyTurned(compiled: Compiled, answer: Buffer, start: number, stride: number, fitting: number): number {
  const { turning, turningCount, turn } = compiled
  compiled.turn = turn + 1 < turningCount ? turn + 1 : 0
  const tail = Math.min(fitting, turningCount - turn)
  const at = start + turning.copy(answer, start, turn * stride, (turn + tail) * stride)
  return fitting > tail ? at + turning.copy(answer, at, 0, (fitting - tail) * stride) : at
}

function isAddress(data: RecordData): boolean {
  return data.type === 'A' || data.type === 'AAAA'
}

/** Those of the question's own name point at it, so that each is as short as can be. */
function encodeAddresses(records: readonly LocalRecord[], name: string): Buffer {
  return Buffer.concat(
    records.map((record) => {
      const whole = encodeRecords([record], name)
      if (record.name !== '') return whole
      const ownerBytes = name === '' ? 1 : name.length + 2
      return Buffer.concat([Buffer.from([0xc0, headerBytes]), whole.subarray(ownerBytes)])
    }),
  )
}

function encodeRecords(records: readonly LocalRecord[], name: string): Buffer {
  if (records.length === 0) return Buffer.alloc(0)
  const answers = records.map((record) => toAnswer(record.data, record.name === '' ? name : record.name))
  return encode({ type: 'response', answers }).subarray(headerBytes)
}

/** For the library: a record under a name. */
export function toAnswer(data: RecordData, name: string): Answer {
  const common = { name, ttl: ttlSeconds }
  switch (data.type) {
    case 'A':
    case 'AAAA':
      return { ...common, type: data.type, data: data.address }
    case 'TXT':
      return { ...common, type: 'TXT', data: stringsOf(data.text) }
    case 'MX':
      return { ...common, type: 'MX', data: { preference: data.preference, exchange: data.target } }
    case 'SRV':
      return {
        ...common,
        type: 'SRV',
        data: { priority: data.priority, weight: data.weight, port: data.port, target: data.target },
      }
    default:
      return { ...common, type: data.type, data: data.target }
  }
}

function stringsOf(text: string): Buffer[] {
  const bytes = Buffer.from(text)
  return Array.from({ length: Math.ceil(bytes.length / stringBytes) }, (_, at) =>
    bytes.subarray(at * stringBytes, (at + 1) * stringBytes),
  )
}

/** EDNS version 0: datagrams of 4096 bytes are taken. */
const optRecord = Buffer.from([0, 0, 41, ownEdnsBytes >> 8, ownEdnsBytes & 0xff, 0, 0, 0, 0, 0, 0])
