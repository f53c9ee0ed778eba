import { type Answer, type DecodedPacket, decode, encode } from 'dns-packet'
import { toAnswer } from './answer'
import type { LocalRecord } from './contract'

const flagsKept = 0x0100
const recursionAvailable = 1 << 7
const responseCode = 0xf
const mostShown = 8
const mostCharacters = 200

/** A question for a name that records of ours lead to, in the place of the one that was asked. */
export function questionFor(name: string, query: Buffer): Buffer {
  const [question] = decode(query).questions ?? []
  return encode({
    type: 'query',
    id: query.readUInt16BE(0),
    flags: flagsKept,
    questions: [{ name, type: question?.type ?? 'A' }],
  })
}

/** The records of ours, and behind them what the upstream said of the name that they lead to. */
export function joinAnswers(query: Buffer, name: string, records: readonly LocalRecord[], response: Buffer): Buffer {
  const ours = records.map((record) => toAnswer(record.data, record.name === '' ? name : record.name))
  return encode({
    type: 'response',
    id: query.readUInt16BE(0),
    flags: (query.readUInt16BE(2) & flagsKept) | recursionAvailable | (response.readUInt16BE(2) & responseCode),
    questions: decode(query).questions ?? [],
    answers: [...ours, ...(decode(response).answers ?? [])],
  })
}

/** The first answers of an upstream, as text. */
export function shownAnswers(response: Buffer): string[] {
  try {
    const packet: DecodedPacket = decode(response)
    return (packet.answers ?? []).slice(0, mostShown).map((answer) => showAnswer(answer).slice(0, mostCharacters))
  } catch {
    return []
  }
}

function showAnswer(answer: Answer): string {
  const data = 'data' in answer ? answer.data : undefined
  if (typeof data === 'string') return answer.type === 'A' || answer.type === 'AAAA' ? data : `${answer.type} ${data}`
  if (answer.type === 'MX') return `MX ${answer.data.preference} ${answer.data.exchange}`
  if (answer.type === 'SRV') {
    const { priority, weight, port, target } = answer.data
    return `SRV ${priority} ${weight} ${port} ${target}`
  }
  if (answer.type === 'TXT') return `TXT ${[answer.data].flat().map(String).join('')}`
  return answer.type
}
