import { type Cursor, hex, ipv6Of, macOf, Cursor as Reader } from './cursor'
import { createDraft, type Draft, deepest, readLayer } from './draft'

interface Kind {
  readonly name: string
  readonly codes?: Record<number, string>
  readonly form?: 'echo' | 'error' | 'target'
}

const kinds: Record<number, Kind> = {
  0: { name: 'Echo reply', form: 'echo' },
  3: {
    name: 'Destination unreachable',
    codes: {
      0: 'network unreachable',
      1: 'host unreachable',
      2: 'protocol unreachable',
      3: 'port unreachable',
      4: 'fragmentation needed',
      9: 'network prohibited',
      10: 'host prohibited',
      13: 'administratively prohibited',
    },
    form: 'error',
  },
  5: { name: 'Redirect', form: 'error' },
  8: { name: 'Echo request', form: 'echo' },
  9: { name: 'Router advertisement' },
  10: { name: 'Router solicitation' },
  11: { name: 'Time exceeded', codes: { 0: 'in transit', 1: 'in reassembly' }, form: 'error' },
  12: { name: 'Parameter problem', form: 'error' },
  13: { name: 'Timestamp request', form: 'echo' },
  14: { name: 'Timestamp reply', form: 'echo' },
}

const kinds6: Record<number, Kind> = {
  1: {
    name: 'Destination unreachable',
    codes: { 0: 'no route', 1: 'administratively prohibited', 3: 'address unreachable', 4: 'port unreachable' },
    form: 'error',
  },
  2: { name: 'Packet too big', form: 'error' },
  3: { name: 'Time exceeded', form: 'error' },
  4: { name: 'Parameter problem', form: 'error' },
  128: { name: 'Echo request', form: 'echo' },
  129: { name: 'Echo reply', form: 'echo' },
  130: { name: 'Multicast listener query' },
  131: { name: 'Multicast listener report' },
  133: { name: 'Router solicitation' },
  134: { name: 'Router advertisement' },
  135: { name: 'Neighbour solicitation', form: 'target' },
  136: { name: 'Neighbour advertisement', form: 'target' },
  137: { name: 'Redirect', form: 'target' },
  143: { name: 'Multicast listener report v2' },
}

export function readIcmp(draft: Draft, cursor: Cursor): void {
  draft.protocol = 'ICMP'
  readMessage(draft, cursor, kinds)
}

export function readIcmpv6(draft: Draft, cursor: Cursor): void {
  draft.protocol = 'ICMPv6'
  readMessage(draft, cursor, kinds6)
}

function readMessage(draft: Draft, cursor: Cursor, known: Record<number, Kind>): void {
  let form: Kind['form']
  readLayer(draft, draft.protocol, cursor, () => {
    const type = cursor.field(
      'Type',
      () => cursor.u8(),
      (value) => `${value} (${known[value]?.name ?? 'unknown'})`,
    )
    const kind = known[type]
    const code = cursor.field(
      'Code',
      () => cursor.u8(),
      (value) => withName(value, kind?.codes),
    )
    cursor.field('Checksum', () => cursor.u16(), hex(4))
    const codeName = kind?.codes?.[code]
    draft.info = `${kind?.name ?? `type ${type}`}${codeName === undefined ? '' : ` (${codeName})`}`
    draft.identity.push(type, code)
    form = kind?.form
    if (form === 'echo') readEcho(draft, cursor)
    else if (form === 'target') readTarget(draft, cursor)
    else if (form === 'error') cursor.field('Rest of header', () => cursor.u32(), hex(8))
    else draft.identity.push(cursor.bytes.subarray(cursor.at, cursor.end))
    return draft.info
  })
  if (form === 'error') readAbout(draft, cursor)
}

function withName(value: number, names: Record<number, string> | undefined): string {
  const name = names?.[value]
  return name === undefined ? String(value) : `${value} (${name})`
}

/** NAT may change the identifier; what stays is the number and what is sent along. */
function readEcho(draft: Draft, cursor: Cursor): void {
  const id = cursor.field('Identifier', () => cursor.u16())
  const sequence = cursor.field('Sequence number', () => cursor.u16())
  draft.info += ` id=${id} seq=${sequence}`
  draft.identity.push(sequence, cursor.bytes.subarray(cursor.at, cursor.end))
}

function readTarget(draft: Draft, cursor: Cursor): void {
  cursor.skip(4)
  const target = cursor.field('Target', () => ipv6Of(cursor.take(16)))
  draft.identity.push(target, draft.source)
  draft.info += ` ${target}`
  while (cursor.left >= 8) {
    const from = cursor.at
    const [type, size] = [cursor.u8(), cursor.u8()]
    const content = cursor.take(Math.max(1, size) * 8 - 2)
    if (type !== 1 && type !== 2) cursor.note(`Option ${type}`, `${content.length} bytes`, from)
    else {
      const mac = macOf(content.subarray(0, 6))
      cursor.note(type === 1 ? 'Source link-layer address' : 'Target link-layer address', mac, from)
      draft.info += type === 1 ? ` from ${mac}` : ` is at ${mac}`
    }
  }
}

/** Whose packet an error is about: its head, and as much more as the error repeats. */
function readAbout(draft: Draft, cursor: Cursor): void {
  if (cursor.left === 0 || draft.depth >= deepest) return
  const about = createDraft(draft.readers, draft.depth + 1)
  try {
    draft.readers.ip(about, new Reader(cursor.bytes, cursor.at, cursor.end))
  } catch {
    // An error repeats no more than the beginning.
  }
  for (const layer of about.layers) draft.layers.push({ ...layer, name: `${layer.name} (the packet it is about)` })
  // NAT changes addresses in there, too.
  draft.identity.push(...about.identity.slice(0, 3))
  const port = (value: number | null) => (value === null ? '' : `:${value}`)
  const flow = `${about.source}${port(about.sourcePort)} → ${about.destination}${port(about.destinationPort)}`
  draft.info += `, about ${about.protocol} ${flow}`
}
