import { bitsOf, type Family, familyOf } from '../../cnm/address'
import type { NetLink, NetnsId, NetRoute, RoutingRule } from '../../cnm/netns-state'
import type { TraceProtocol } from './contract'
import { commonPrefix, holds, isLinkLocal, prefixOf } from './subnet'
import { linkAt, linkNamed, ownSwitch, type World } from './world'

export interface RouteQuestion {
  readonly destination: string
  /** Null: not chosen yet. */
  readonly source: string | null
  /** The link that it came in by; "lo" for what begins here. */
  readonly inLink: string
  readonly outLink: string | null
  readonly mark: number
  /** Of a packet: what rules may ask for beside its addresses. Absent: an address alone is asked about. */
  readonly packet?: {
    readonly protocol: TraceProtocol
    readonly sourcePort: number | null
    readonly destinationPort: number | null
  }
}

export type RouteAnswer =
  | { readonly kind: 'way'; readonly route: NetRoute; readonly link: NetLink; readonly gateway: string | null }
  | { readonly kind: 'local'; readonly route: NetRoute; readonly link: NetLink | undefined }
  | { readonly kind: 'refused'; readonly type: string; readonly route: NetRoute }
  | { readonly kind: 'refused-by-rule'; readonly type: string; readonly rule: RoutingRule }
  | { readonly kind: 'none' }

/** As `ip route get`: the rules in their order, and in a table the longest prefix, then the lowest metric. */
export function findRoute(
  world: World,
  netns: NetnsId,
  question: RouteQuestion,
): { answer: RouteAnswer; rule: RoutingRule | null } {
  const family = familyOf(question.destination)
  const { routes, rules } = world.state(netns)
  const own = rulesIn(rules, family)
  let after = -1
  for (const rule of own) {
    if (rule.priority < after || !meets(rule, question)) continue
    if (rule.action === 'goto') {
      after = rule.goto ?? after
      continue
    }
    if (rule.action === 'nop') continue
    if (rule.action !== 'lookup') return { answer: { kind: 'refused-by-rule', type: rule.action, rule }, rule }
    const found = inTable(world, netns, routes, rule.table ?? 254, question)
    if (!found || isSuppressed(rule, found.route)) continue
    if (found.route.type === 'throw') continue
    return { answer: asAnswer(world, netns, found), rule }
  }
  return { answer: { kind: 'none' }, rule: null }
}

function meets(rule: RoutingRule, question: RouteQuestion): boolean {
  const { destination, source, inLink, outLink, mark } = question
  const fits =
    (rule.otherConditions === undefined || meetsOthers(rule, question)) &&
    (rule.from === null || (source === null ? prefixOf(rule.from) === 0 : holds(rule.from, source))) &&
    (rule.to === null || holds(rule.to, destination)) &&
    (rule.iif === null || rule.iif === inLink) &&
    (rule.oif === null || rule.oif === outLink) &&
    (rule.mark === null || ((mark ^ rule.mark) & (rule.mask ?? -1)) === 0)
  return fits !== rule.inverted
}

/** Conditions of what no packet here has: a tunnel's number, a type of service, a link of a vrf. */
const ofOthers = new Set(['tos', 'tun_id', 'l3mdev'])
const protocolNumbers = { ipv4: { tcp: 6, udp: 17, icmp: 1 }, ipv6: { tcp: 6, udp: 17, icmp: 58 } } as const

/** What is asked about is sent by root, or nobody's. */
function meetsOthers({ otherConditions = [], only = {}, family }: RoutingRule, { packet }: RouteQuestion): boolean {
  const { protocol, sourcePorts, destinationPorts, users } = only
  return (
    !otherConditions.some((condition) => ofOthers.has(condition.split(' ')[0] ?? '')) &&
    (protocol === undefined || (packet !== undefined && protocolNumbers[family][packet.protocol] === protocol)) &&
    isAmong(sourcePorts, packet?.sourcePort ?? null) &&
    isAmong(destinationPorts, packet?.destinationPort ?? null) &&
    isAmong(users, 0)
  )
}

function isAmong(range: readonly [number, number] | undefined, value: number | null): boolean {
  return range === undefined || (value !== null && value >= range[0] && value <= range[1])
}

function isSuppressed({ suppressPrefixLength }: RoutingRule, { destination }: NetRoute): boolean {
  return suppressPrefixLength !== undefined && prefixOf(destination) <= suppressPrefixLength
}

type Hop = NetRoute['hops'][number]

function inTable(
  world: World,
  netns: NetnsId,
  routes: readonly NetRoute[],
  table: number,
  { destination, source, outLink }: RouteQuestion,
): { route: NetRoute; hop: Hop | undefined } | undefined {
  const family = familyOf(destination)
  const { single, wide } = orderedIn(routes, family, table)
  const taken = (route: NetRoute) => {
    if (route.from !== null && (source === null || !holds(route.from, source))) return undefined
    if (route.hops.length === 0 || isRefusal(route.type)) return { route, hop: undefined }
    const hop = route.hops.find((one) => isUsable(world, netns, family, one) && goesBy(world, netns, one, outLink))
    return hop && { route, hop }
  }
  for (const route of single.get(destination) ?? []) {
    const found = taken(route)
    if (found) return found
  }
  for (const route of wide) {
    const found = holds(route.destination, destination) ? taken(route) : undefined
    if (found) return found
  }
  return undefined
}

const sorted = new WeakMap<readonly RoutingRule[], Partial<Record<Family, readonly RoutingRule[]>>>()

function rulesIn(rules: readonly RoutingRule[], family: Family): readonly RoutingRule[] {
  const known = sorted.get(rules) ?? {}
  sorted.set(rules, known)
  known[family] ??= rules.filter((rule) => rule.family === family).sort((one, other) => one.priority - other.priority)
  return known[family]
}

/** A table's routes in the order in which they are asked. */
interface Ordered {
  /** To one address, by that: their prefix is the longest. */
  readonly single: ReadonlyMap<string, readonly NetRoute[]>
  readonly wide: readonly NetRoute[]
}

const ordered = new WeakMap<readonly NetRoute[], Map<number, Ordered>>()

/** Put in order once, for many ways ask them. */
function orderedIn(routes: readonly NetRoute[], family: Family, table: number): Ordered {
  const known = ordered.get(routes) ?? new Map<number, Ordered>()
  ordered.set(routes, known)
  // Tables are numbered from 0.
  const key = family === 'ipv4' ? table : -1 - table
  const found = known.get(key) ?? inOrder(routes.filter((route) => route.family === family && route.table === table))
  known.set(key, found)
  return found
}

function inOrder(routes: readonly NetRoute[]): Ordered {
  const single = new Map<string, NetRoute[]>()
  const wide: NetRoute[] = []
  const sorted = routes
    .filter(({ type }) => !notForOne.has(type))
    .sort((one, other) => prefixOf(other.destination) - prefixOf(one.destination) || one.metric - other.metric)
  for (const route of sorted) {
    const address = /^([^/]*)(?:\/(?:32|128))?$/.exec(route.destination)?.[1]
    if (address === undefined || isShort(route)) wide.push(route)
    else single.set(address, [...(single.get(address) ?? []), route])
  }
  return { single, wide }
}

/** Of IPv6 "/32" is not all of it. */
function isShort({ destination, family }: NetRoute): boolean {
  return prefixOf(destination) < bitsOf[family]
}

const notForOne = new Set(['multicast', 'anycast'])

function isRefusal(type: string): boolean {
  return type === 'blackhole' || type === 'unreachable' || type === 'prohibit' || type === 'throw'
}

function isUsable(world: World, netns: NetnsId, family: Family, { flags, index }: Hop): boolean {
  if (flags.includes('dead')) return false
  if (!flags.includes('linkdown')) return true
  const link = linkAt(world, netns, index)
  const ignores = (name: string) => ownSwitch(world, netns, family, name, 'ignore_routes_with_linkdown') === '1'
  return !ignores('all') && !(link && ignores(link.name))
}

function goesBy(world: World, netns: NetnsId, { index }: Hop, outLink: string | null): boolean {
  return outLink === null || linkNamed(world, netns, outLink)?.index === index
}

function asAnswer(
  world: World,
  netns: NetnsId,
  { route, hop }: { route: NetRoute; hop: Hop | undefined },
): RouteAnswer {
  if (isRefusal(route.type)) return { kind: 'refused', type: route.type, route }
  const link = hop && linkAt(world, netns, hop.index)
  if (route.type === 'local' || route.type === 'broadcast') return { kind: 'local', route, link }
  if (!link) return { kind: 'none' }
  return { kind: 'way', route, link, gateway: hop.gateway }
}

/** The address that what begins here bears when it leaves by that way; undefined: there is none of that family. */
export function sourceFor(world: World, netns: NetnsId, destination: string, answer: RouteAnswer): string | undefined {
  if (answer.kind === 'local') return destination
  if (answer.kind !== 'way') return undefined
  if (answer.route.source !== null) return answer.route.source
  return addressOf(world, netns, answer.link, answer.gateway ?? destination)
}

const unusable = ['tentative', 'dadfailed']

/** What a link calls itself to somebody: the first address that shares his subnet, else the first there is. */
export function addressOf(world: World, netns: NetnsId, link: NetLink, to: string): string | undefined {
  const family = familyOf(to)
  const own = world
    .state(netns)
    .addresses.filter((one) => one.family === family && !one.flags.some((flag) => unusable.includes(flag)))
  const here = own.filter((one) => one.index === link.index)
  if (family === 'ipv6') return closest(here, to) ?? closest(own, to)
  const near = here.find(
    ({ address, prefixLength, scope, flags }) =>
      scope !== 'host' && !flags.includes('secondary') && holds(`${address}/${prefixLength}`, to),
  )
  return (near ?? here.find(isWide) ?? own.find(isWide))?.address
}

function isWide({ scope }: { readonly scope: string }): boolean {
  return scope === 'global'
}

/** Of the same scope first, those that are going last, then by the bits that both share (RFC 6724, as far as it decides here). */
function closest(own: readonly { address: string; flags: readonly string[] }[], to: string): string | undefined {
  const rank = ({ address, flags }: (typeof own)[number]) =>
    (isLinkLocal(address) === isLinkLocal(to) ? 1000 : 0) -
    (flags.includes('deprecated') ? 500 : 0) +
    commonPrefix(address, to)
  return [...own].filter(({ address }) => address !== '::1').sort((one, other) => rank(other) - rank(one))[0]?.address
}

/** As `ip route` prints it. */
export function routeText(world: World, netns: NetnsId, route: NetRoute): string {
  const type = route.type === 'unicast' ? '' : `${route.type} `
  const to = prefixOf(route.destination) === 0 ? 'default' : route.destination.replace(/\/(32|128)$/, '')
  const hops = route.hops.map(({ gateway, index, flags }) => {
    const dev = linkAt(world, netns, index)?.name
    return `${gateway === null ? '' : ` via ${gateway}`}${dev === undefined ? '' : ` dev ${dev}`}${flags.map((flag) => ` ${flag}`).join('')}`
  })
  const table = route.table === 254 || route.table === 0 ? '' : ` table ${route.table === 255 ? 'local' : route.table}`
  const source = route.source === null ? '' : ` src ${route.source}`
  const metric = route.metric === 0 ? '' : ` metric ${route.metric}`
  return `${type}${to}${hops.join(' nexthop')}${table} proto ${route.protocol}${source}${metric}`
}

/** As `ip rule` prints it. */
export function routingRuleText({
  priority,
  from,
  to,
  iif,
  oif,
  mark,
  mask,
  action,
  table,
  inverted,
}: RoutingRule): string {
  const words = [
    `${priority}:`,
    inverted ? 'not' : '',
    `from ${from ?? 'all'}`,
    to === null ? '' : `to ${to}`,
    mark === null
      ? ''
      : `fwmark 0x${mark.toString(16)}${mask === null || mask >>> 0 === 0xffffffff ? '' : `/0x${(mask >>> 0).toString(16)}`}`,
    iif === null ? '' : `iif ${iif}`,
    oif === null ? '' : `oif ${oif}`,
    action === 'lookup' ? `lookup ${table ?? ''}` : action,
  ]
  return words.filter((word) => word !== '').join(' ')
}
