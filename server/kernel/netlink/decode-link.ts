import type { NetCounters, NetLink } from '../../cnm/netns-state'
import { type Attributes, addressOf, attributesIn, byteOf, macOf, nestedIn, numberOf, portOf, textOf } from './message'

const linkHeaderBytes = 16
const statsHeaderBytes = 12
const flags = { up: 0x1, noArp: 0x80, promiscuous: 0x100, lowerUp: 0x10000 }
const attribute = {
  address: 1,
  name: 3,
  mtu: 4,
  link: 5,
  queue: 6,
  master: 10,
  operstate: 16,
  linkInfo: 18,
  alias: 20,
  counters: 23,
  group: 27,
  promiscuity: 30,
  linkNetnsId: 37,
}
/** Queues that hold back, limit or lose: those that a link has by itself do not. */
const shapers = new Set(['tbf', 'htb', 'hfsc', 'netem', 'cbq', 'cake', 'drr', 'sfb', 'red', 'choke', 'plug'])
const info = { kind: 1, data: 2, portKind: 4, portData: 5 }
const operstates = ['unknown', 'notpresent', 'down', 'lowerlayerdown', 'testing', 'dormant', 'up']
const portStates = ['disabled', 'listening', 'learning', 'forwarding', 'blocking']
const macvlanModes = new Map([
  [1, 'private'],
  [2, 'vepa'],
  [4, 'bridge'],
  [8, 'passthru'],
  [16, 'source'],
])
const ipvlanModes = ['l2', 'l3', 'l3s']
const types = new Map([
  [1, 'ether'],
  [32, 'infiniband'],
  [512, 'ppp'],
  [768, 'ipip'],
  [769, 'tunnel6'],
  [772, 'loopback'],
  [776, 'sit'],
  [778, 'gre'],
  [801, 'ieee802.11'],
  [823, 'gre6'],
  [824, 'netlink'],
  [0xfffe, 'none'],
])

/** Of RTM_NEWLINK. */
export function decodeLink(body: Buffer): NetLink {
  const attributes = attributesIn(body, linkHeaderBytes)
  const set = body.readUInt32LE(8)
  const linkInfo = nestedIn(attributes.get(attribute.linkInfo))
  const type = body.readUInt16LE(2)
  const linkNetnsId = attributes.get(attribute.linkNetnsId)
  const group = numberOf(attributes.get(attribute.group)) ?? 0
  const queue = textOf(attributes.get(attribute.queue)) ?? ''
  return {
    index: body.readInt32LE(4),
    name: textOf(attributes.get(attribute.name)) ?? '',
    kind: textOf(linkInfo.get(info.kind)),
    type: types.get(type) ?? `[${type}]`,
    up: (set & flags.up) !== 0,
    carrier: (set & flags.lowerUp) !== 0,
    operstate: operstates[byteOf(attributes.get(attribute.operstate)) ?? 0] ?? 'unknown',
    promiscuous: (set & flags.promiscuous) !== 0 || (numberOf(attributes.get(attribute.promiscuity)) ?? 0) > 0,
    noArp: (set & flags.noArp) !== 0,
    mac: macOf(attributes.get(attribute.address)),
    mtu: numberOf(attributes.get(attribute.mtu)) ?? 0,
    alias: textOf(attributes.get(attribute.alias)),
    ...(group === 0 ? {} : { group }),
    master: numberOf(attributes.get(attribute.master)),
    link: numberOf(attributes.get(attribute.link)),
    linkNetnsId: linkNetnsId && linkNetnsId.length >= 4 ? linkNetnsId.readInt32LE(0) : null,
    ...(shapers.has(queue) ? { shaper: queue } : {}),
    ...ofKind(linkInfo),
    ...ofPort(linkInfo),
    counters: countersIn(attributes.get(attribute.counters)),
  }
}

function ofKind(linkInfo: Attributes): Pick<NetLink, 'bridge' | 'macvlan' | 'ipvlan' | 'vxlan' | 'vlan' | 'tun'> {
  const data = nestedIn(linkInfo.get(info.data))
  switch (textOf(linkInfo.get(info.kind))) {
    case 'bridge':
      return {
        bridge: {
          stp: numberOf(data.get(5)) !== 0,
          vlanFiltering: byteOf(data.get(7)) === 1,
          ageing: (numberOf(data.get(4)) ?? 0) / 100,
          ...(byteOf(data.get(36)) === 1 ? { callsIptables: true } : {}),
          ...(byteOf(data.get(37)) === 1 ? { callsIp6tables: true } : {}),
        },
      }
    case 'macvlan':
    case 'macvtap':
      return { macvlan: { mode: macvlanModes.get(numberOf(data.get(1)) ?? 0) ?? 'unknown' } }
    case 'ipvlan': {
      const [mode, flags] = [data.get(1)?.readUInt16LE(0) ?? 0, data.get(2)?.readUInt16LE(0) ?? 0]
      const flag = flags & 1 ? 'private' : flags & 2 ? 'vepa' : 'bridge'
      return { ipvlan: { mode: ipvlanModes[mode] ?? 'unknown', flag } }
    }
    case 'vxlan':
      return { vxlan: vxlanOf(data) }
    case 'vlan':
      return { vlan: { id: data.get(1)?.readUInt16LE(0) ?? 0 } }
    case 'tun':
      return { tun: { mode: byteOf(data.get(3)) === 2 ? 'tap' : 'tun' } }
    default:
      return {}
  }
}

function vxlanOf(data: Attributes): NonNullable<NetLink['vxlan']> {
  return {
    vni: numberOf(data.get(1)) ?? 0,
    remote: addressOf(data.get(2)) ?? addressOf(data.get(16)),
    local: addressOf(data.get(4)) ?? addressOf(data.get(17)),
    learning: byteOf(data.get(7)) === 1,
    port: portOf(data.get(15)) ?? 0,
  }
}

function ofPort(linkInfo: Attributes): Pick<NetLink, 'port'> {
  if (textOf(linkInfo.get(info.portKind)) !== 'bridge') return {}
  const data = nestedIn(linkInfo.get(info.portData))
  const isSet = (type: number) => byteOf(data.get(type)) === 1
  return {
    port: {
      state: portStates[byteOf(data.get(1)) ?? 0] ?? 'unknown',
      isolated: isSet(33),
      hairpin: isSet(4),
      learning: isSet(8),
      flood: isSet(9),
    },
  }
}

/** Of RTM_NEWSTATS: the link's index, and its counters. */
export function decodeCounters(body: Buffer): readonly [number, NetCounters] {
  return [body.readUInt32LE(4), countersIn(attributesIn(body, statsHeaderBytes).get(1))]
}

function countersIn(stats: Buffer | undefined): NetCounters {
  const at = (index: number) =>
    stats && stats.length >= (index + 1) * 8 ? Number(stats.readBigUInt64LE(index * 8)) : 0
  return {
    rxPackets: at(0),
    txPackets: at(1),
    rxBytes: at(2),
    txBytes: at(3),
    rxErrors: at(4),
    txErrors: at(5),
    rxDropped: at(6),
    txDropped: at(7),
  }
}
