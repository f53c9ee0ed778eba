import { type Cursor, flagsOf, hex } from './cursor'
import { readDns } from './dns'
import { type Draft, readLayer } from './draft'
import { isHttp, readHttp } from './http'

const flagNames = [
  [0x001, 'FIN'],
  [0x002, 'SYN'],
  [0x004, 'RST'],
  [0x008, 'PSH'],
  [0x010, 'ACK'],
  [0x020, 'URG'],
  [0x040, 'ECE'],
  [0x080, 'CWR'],
] as const
const dnsPort = 53

export function readTcp(draft: Draft, cursor: Cursor): void {
  draft.protocol = 'TCP'
  readLayer(draft, 'TCP', cursor, () => {
    const start = cursor.at
    const source = cursor.field('Source port', () => cursor.u16())
    const destination = cursor.field('Destination port', () => cursor.u16())
    draft.sourcePort = source
    draft.destinationPort = destination
    draft.info = `${source} → ${destination}`
    const sequence = cursor.field('Sequence number', () => cursor.u32())
    const acknowledged = cursor.field('Acknowledgement number', () => cursor.u32())
    const from = cursor.at
    const control = cursor.u16()
    const headBytes = (control >> 12) * 4
    cursor.note('Header length', `${headBytes} bytes`, from)
    const flags = flagsOf(control & 0x1ff, flagNames)
    cursor.note('Flags', `${hex(3)(control & 0x1ff)} (${flags === '' ? 'none' : flags})`, from)
    const window = cursor.field('Window', () => cursor.u16())
    cursor.field('Checksum', () => cursor.u16(), hex(4))
    cursor.field('Urgent pointer', () => cursor.u16())
    if (headBytes < 20) throw new RangeError('no TCP')
    const options = readOptions(cursor, start + headBytes)
    const length = Math.max(0, cursor.end - (start + headBytes))
    draft.identity.push(sequence, acknowledged, control & 0xff, cursor.bytes.subarray(start + headBytes, cursor.end))
    const acks = (control & 0x10) === 0 ? '' : ` Ack=${acknowledged}`
    draft.info = `${source} → ${destination} [${flags}] Seq=${sequence}${acks} Win=${window} Len=${length}${options}`
    return draft.info
  })
  readPayload(draft, cursor)
}

function readPayload(draft: Draft, cursor: Cursor): void {
  if (cursor.left === 0) return
  if (draft.sourcePort === dnsPort || draft.destinationPort === dnsPort) {
    const length = cursor.bytes.readUInt16BE(cursor.at)
    // What is not the beginning of a message is left as it is.
    if (length === cursor.left - 2) {
      cursor.skip(2)
      readDns(draft, cursor)
    }
  } else if (isHttp(cursor)) readHttp(draft, cursor)
}

/** Gives what of them belongs into the line. */
function readOptions(cursor: Cursor, end: number): string {
  if (end > cursor.end) {
    cursor.skip(cursor.end - cursor.at)
    cursor.skip(1)
  }
  let words = ''
  while (cursor.at < end) {
    const from = cursor.at
    const kind = cursor.u8()
    if (kind === 0) {
      cursor.skip(end - cursor.at)
      cursor.note('End of options', '', from)
    } else if (kind !== 1) {
      const length = Math.min(Math.max(cursor.u8(), 2), end - from)
      const content = cursor.take(Math.max(0, length - 2))
      const [name, value, word] = optionOf(kind, content)
      cursor.note(`Option: ${name}`, value, from)
      words += word
    }
  }
  return words
}

function optionOf(kind: number, content: Buffer): [name: string, value: string, word: string] {
  if (kind === 2 && content.length === 2) {
    const size = content.readUInt16BE(0)
    return ['Maximum segment size', `${size} bytes`, ` MSS=${size}`]
  }
  if (kind === 3 && content.length === 1) {
    const shift = content.readUInt8(0)
    return ['Window scale', String(shift), ` WS=${2 ** Math.min(shift, 14)}`]
  }
  if (kind === 4) return ['SACK permitted', '', ' SACK_PERM']
  if (kind === 5) return ['SACK', `${Math.floor(content.length / 8)} ranges`, ' SACK']
  if (kind === 8 && content.length === 8) {
    return ['Timestamps', `${content.readUInt32BE(0)}, echo ${content.readUInt32BE(4)}`, '']
  }
  return [`kind ${kind}`, `${content.length} bytes`, '']
}
