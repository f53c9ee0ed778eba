import type { Scene } from '../match'
import { findRoute } from '../route'
import { linkNamed } from '../world'
import type { Expression } from './ruleset'

/** Flags are those that are set: states of a connection, flags of TCP. */
export type Value =
  | string
  | number
  | boolean
  | { readonly flags: readonly string[] }
  | { readonly parts: readonly Value[] }

/** The packet has no such thing: a rule that asks for it does not match, whatever it compares. */
export const absent = Symbol('absent')

/** Undefined: it cannot be known from tables. */
export type Operand = Value | typeof absent | undefined

export interface NftScene extends Scene {
  readonly hook: string
  /** As rules of the family bridge see them beside its ports. */
  readonly bridge: string | null
}

/** What the left side of a comparison, or a key of a map, is for this packet. */
export function operandOf(expression: Expression, scene: NftScene): Operand {
  if (typeof expression !== 'object' || expression === null) return undefined
  const [[name, about] = ['', null]] = Object.entries(expression)
  const read = readers[name]
  return read?.(about as never, scene)
}

type Reader = (about: never, scene: NftScene) => Operand

const readers: Readonly<Record<string, Reader>> = {
  payload: ({ protocol, field }: { protocol?: string; field?: string }, scene) =>
    protocol === undefined ? undefined : payload(protocol, field ?? '', scene),
  meta: ({ key }: { key: string }, scene) => meta(key, scene),
  ct: ({ key, dir }: { key: string; dir?: string }, scene) => connection(key, dir ?? null, scene),
  fib: fib as Reader,
  concat: (parts: readonly Expression[], scene) => together(parts.map((part) => operandOf(part, scene))),
  exthdr: ({ field }: { field?: string }) => (field === undefined ? false : absent),
  ipsec: () => absent,
  '&': (sides: readonly Expression[], scene) => masked(sides, scene),
  '|': (sides: readonly Expression[], scene) => combined(sides, scene, (one, other) => one | other),
  '^': (sides: readonly Expression[], scene) => combined(sides, scene, (one, other) => one ^ other),
}

function together(parts: readonly Operand[]): Operand {
  if (parts.includes(absent)) return absent
  const values = parts.filter((part) => part !== undefined && part !== absent)
  return values.length === parts.length ? { parts: values } : undefined
}

function masked([side, mask]: readonly Expression[], scene: NftScene): Operand {
  const value = operandOf(side, scene)
  if (typeof value === 'object' && 'flags' in value) {
    const kept = Array.isArray(mask) ? mask : [mask]
    return { flags: value.flags.filter((flag) => kept.includes(flag)) }
  }
  return combined([side, mask], scene, (one, other) => one & other)
}

function combined(
  sides: readonly Expression[],
  scene: NftScene,
  join: (one: number, other: number) => number,
): Operand {
  const [one, other] = sides.map((side) => (typeof side === 'number' ? side : operandOf(side, scene)))
  if (one === absent || other === absent) return absent
  return typeof one === 'number' && typeof other === 'number' ? join(one, other) >>> 0 : undefined
}

function payload(protocol: string, field: string, { packet }: NftScene): Operand {
  const isIpv6 = packet.family === 'ipv6'
  switch (protocol) {
    case 'ip':
      return isIpv6 ? absent : network(field, packet, ownNames[packet.protocol])
    case 'ip6':
      return isIpv6 ? network(field, packet, packet.protocol === 'icmp' ? 'ipv6-icmp' : packet.protocol) : absent
    case 'tcp':
    case 'udp':
      return packet.protocol === protocol ? transport(field, packet) : absent
    case 'th':
      return packet.protocol === 'icmp' ? absent : transport(field, packet)
    case 'icmp':
    case 'icmpv6':
      return packet.protocol === 'icmp' && isIpv6 === (protocol === 'icmpv6') ? echo(field, packet) : absent
    case 'ether':
      return ethernet(field, packet)
    default:
      return absent
  }
}

const ownNames = { tcp: 'tcp', udp: 'udp', icmp: 'icmp' } as const

function network(field: string, packet: NftScene['packet'], protocol: string): Operand {
  switch (field) {
    case 'saddr':
      return packet.source
    case 'daddr':
      return packet.destination
    case 'protocol':
    case 'nexthdr':
      return protocol
    case 'length':
      return packet.size
    case 'ttl':
    case 'hoplimit':
      return packet.ttl
    case 'version':
      return packet.family === 'ipv6' ? 6 : 4
    case 'dscp':
      return 'cs0'
    case 'frag-off':
      return 0
    default:
      return undefined
  }
}

function transport(field: string, packet: NftScene['packet']): Operand {
  if (field === 'sport') return packet.sourcePort ?? absent
  if (field === 'dport') return packet.destinationPort ?? absent
  if (field === 'flags') return { flags: packet.isMidway ? ['ack'] : packet.isAnswer ? ['syn', 'ack'] : ['syn'] }
  return undefined
}

function echo(field: string, { family, isAnswer }: NftScene['packet']): Operand {
  if (field === 'type') return isAnswer ? 'echo-reply' : 'echo-request'
  // The number 0, by the name that it has elsewhere.
  if (field === 'code') return family === 'ipv6' ? 'no-route' : 'net-unreachable'
  return undefined
}

function ethernet(field: string, { sourceMac, destinationMac, family }: NftScene['packet']): Operand {
  if (field === 'type') return family === 'ipv6' ? 'ip6' : 'ip'
  if (field === 'saddr') return sourceMac?.toLowerCase() ?? absent
  return field === 'daddr' ? (destinationMac?.toLowerCase() ?? absent) : undefined
}

function meta(key: string, { packet, inLink, outLink, bridge, world, netns, hook }: NftScene): Operand {
  const isIpv6 = packet.family === 'ipv6'
  const ofLink = (name: string | null) => linkNamed(world, netns, name ?? '')
  switch (key) {
    case 'iifname':
    case 'iif':
      return inLink ?? ''
    case 'oifname':
    case 'oif':
      return outLink ?? ''
    case 'ibrname':
    case 'obrname':
      return bridge ?? ''
    case 'iiftype':
      return inLink === null ? absent : ofLink(inLink)?.type
    case 'oiftype':
      return outLink === null ? absent : ofLink(outLink)?.type
    case 'iifkind':
      return inLink === null ? absent : (ofLink(inLink)?.kind ?? '')
    case 'oifkind':
      return outLink === null ? absent : (ofLink(outLink)?.kind ?? '')
    case 'iifgroup':
      return inLink === null ? absent : (ofLink(inLink)?.group ?? 0)
    case 'oifgroup':
      return outLink === null ? absent : (ofLink(outLink)?.group ?? 0)
    case 'mark':
      return packet.mark
    case 'nfproto':
      return isIpv6 ? 'ipv6' : 'ipv4'
    case 'protocol':
      return isIpv6 ? 'ip6' : 'ip'
    case 'l4proto':
      return packet.protocol === 'icmp' && isIpv6 ? 'ipv6-icmp' : packet.protocol
    case 'length':
      return packet.size
    case 'pkttype':
      return 'host'
    case 'skuid':
    case 'skgid':
      // A probe is root's; of what comes in nobody is the owner.
      return hook === 'output' || (hook === 'postrouting' && packet.inLink === null) ? 0 : absent
    case 'ipsec':
    case 'secpath':
      return false
    default:
      return undefined
  }
}

function connection(key: string, direction: string | null, { packet }: NftScene): Operand {
  const { flow } = packet
  if (key === 'state') return { flags: [(packet.state ?? 'INVALID').toLowerCase()] }
  if (!flow) return absent
  const tuple = direction === 'reply' ? flow.reply : flow.original
  switch (key) {
    case 'mark':
      return flow.mark
    case 'direction':
      return packet.isReply ? 'reply' : 'original'
    case 'status':
      return {
        flags: [...(flow.destinationChanged ? ['dnat'] : []), ...(flow.sourceChanged ? ['snat'] : [])],
      }
    case 'protocol':
    case 'l4proto':
      return packet.protocol
    case 'l3proto':
      return packet.family
    case 'ip saddr':
    case 'ip6 saddr':
    case 'saddr':
      return key.startsWith('ip ') === (packet.family === 'ipv6') && key !== 'saddr' ? absent : tuple.source
    case 'ip daddr':
    case 'ip6 daddr':
    case 'daddr':
      return key.startsWith('ip ') === (packet.family === 'ipv6') && key !== 'daddr' ? absent : tuple.destination
    case 'proto-src':
      return tuple.sourcePort
    case 'proto-dst':
      return tuple.destinationPort
    case 'zone':
      return 0
    case 'helper':
      return ''
    default:
      return undefined
  }
}

/** By the routing table, as the kernel asks it: what type an address is of, or by which link one would go there. */
function fib({ result, flags }: { result: string; flags: string | readonly string[] }, scene: NftScene): Operand {
  const { world, netns, packet, inLink } = scene
  const asked = Array.isArray(flags) ? flags : [flags]
  const address = asked.includes('saddr') ? packet.source : packet.destination
  const mark = asked.includes('mark') ? packet.mark : 0
  const { answer } = findRoute(world, netns, { destination: address, source: null, inLink: 'lo', outLink: null, mark })
  if (result === 'type') {
    if (answer.kind === 'local' || answer.kind === 'refused') return answer.route.type
    return answer.kind === 'way' ? 'unicast' : 'unreachable'
  }
  const link = answer.kind === 'way' || answer.kind === 'local' ? (answer.link?.name ?? null) : null
  return link !== null && (!asked.includes('iif') || link === inLink || answer.kind === 'local')
}
