import { type Cursor, hex, Cursor as Reader } from './cursor'
import { dhcpPorts, readDhcp } from './dhcp'
import { readDns } from './dns'
import { type Draft, deepest, readLayer } from './draft'

const ports = { dns: 53, mdns: 5353, vxlan: 4789, vxlanLinux: 8472 } as const

export function readUdp(draft: Draft, cursor: Cursor): void {
  draft.protocol = 'UDP'
  let end = cursor.end
  readLayer(draft, 'UDP', cursor, () => {
    const start = cursor.at
    const source = cursor.field('Source port', () => cursor.u16())
    const destination = cursor.field('Destination port', () => cursor.u16())
    draft.sourcePort = source
    draft.destinationPort = destination
    const length = cursor.field('Length', () => cursor.u16())
    cursor.field('Checksum', () => cursor.u16(), hex(4))
    end = length < 8 ? cursor.end : Math.min(cursor.end, start + length)
    if (draft.info === '') draft.info = `${source} → ${destination} Len=${Math.max(0, length - 8)}`
    return `${source} → ${destination}`
  })
  draft.identity.push(cursor.bytes.subarray(cursor.at, end))
  readPayload(draft, new Reader(cursor.bytes, cursor.at, end))
}

function readPayload(draft: Draft, cursor: Cursor): void {
  const { sourcePort, destinationPort } = draft
  const is = (port: number) => sourcePort === port || destinationPort === port
  if (cursor.left === 0) return
  if (is(ports.dns)) readDns(draft, cursor)
  else if (is(ports.mdns)) readDns(draft, cursor, 'MDNS')
  else if (dhcpPorts.includes(sourcePort ?? 0) && dhcpPorts.includes(destinationPort ?? 0)) readDhcp(draft, cursor)
  else if (destinationPort === ports.vxlan || destinationPort === ports.vxlanLinux) readVxlan(draft, cursor)
}

/** The frame inside names the packet; what is around it stays among the layers. */
function readVxlan(draft: Draft, cursor: Cursor): void {
  const around = `${draft.source} → ${draft.destination}`
  draft.protocol = 'VXLAN'
  readLayer(draft, 'VXLAN', cursor, () => {
    cursor.field('Flags', () => cursor.u8(), hex(2))
    cursor.skip(3)
    const network = cursor.field('VNI', () => cursor.u24())
    cursor.skip(1)
    draft.info = `VNI ${network}`
    return `VNI ${network}, ${around}`
  })
  if (draft.depth >= deepest) return
  draft.depth += 1
  draft.tunnels += 1
  Object.assign(draft, { protocol: 'Ethernet', info: '', sourcePort: null, destinationPort: null })
  draft.readers.ethernet(draft, cursor)
}
