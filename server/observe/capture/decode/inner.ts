import { type Cursor, hex, ipv4Of } from './cursor'
import { type Draft, deepest, readLayer } from './draft'

/** An IP packet right behind another's head (ipip, 6in4): it names the packet, what is around it stays among the layers. */
export function readInside(draft: Draft, cursor: Cursor): void {
  if (!goInside(draft, 'IP in IP')) return
  draft.readers.ip(draft, cursor)
}

const bridged = 0x6558

/** IP or a frame in GRE (RFC 2784, with the key of RFC 2890). */
export function readGre(draft: Draft, cursor: Cursor): void {
  let type = 0
  readLayer(draft, 'GRE', cursor, () => {
    const flags = cursor.field('Flags', () => cursor.u16(), hex(4))
    type = cursor.field('Type', () => cursor.u16(), hex(4))
    if ((flags & 0x8000) !== 0) cursor.field('Checksum', () => cursor.u32(), hex(8))
    if ((flags & 0x2000) !== 0) cursor.field('Key', () => cursor.u32(), hex(8))
    if ((flags & 0x1000) !== 0) cursor.field('Sequence number', () => cursor.u32())
    draft.identity.push(cursor.bytes.subarray(cursor.at, cursor.end))
    draft.info = `GRE ${hex(4)(type)}`
    return draft.info
  })
  const isIp = type === 0x0800 || type === 0x86dd
  if ((!isIp && type !== bridged) || cursor.left === 0 || !goInside(draft, draft.info)) return
  if (isIp) draft.readers.ip(draft, cursor)
  else draft.readers.ethernet(draft, cursor)
}

/** False: this is too deep to be looked into. */
function goInside(draft: Draft, words: string): boolean {
  if (draft.depth >= deepest) {
    draft.info = words
    return false
  }
  draft.depth += 1
  draft.tunnels += 1
  return true
}

const igmpKinds: Record<number, string> = {
  17: 'Membership query',
  18: 'Membership report v1',
  22: 'Membership report v2',
  23: 'Leave',
  34: 'Membership report v3',
}

export function readIgmp(draft: Draft, cursor: Cursor): void {
  draft.protocol = 'IGMP'
  draft.identity.push(cursor.bytes.subarray(cursor.at, cursor.end))
  readLayer(draft, 'IGMP', cursor, () => {
    const kind = cursor.field(
      'Type',
      () => cursor.u8(),
      (value) => `${value} (${igmpKinds[value] ?? 'unknown'})`,
    )
    cursor.skip(3)
    draft.info = igmpKinds[kind] ?? `type ${kind}`
    if (kind !== 34) draft.info += ` ${cursor.field('Group', () => ipv4Of(cursor.take(4)))}`
    return draft.info
  })
}
