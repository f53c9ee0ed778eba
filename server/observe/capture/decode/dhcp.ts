import { type Cursor, hex, ipv4Of, macOf, visible } from './cursor'
import { type Draft, readLayer } from './draft'

export const dhcpPorts: readonly number[] = [67, 68]

const kinds = ['', 'Discover', 'Offer', 'Request', 'Decline', 'ACK', 'NAK', 'Release', 'Inform']
const magic = 0x63825363
const [bootFileBytes, mostOptions] = [192, 100]

/** A question for an address, or an answer to one (RFC 2131). */
export function readDhcp(draft: Draft, cursor: Cursor): void {
  draft.protocol = 'DHCP'
  draft.info = 'DHCP'
  readLayer(draft, 'DHCP', cursor, () => {
    cursor.skip(4)
    const id = cursor.field('Transaction id', () => cursor.u32(), hex(8))
    cursor.skip(8)
    const offered = cursor.field('Your address', () => ipv4Of(cursor.take(4)))
    cursor.field('Server address', () => ipv4Of(cursor.take(4)))
    cursor.field('Relay address', () => ipv4Of(cursor.take(4)))
    const client = cursor.field('Client MAC', () => macOf(cursor.take(6)))
    cursor.skip(10 + bootFileBytes)
    if (cursor.u32() !== magic) throw new RangeError('no DHCP')
    const kind = readOptions(cursor)
    const address = offered === '0.0.0.0' ? '' : ` ${offered}`
    draft.info = `DHCP ${kinds[kind] ?? `type ${kind}`} ${hex(8)(id)} of ${client}${address}`
    return draft.info
  })
}

/** Gives the kind of the message. */
function readOptions(cursor: Cursor): number {
  let kind = 0
  for (let seen = 0; seen < mostOptions && cursor.left > 0; seen++) {
    const from = cursor.at
    const code = cursor.u8()
    if (code === 255) break
    if (code === 0) continue
    const content = cursor.take(cursor.u8())
    if (code === 53) kind = content[0] ?? 0
    cursor.note(`Option ${code}`, optionText(code, content), from)
  }
  return kind
}

function optionText(code: number, content: Buffer): string {
  if (code === 53) return kinds[content[0] ?? 0] ?? String(content[0])
  if ([1, 3, 6, 28, 50, 54].includes(code) && content.length % 4 === 0) {
    return Array.from({ length: content.length / 4 }, (_, at) => ipv4Of(content.subarray(at * 4, at * 4 + 4))).join(
      ', ',
    )
  }
  if ([12, 15].includes(code)) return visible(content)
  return code === 51 && content.length === 4 ? `${content.readUInt32BE(0)} s` : `${content.length} bytes`
}
