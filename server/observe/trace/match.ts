import type { NetnsId } from '../../cnm/netns-state'
import type { Condition, ParsedRule } from './parse-rule'
import { findRoute } from './route'
import { oneHolds } from './subnet'
import type { Moving, Tuple } from './trip'
import type { World } from './world'

/** `maybe`: it depends on what a table does not tell (chance, rates, sets). */
export type Judgement = 'yes' | 'no' | 'maybe'

export interface Scene {
  readonly world: World
  readonly netns: NetnsId
  readonly packet: Moving
  /** As rules of this hook see them; null where it has none. */
  readonly inLink: string | null
  readonly outLink: string | null
}

/** Whether a packet meets all of a rule's conditions, and where that is open, the first that is. */
export function judge(rule: ParsedRule, scene: Scene): { judgement: Judgement; open: Condition | null } {
  let open: Condition | null = null
  for (const condition of rule.conditions) {
    const met = meets(condition, scene)
    if (met === undefined) open ??= condition
    else if (met === condition.inverted) return { judgement: 'no', open: null }
  }
  return { judgement: open ? 'maybe' : 'yes', open }
}

type Judge = (condition: Condition, scene: Scene) => boolean | undefined

const judges: Readonly<Record<string, Judge>> = {
  s: ({ values }, { packet }) => addressIn(values[0], packet.source),
  d: ({ values }, { packet }) => addressIn(values[0], packet.destination),
  i: ({ values }, { inLink }) => linkIs(values[0], inLink),
  o: ({ values }, { outLink }) => linkIs(values[0], outLink),
  'src-group': ({ values }, scene) => isInGroup(values[0] ?? '', scene, scene.inLink),
  'dst-group': ({ values }, scene) => isInGroup(values[0] ?? '', scene, scene.outLink),
  p: ({ values }, { packet }) => isProtocol(values[0] ?? '', packet),
  f: () => false,
  sport: ({ values }, { packet }) => portIn(values[0] ?? '', packet.sourcePort),
  dport: ({ values }, { packet }) => portIn(values[0] ?? '', packet.destinationPort),
  sports: ({ values }, { packet }) => portAmong(values[0], packet.sourcePort),
  dports: ({ values }, { packet }) => portAmong(values[0], packet.destinationPort),
  ports: ({ values }, { packet }) =>
    portAmong(values[0], packet.sourcePort) || portAmong(values[0], packet.destinationPort),
  syn: (_, { packet }) => packet.protocol === 'tcp' && !packet.isAnswer && !packet.isMidway,
  'tcp-flags': ({ values: [mask = '', wanted = ''] }, { packet }) => tcpFlags(mask, wanted, packet),
  'icmp-type': ({ values }, { packet }) => isIcmpType(values[0] ?? '', packet, packet.isAnswer ? 0 : 8),
  'icmpv6-type': ({ values }, { packet }) => isIcmpType(values[0] ?? '', packet, packet.isAnswer ? 129 : 128),
  state: ({ values }, { packet }) => hasState(values[0] ?? '', packet),
  ctstate: ({ values }, { packet }) => hasState(values[0] ?? '', packet),
  ctdir: ({ values }, { packet }) => packet.flow !== null && (values[0]?.toUpperCase() === 'REPLY') === packet.isReply,
  ctorigsrc: ({ values }, { packet }) => ofFlow(packet, ({ source }) => addressIn(values[0], source)),
  ctorigdst: ({ values }, { packet }) => ofFlow(packet, ({ destination }) => addressIn(values[0], destination)),
  ctorigsrcport: ({ values }, { packet }) => ofFlow(packet, ({ sourcePort }) => portIn(values[0] ?? '', sourcePort)),
  ctorigdstport: ({ values }, { packet }) =>
    ofFlow(packet, ({ destinationPort }) => portIn(values[0] ?? '', destinationPort)),
  ctreplsrc: ({ values }, { packet }) => packet.flow !== null && addressIn(values[0], packet.flow.reply.source),
  ctrepldst: ({ values }, { packet }) => packet.flow !== null && addressIn(values[0], packet.flow.reply.destination),
  ctproto: ({ values }, { packet }) => isProtocol(values[0] ?? '', packet),
  'src-type': ({ values }, scene) => isType(values[0] ?? '', scene, scene.packet.source),
  'dst-type': ({ values }, scene) => isType(values[0] ?? '', scene, scene.packet.destination),
  'src-range': ({ values }, { packet }) => inRange(values[0] ?? '', packet.source),
  'dst-range': ({ values }, { packet }) => inRange(values[0] ?? '', packet.destination),
  'physdev-in': ({ values }, { packet }) => linkIs(values[0], packet.physIn),
  'physdev-out': ({ values }, { packet }) => linkIs(values[0], packet.physOut),
  'physdev-is-in': (_, { packet }) => packet.physIn !== null,
  'physdev-is-out': (_, { packet }) => packet.physOut !== null,
  'physdev-is-bridged': (_, { packet }) => packet.physOut !== null,
  'mac-source': ({ values }, { packet }) => packet.sourceMac?.toLowerCase() === values[0]?.toLowerCase(),
  length: ({ values }, { packet }) => within(values[0] ?? '', packet.size),
  'ttl-eq': ({ values }, { packet }) => packet.ttl === Number(values[0]),
  'ttl-lt': ({ values }, { packet }) => packet.ttl < Number(values[0]),
  'ttl-gt': ({ values }, { packet }) => packet.ttl > Number(values[0]),
  'pkt-type': ({ values }) => values[0] === 'unicast',
  'uid-owner': ({ values }) => values[0] === '0' || values[0] === 'root',
  'gid-owner': ({ values }) => values[0] === '0' || values[0] === 'root',
  'socket-exists': () => true,
}

function meets(condition: Condition, scene: Scene): boolean | undefined {
  if (condition.name === 'mark') {
    const { packet } = scene
    return isMark(condition.values[0] ?? '', condition.module === 'connmark' ? (packet.flow?.mark ?? 0) : packet.mark)
  }
  // Of packets that no socket here has sent nobody is the owner.
  if (condition.module === 'owner' && scene.packet.inLink !== null) return false
  return judges[condition.name]?.(condition, scene)
}

function addressIn(subnet: string | undefined, address: string): boolean {
  return subnet !== undefined && oneHolds(subnet, address)
}

/** "eth+" stands for all that begin so; what has no link matches only the empty name. */
function linkIs(pattern: string | undefined, link: string | null): boolean {
  if (pattern === undefined || link === null) return false
  return pattern.endsWith('+') ? link.startsWith(pattern.slice(0, -1)) : link === pattern
}

/** "0x5042", or of a number with a mask "0x42/0xff"; a name of /etc/iproute2/group stands in no table of the kernel's. */
function isInGroup(text: string, { world, netns }: Scene, name: string | null): boolean | undefined {
  const [value = Number.NaN, mask = 0xffffffff] = text.split('/').map(Number)
  if (Number.isNaN(value)) return undefined
  const link = world.state(netns).links.find((one) => one.name === name)
  return link !== undefined && ((link.group ?? 0) & mask) >>> 0 === value
}

const protocolNumbers: Readonly<Record<string, string>> = {
  '6': 'tcp',
  '17': 'udp',
  '1': 'icmp',
  '58': 'ipv6-icmp',
  icmpv6: 'ipv6-icmp',
}

function isProtocol(name: string, { protocol, family }: Moving): boolean {
  const own = protocol === 'icmp' && family === 'ipv6' ? 'ipv6-icmp' : protocol
  const asked = protocolNumbers[name] ?? name
  return asked === 'all' || asked === '0' || asked === own
}

function portIn(range: string, port: number | null): boolean {
  return port !== null && within(range, port)
}

function portAmong(list: string | undefined, port: number | null): boolean {
  return port !== null && (list ?? '').split(',').some((range) => within(range, port))
}

/** "80", "8000:8010", ":1023", "1024:" */
function within(range: string, value: number): boolean {
  const [first = '', last = first] = range.split(':')
  return value >= Number(first === '' ? 0 : first) && value <= (last === '' ? Number.POSITIVE_INFINITY : Number(last))
}

function tcpFlags(mask: string, wanted: string, { protocol, isAnswer, isMidway }: Moving): boolean {
  if (protocol !== 'tcp') return false
  const set = isMidway ? ['ACK'] : isAnswer ? ['SYN', 'ACK'] : ['SYN']
  const all = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG']
  const flags = (text: string) => (text === 'ALL' ? all : text === 'NONE' ? [] : text.split(','))
  const asked = flags(mask)
  const on = flags(wanted)
  return asked.every((flag) => on.includes(flag) === set.includes(flag))
}

const icmpNames: Readonly<Record<string, number>> = {
  'echo-request': 8,
  ping: 8,
  'echo-reply': 0,
  pong: 0,
  'destination-unreachable': 3,
}

function isIcmpType(text: string, { protocol, family }: Moving, own: number): boolean {
  if (protocol !== 'icmp') return false
  if (text === 'any' || text === '255') return true
  const named =
    family === 'ipv6' && text === 'echo-request'
      ? 128
      : family === 'ipv6' && text === 'echo-reply'
        ? 129
        : icmpNames[text]
  return (named ?? Number(text.split('/')[0])) === own
}

function hasState(list: string, { state, flow }: Moving): boolean | undefined {
  const asked = list.split(',')
  if (state === null) return undefined
  return asked.some((one) => {
    if (one === 'DNAT') return flow?.destinationChanged === true
    if (one === 'SNAT') return flow?.sourceChanged === true
    return one === state
  })
}

function ofFlow({ flow }: Moving, test: (tuple: Tuple) => boolean): boolean {
  return flow ? test(flow.original) : false
}

/** By the routing table, as the kernel asks it. */
function isType(list: string, { world, netns }: Scene, address: string): boolean {
  const { answer } = findRoute(world, netns, {
    destination: address,
    source: null,
    inLink: 'lo',
    outLink: null,
    mark: 0,
  })
  const type =
    answer.kind === 'local' || answer.kind === 'refused'
      ? answer.route.type
      : answer.kind === 'way'
        ? 'unicast'
        : 'unreachable'
  return list.split(',').some((one) => one.toLowerCase() === type)
}

function inRange(range: string, address: string): boolean {
  const [first = '', last = first] = range.split('-')
  return compare(first, address) <= 0 && compare(address, last) <= 0
}

function compare(one: string, other: string): number {
  const digits = (text: string) =>
    text
      .split('.')
      .map((part) => part.padStart(3, '0'))
      .join('')
  return digits(one).localeCompare(digits(other))
}

/** "0x1", "0x1/0xff" */
function isMark(text: string, mark: number): boolean {
  const [value = '0', mask = '0xffffffff'] = text.split('/')
  return (mark & Number(mask)) >>> 0 === Number(value) >>> 0
}
