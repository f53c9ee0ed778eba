import { type Cursor, hex, ipv4Of, macOf } from './cursor'
import { type Draft, readLayer } from './draft'
import { readIpv4, readIpv6 } from './ip'

const types = { ipv4: 0x0800, arp: 0x0806, vlan: 0x8100, vlanOuter: 0x88a8, ipv6: 0x86dd, lldp: 0x88cc } as const
const typeNames: Record<number, string> = {
  [types.ipv4]: 'IPv4',
  [types.arp]: 'ARP',
  [types.vlan]: '802.1Q',
  [types.vlanOuter]: '802.1ad',
  [types.ipv6]: 'IPv6',
  [types.lldp]: 'LLDP',
}
/** Numbers up to this are lengths: what follows is an LLC head. */
const longest = 1500
const spanningTree = 0x42
const mostTags = 4

export function readEthernet(draft: Draft, cursor: Cursor): void {
  let type = 0
  readLayer(draft, 'Ethernet II', cursor, () => {
    draft.destination = cursor.field('Destination', () => macOf(cursor.take(6)))
    draft.source = cursor.field('Source', () => macOf(cursor.take(6)))
    type = cursor.field('Type', () => cursor.u16(), typeOf)
    return `${draft.source} → ${draft.destination}`
  })
  for (let tags = 0; tags < mostTags && (type === types.vlan || type === types.vlanOuter); tags++) {
    type = readTag(draft, cursor)
  }
  readPayload(draft, cursor, type)
}

function typeOf(type: number): string {
  return type <= longest ? `length ${type}` : `${hex(4)(type)} (${typeNames[type] ?? 'unknown'})`
}

function readTag(draft: Draft, cursor: Cursor): number {
  let type = 0
  readLayer(draft, '802.1Q VLAN', cursor, () => {
    const from = cursor.at
    const control = cursor.u16()
    const vlan = control & 0xfff
    cursor.note('Priority', control >> 13, from)
    cursor.note('VLAN', vlan, from)
    type = cursor.field('Type', () => cursor.u16(), typeOf)
    return `VLAN ${vlan}`
  })
  return type
}

function readPayload(draft: Draft, cursor: Cursor, type: number): void {
  draft.identity = [type, cursor.bytes.subarray(cursor.at, cursor.end)]
  draft.info = type <= longest ? 'LLC' : `type ${hex(4)(type)}`
  if (type === types.ipv4) readIpv4(draft, cursor)
  else if (type === types.ipv6) readIpv6(draft, cursor)
  else if (type === types.arp) readArp(draft, cursor)
  else if (type === types.lldp) {
    draft.protocol = 'LLDP'
    draft.info = 'Link layer discovery'
  } else if (type <= longest && cursor.left > 0 && cursor.bytes[cursor.at] === spanningTree) {
    draft.protocol = 'STP'
    draft.info = 'Spanning tree'
  }
}

const arpOperations: Record<number, string> = { 1: 'request', 2: 'reply' }

function readArp(draft: Draft, cursor: Cursor): void {
  draft.protocol = 'ARP'
  draft.info = 'ARP'
  readLayer(draft, 'ARP', cursor, () => {
    cursor.field('Hardware type', () => cursor.u16())
    cursor.field('Protocol type', () => cursor.u16(), hex(4))
    const hardwareSize = cursor.field('Hardware size', () => cursor.u8())
    const protocolSize = cursor.field('Protocol size', () => cursor.u8())
    const operation = cursor.field(
      'Operation',
      () => cursor.u16(),
      (value) => `${value} (${arpOperations[value] ?? '?'})`,
    )
    if (hardwareSize !== 6 || protocolSize !== 4) return 'addresses of another kind'
    const senderMac = cursor.field('Sender MAC', () => macOf(cursor.take(6)))
    const sender = cursor.field('Sender IP', () => ipv4Of(cursor.take(4)))
    cursor.field('Target MAC', () => macOf(cursor.take(6)))
    const target = cursor.field('Target IP', () => ipv4Of(cursor.take(4)))
    draft.identity = ['arp', operation, senderMac, sender, target]
    draft.info = arpSentence(operation, { senderMac, sender, target })
    return draft.info
  })
}

function arpSentence(
  operation: number,
  { senderMac, sender, target }: { senderMac: string; sender: string; target: string },
): string {
  if (sender === target) return `Announcement: ${sender} is at ${senderMac}`
  if (operation === 2) return `${sender} is at ${senderMac}`
  return `Who has ${target}? Tell ${sender === '0.0.0.0' ? `${senderMac} (probe)` : sender}`
}
