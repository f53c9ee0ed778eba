import library, { type Answer, type Question } from 'dns-packet'
import { type Cursor, hex, visible } from './cursor'
import { type Draft, readLayer } from './draft'

interface Codec<Part> {
  decode: ((message: Buffer, at: number) => Part) & { readonly bytes: number }
}

/** A part of a message at a time; the library's declarations leave these two out. */
const { question, answer } = library as unknown as { question: Codec<Question>; answer: Codec<Answer> }

const codes = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED', 'YXDOMAIN', 'YXRRSET', 'NXRRSET']
/** A message claims up to 65,535 records; of more than these the rest is left out. */
const mostRecords = 100
const mostNamed = 4

/** A message of its own, from where the cursor is to its end. Names keep the bytes that they have, made visible. */
export function readDns(draft: Draft, cursor: Cursor, protocol: 'DNS' | 'MDNS' = 'DNS'): void {
  draft.protocol = protocol
  readLayer(draft, protocol, cursor, () => {
    const message = cursor.bytes.subarray(cursor.at, cursor.end)
    const start = cursor.at
    const id = cursor.field('Transaction id', () => cursor.u16(), hex(4))
    const flags = cursor.field('Flags', () => cursor.u16(), flagWords)
    const isAnswer = (flags & 0x8000) !== 0
    const counts = ['Questions', 'Answers', 'Authorities', 'Additional'].map((name) =>
      cursor.field(name, () => cursor.u16()),
    )
    draft.info = `${isAnswer ? 'Answer' : 'Query'} ${hex(4)(id)}`
    const [questions = 0, answers = 0, ...others] = counts
    const asked = readEach(cursor, message, start, questions, 'Question', readQuestion)
    const told = readEach(cursor, message, start, answers, 'Answer', readAnswer)
    draft.info += ` ${asked.slice(0, mostNamed).join(', ')}`
    if (isAnswer) draft.info += ` → ${outcome(flags & 0xf, told)}`
    for (const [index, count] of others.entries()) {
      readEach(cursor, message, start, count, index === 0 ? 'Authority' : 'Additional', readAnswer)
    }
    return draft.info
  })
}

function outcome(code: number, told: readonly string[]): string {
  if (code !== 0) return codes[code] ?? `RCODE${code}`
  if (told.length === 0) return 'no records'
  const more = told.length > mostNamed ? ` and ${told.length - mostNamed} more` : ''
  return told.slice(0, mostNamed).join(', ') + more
}

function flagWords(flags: number): string {
  const words = [
    (flags & 0x8000) === 0 ? 'query' : `answer, ${codes[flags & 0xf] ?? `RCODE${flags & 0xf}`}`,
    ...((flags & 0x0400) === 0 ? [] : ['authoritative']),
    ...((flags & 0x0200) === 0 ? [] : ['truncated']),
    ...((flags & 0x0100) === 0 ? [] : ['recursion desired']),
    ...((flags & 0x0080) === 0 ? [] : ['recursion available']),
  ]
  return `${hex(4)(flags)} (${words.join(', ')})`
}

interface Read {
  readonly bytes: number
  /** For the field, and for the line on the whole. */
  readonly value: string
  readonly short: string
}

/** Reads records one after another; gives each in short. */
function readEach(
  cursor: Cursor,
  message: Buffer,
  start: number,
  count: number,
  name: string,
  read: (message: Buffer, at: number) => Read,
): string[] {
  const short: string[] = []
  for (let done = 0; done < Math.min(count, mostRecords); done++) {
    const from = cursor.at
    const record = read(message, from - start)
    cursor.skip(record.bytes)
    cursor.note(name, record.value, from)
    short.push(record.short)
  }
  return short
}

function readQuestion(message: Buffer, at: number): Read {
  const { type, name }: Question = question.decode(message, at)
  const value = `${type} ${visible(name)}`
  return { bytes: question.decode.bytes, value, short: value }
}

function readAnswer(message: Buffer, at: number): Read {
  const record: Answer = answer.decode(message, at)
  const bytes = answer.decode.bytes
  const name = visible(record.name)
  if (record.type === 'OPT') return { bytes, value: `OPT (EDNS, ${record.udpPayloadSize} bytes)`, short: 'OPT' }
  const data = dataOf(record)
  const ttl = 'ttl' in record ? `, TTL ${record.ttl}` : ''
  return { bytes, value: `${name} ${record.type} ${data}${ttl}`, short: data === '' ? record.type : data }
}

function dataOf(record: Answer): string {
  const data: unknown = 'data' in record ? record.data : ''
  if (typeof data === 'string') return visible(data)
  if (Buffer.isBuffer(data)) return visible(data)
  if (Array.isArray(data))
    return visible(data.map((part) => (Buffer.isBuffer(part) ? part.toString('utf8') : String(part))).join(' '))
  if (typeof data === 'object' && data !== null) return visible(Object.values(data).filter(isPlain).join(' '))
  return ''
}

function isPlain(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}
