import type { Family } from '../../cnm/address'
import type { NetRoute, RoutingRule } from '../../cnm/netns-state'
import { familyFrom, scopeName } from './decode-address'
import { type Attributes, addressOf, attributesIn, nestedIn, numberOf, textOf } from './message'

const headerBytes = 12
const clonedFlag = 0x200
const attribute = {
  to: 1,
  from: 2,
  out: 4,
  gateway: 5,
  metric: 6,
  source: 7,
  metrics: 8,
  hops: 9,
  table: 15,
  via: 18,
}
const [mtuMetric, hopLimitMetric] = [2, 10]
const hopFlags: readonly (readonly [number, string])[] = [
  [1, 'dead'],
  [2, 'pervasive'],
  [4, 'onlink'],
  [8, 'offload'],
  [16, 'linkdown'],
  [32, 'unresolved'],
]
const types = [
  'unspec',
  'unicast',
  'local',
  'broadcast',
  'anycast',
  'multicast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
  'nat',
]
const protocols: Readonly<Record<number, string>> = {
  0: 'unspec',
  1: 'redirect',
  2: 'kernel',
  3: 'boot',
  4: 'static',
  8: 'gated',
  9: 'ra',
  10: 'mrt',
  11: 'zebra',
  12: 'bird',
  13: 'dnrouted',
  14: 'xorp',
  15: 'ntk',
  16: 'dhcp',
  18: 'keepalived',
  42: 'babel',
  186: 'bgp',
  187: 'isis',
  188: 'ospf',
  189: 'rip',
  192: 'eigrp',
}

/** Of RTM_NEWROUTE; null for what the kernel keeps of single destinations, and for other families. */
export function decodeRoute(body: Buffer): NetRoute | null {
  const family = familyFrom(body[0])
  if (family === null || body.readUInt32LE(8) & clonedFlag) return null
  const attributes = attributesIn(body, headerBytes)
  const protocol = body.readUInt8(5)
  const type = body.readUInt8(7)
  const metrics = nestedIn(attributes.get(attribute.metrics))
  const hopLimit = numberOf(metrics.get(hopLimitMetric))
  return {
    family,
    table: numberOf(attributes.get(attribute.table)) ?? body.readUInt8(4),
    type: types[type] ?? String(type),
    destination: subnetOf(family, attributes.get(attribute.to), body.readUInt8(1)),
    from: body[2] ? subnetOf(family, attributes.get(attribute.from), body.readUInt8(2)) : null,
    hops: hopsOf(attributes, body.readUInt32LE(8)),
    source: addressOf(attributes.get(attribute.source)),
    metric: numberOf(attributes.get(attribute.metric)) ?? 0,
    protocol: protocols[protocol] ?? String(protocol),
    scope: scopeName(body.readUInt8(6)),
    mtu: numberOf(metrics.get(mtuMetric)),
    ...(hopLimit ? { hopLimit } : {}),
  }
}

function subnetOf(family: Family, address: Buffer | undefined, bits: number): string {
  return `${addressOf(address) ?? (family === 'ipv4' ? '0.0.0.0' : '::')}/${bits}`
}

function hopsOf(attributes: Attributes, flags: number): NetRoute['hops'] {
  const several = attributes.get(attribute.hops)
  if (several) return [...hopsIn(several)]
  return [hop(attributes, numberOf(attributes.get(attribute.out)), 1, flags)]
}

/** Each is a struct rtnexthop with attributes behind it. */
function* hopsIn(several: Buffer): Generator<NetRoute['hops'][number]> {
  for (let at = 0; at + 8 <= several.length; ) {
    const length = several.readUInt16LE(at)
    if (length < 8 || at + length > several.length) return
    const attributes = attributesIn(several.subarray(at, at + length), 8)
    yield hop(attributes, several.readInt32LE(at + 4), several.readUInt8(at + 3) + 1, several.readUInt8(at + 2))
    at += (length + 3) & ~3
  }
}

function hop(attributes: Attributes, index: number | null, weight: number, flags: number): NetRoute['hops'][number] {
  return {
    gateway: addressOf(attributes.get(attribute.gateway)) ?? addressOf(attributes.get(attribute.via)?.subarray(2)),
    index: index || null,
    weight,
    flags: hopFlags.filter(([bit]) => flags & bit).map(([, name]) => name),
  }
}

const ruleAttribute = {
  to: 1,
  from: 2,
  iif: 3,
  goTo: 4,
  priority: 6,
  mark: 10,
  prefix: 14,
  table: 15,
  mask: 16,
  oif: 17,
}
const actions: Readonly<Record<number, string>> = {
  1: 'lookup',
  2: 'goto',
  3: 'nop',
  6: 'blackhole',
  7: 'unreachable',
  8: 'prohibit',
}
const invertedFlag = 2
const noPrefix = 0xffffffff
/** Conditions beyond those that a RoutingRule has of its own, with what they ask for, each as `ip rule` writes it. */
const otherConditions: readonly (readonly [number, string, (value: Buffer) => string])[] = [
  [12, 'tun_id', (value) => String(value.readBigUInt64BE(0))],
  [13, 'suppress_ifgroup', (value) => String(value.readUInt32LE(0))],
  [19, 'l3mdev', () => ''],
  [20, 'uidrange', (value) => rangeOf(value.readUInt32LE(0), value.readUInt32LE(4))],
  [22, 'ipproto', (value) => protocolNames[value.readUInt8(0)] ?? String(value.readUInt8(0))],
  [23, 'sport', portsOf],
  [24, 'dport', portsOf],
]

const protocolNames: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'ipv6-icmp', 132: 'sctp' }

function portsOf(value: Buffer): string {
  return rangeOf(value.readUInt16LE(0), value.readUInt16LE(2))
}

function rangeOf(first: number, last: number): string {
  return first === last ? String(first) : `${first}-${last}`
}

/** Of RTM_NEWRULE, whose header is a struct fib_rule_hdr. */
export function decodeRule(body: Buffer): RoutingRule | null {
  const family = familyFrom(body[0])
  if (family === null) return null
  const attributes = attributesIn(body, headerBytes)
  const prefix = numberOf(attributes.get(ruleAttribute.prefix)) ?? noPrefix
  const goTo = numberOf(attributes.get(ruleAttribute.goTo))
  const others = otherConditionsOf(attributes, body.readUInt8(3))
  const action = body.readUInt8(7)
  return {
    family,
    priority: numberOf(attributes.get(ruleAttribute.priority)) ?? 0,
    from: body[2] ? subnetOf(family, attributes.get(ruleAttribute.from), body.readUInt8(2)) : null,
    to: body[1] ? subnetOf(family, attributes.get(ruleAttribute.to), body.readUInt8(1)) : null,
    iif: textOf(attributes.get(ruleAttribute.iif)),
    oif: textOf(attributes.get(ruleAttribute.oif)),
    mark: numberOf(attributes.get(ruleAttribute.mark)),
    mask: numberOf(attributes.get(ruleAttribute.mask)),
    action: actions[action] ?? String(action),
    table: action === 1 ? (numberOf(attributes.get(ruleAttribute.table)) ?? body.readUInt8(4)) : null,
    inverted: (body.readUInt32LE(8) & invertedFlag) !== 0,
    ...(prefix === noPrefix ? {} : { suppressPrefixLength: prefix }),
    ...(goTo === null ? {} : { goto: goTo }),
    ...(others.length > 0 ? { otherConditions: others, only: onlyOf(attributes) } : {}),
  }
}

function onlyOf(attributes: Attributes): NonNullable<RoutingRule['only']> {
  const [users, protocol, source, destination] = [20, 22, 23, 24].map((type) => attributes.get(type))
  const portsIn = (range: Buffer) => [range.readUInt16LE(0), range.readUInt16LE(2)] as const
  return {
    ...(protocol ? { protocol: protocol.readUInt8(0) } : {}),
    ...(source ? { sourcePorts: portsIn(source) } : {}),
    ...(destination ? { destinationPorts: portsIn(destination) } : {}),
    ...(users ? { users: [users.readUInt32LE(0), users.readUInt32LE(4)] } : {}),
  }
}

function otherConditionsOf(attributes: Attributes, tos: number): string[] {
  const named = otherConditions.filter(([type]) => {
    const value = attributes.get(type)
    return value && !(type === 13 && numberOf(value) === noPrefix) && !(type === 19 && value[0] === 0)
  })
  const told = named.map(([type, name, textOf]) => `${name} ${textOf(attributes.get(type) ?? Buffer.alloc(8))}`.trim())
  return [...(tos === 0 ? [] : [`tos 0x${tos.toString(16)}`]), ...told]
}
