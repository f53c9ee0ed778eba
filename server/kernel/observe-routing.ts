import { bitsOf, type Family } from '../cnm/address'
import { type Cidr, overlaps, parseCidr } from '../cnm/cidr'
import type { NetnsState, NetRoute, RoutingRule } from '../cnm/netns-state'
import type { KernelObject, LookupObject, RouteObject } from '../plan/object'
import type { RawLink } from './ip-query'

/** What is asked of the host's routing: links by their numbers, all tables, all rules. */
export type HostRouting = Pick<NetnsState, 'routes' | 'rules'>

/** The subnet of a network, and the link of the host's that leads there. */
interface Ground extends Cidr {
  readonly link: string
}

const mainTable = 254
const localTable = 255
const fates = ['blackhole', 'unreachable', 'prohibit'] as const
/** The metric of a subnet's own route: what has a greater one comes after it. */
const ownMetric: Readonly<Record<Family, number>> = { ipv4: 0, ipv6: 256 }

/**
 * What others put into the host's routing that takes packets to or from networks elsewhere: routes of the main table that are
 * more specific or stand in a network's place, and rules (`ip rule`) by which other tables are asked before it. Of a rule
 * it is taken that its conditions are met where links and addresses do not speak against it; those of marks are not.
 */
export function describeRouting(
  routing: HostRouting,
  links: readonly Pick<RawLink, 'ifindex' | 'ifname' | 'ifalias'>[],
  wanted: readonly KernelObject[],
): (RouteObject | LookupObject)[] {
  const marked = links.flatMap(({ ifname, ifalias }) => (ifalias?.startsWith('patchbay:') ? [ifname] : []))
  const asked = wanted.flatMap((one) => (one.kind === 'link' && one.netns === 'host' ? [one.name] : []))
  const own = new Set([...marked, ...asked])
  const grounds = wanted.flatMap((one): Ground[] => {
    if (one.kind !== 'address' || one.netns !== 'host' || !own.has(one.link)) return []
    const subnet = subnetOf(one.address)
    return subnet && bitsOf[subnet.family] - subnet.prefix > 1 ? [{ ...subnet, link: one.link }] : []
  })
  if (grounds.length === 0) return []
  const names = new Map(links.map(({ ifindex, ifname }) => [ifindex, ifname]))
  const tables = waysByTable(routing.routes, names)
  return [...thefts(tables.get(mainTable) ?? [], own, grounds), ...lookups(routing.rules, tables, grounds)]
}

/** A route, its destination read. */
interface Way extends Cidr {
  readonly route: NetRoute
  /** By which link, or what becomes of packets; null: neither is known. */
  readonly leads: string | null
  readonly isFate: boolean
}

function waysByTable(routes: readonly NetRoute[], names: ReadonlyMap<number, string>): Map<number, Way[]> {
  const tables = new Map<number, Way[]>()
  for (const route of routes) {
    const subnet = subnetOf(route.destination)
    if (subnet === undefined || route.table === localTable || route.type === 'throw') continue
    const isFate = fates.some((fate) => fate === route.type)
    const leads = isFate ? route.type : (names.get(route.hops[0]?.index ?? 0) ?? null)
    const ways = tables.get(route.table)
    const way = { ...subnet, route, leads, isFate }
    if (ways) ways.push(way)
    else tables.set(route.table, [way])
  }
  return tables
}

function thefts(ways: readonly Way[], own: ReadonlySet<string>, grounds: readonly Ground[]): RouteObject[] {
  return ways.flatMap((way): RouteObject[] => {
    const { route, leads, isFate } = way
    if (leads === null || route.protocol === 'kernel' || (!isFate && own.has(leads))) return []
    const victim = grounds.find((ground) => {
      const isSame = way.prefix === ground.prefix
      return isWithin(way, ground) && !(isSame && route.metric > ownMetric[ground.family])
    })
    if (victim === undefined) return []
    const via = route.hops[0]?.gateway ?? undefined
    return [
      {
        ...{ kind: 'route', netns: 'host', destination: route.destination, expected: victim.link },
        link: isFate ? '' : leads,
        ...(via === undefined || isFate ? {} : { via }),
        ...(route.metric === 0 ? {} : { metric: route.metric }),
        ...(isFate ? { fate: route.type as RouteObject['fate'] } : {}),
      },
    ]
  })
}

/** Rules that decide before the main table does, each with those whom it harms. */
function lookups(
  rules: readonly RoutingRule[],
  tables: ReadonlyMap<number, readonly Way[]>,
  grounds: readonly Ground[],
): LookupObject[] {
  const harms = new Map<
    RoutingRule,
    { readonly concerns: LookupObject['concerns']; links: Set<string>; leads: Set<string> }
  >()
  const harm = (rule: RoutingRule, concerns: LookupObject['concerns'], { link }: Ground, leads: readonly string[]) => {
    if (leads.length === 0) return
    const known = harms.get(rule) ?? { concerns, links: new Set(), leads: new Set() }
    harms.set(rule, known)
    known.links.add(link)
    for (const one of leads) known.leads.add(one)
  }
  const sorted = rules.filter(({ table }) => table !== localTable).toSorted((a, b) => a.priority - b.priority)
  const naming = new Set(sorted.filter((rule) => grounds.some((ground) => isOf(rule, ground))))
  for (const ground of grounds) {
    const own = sorted.filter(({ family }) => family === ground.family)
    const others = own.filter((rule) => !naming.has(rule))
    for (const [rule, leads] of takenFrom(ground, others, tables)) harm(rule, 'received', ground, leads)
    for (const [rule, leads] of ledAway(ground, own, tables)) harm(rule, 'sent', ground, leads)
  }
  return [...harms].map(([rule, { concerns, links, leads }]) => ({
    ...{ kind: 'lookup', netns: 'host', family: rule.family, priority: rule.priority, args: argsOf(rule) },
    ...{ expected: [...links], leads: [...leads].join(', ') },
    // What cannot be written again with all its conditions is not taken away.
    concerns: rule.otherConditions ? 'sent' : concerns,
  }))
}

type Harm = readonly [rule: RoutingRule, leads: readonly string[]]

/** Of packets for a network: those rules that have them go elsewhere, as far as one comes to them. */
function takenFrom(ground: Ground, rules: readonly RoutingRule[], tables: ReadonlyMap<number, readonly Way[]>): Harm[] {
  const found: Harm[] = []
  let skippedBelow = 0
  for (const rule of rules) {
    if (rule.priority < skippedBelow) continue
    const meets = meetsReceived(rule, ground)
    if (meets === 'no') continue
    if (rule.action === 'goto' && meets === 'all') skippedBelow = rule.goto ?? 0
    if (fates.some((fate) => fate === rule.action)) {
      found.push([rule, [rule.action]])
      if (meets === 'all') return found
    }
    if (rule.action !== 'lookup' || (rule.suppressPrefixLength ?? -1) >= ground.prefix) continue
    const isMain = rule.table === mainTable
    const { leads, isDecided } = inTable(ground, rule, tables.get(rule.table ?? 0) ?? [])
    // What others have put into the main table is told as routes.
    if (!isMain && leads.length > 0) found.push([rule, leads])
    if (meets === 'all' && (isMain || isDecided)) return found
  }
  return found
}

/** Where a table leads what belongs to a network, other than there; and whether it has an answer for all of it. */
function inTable(ground: Ground, { suppressPrefixLength = -1 }: RoutingRule, ways: readonly Way[]) {
  const asked = ways.filter(({ prefix }) => prefix > suppressPrefixLength)
  const [whole] = asked.filter((way) => isWithin(ground, way)).toSorted((a, b) => b.prefix - a.prefix)
  const parts = asked.filter((way) => way.prefix > ground.prefix && isWithin(way, ground))
  const leads = [...(whole ? [whole] : []), ...parts].flatMap(({ leads }) => leads ?? [])
  return { leads: [...new Set(leads)].filter((link) => link !== ground.link), isDecided: whole !== undefined }
}

/** Of what a network sends: rules that name it and send it another way than the main table would. */
function ledAway(ground: Ground, rules: readonly RoutingRule[], tables: ReadonlyMap<number, readonly Way[]>): Harm[] {
  const atMain = rules.findIndex(
    (rule) =>
      rule.table === mainTable && meetsReceived(rule, ground) === 'all' && rule.suppressPrefixLength === undefined,
  )
  const main = new Set((tables.get(mainTable) ?? []).map(textOf))
  return rules.slice(0, atMain < 0 ? rules.length : atMain).flatMap((rule): Harm[] => {
    if (!isOf(rule, ground) || isMarked(rule)) return []
    if (fates.some((fate) => fate === rule.action)) return [[rule, [rule.action]]]
    if (rule.action !== 'lookup' || rule.table === mainTable) return []
    const others = (tables.get(rule.table ?? 0) ?? [])
      .filter((way) => way.family === ground.family && way.prefix > (rule.suppressPrefixLength ?? -1))
      .filter((way) => way.leads !== null && way.leads !== ground.link && !main.has(textOf(way)))
    return others.length === 0 ? [] : [[rule, [...new Set(others.flatMap(({ leads }) => leads ?? []))]]]
  })
}

function textOf({ route, leads }: Way): string {
  return `${route.destination} ${leads} ${route.hops[0]?.gateway ?? ''}`
}

/** Whether packets for a network meet a rule's conditions: none of them, some, or all. */
function meetsReceived(rule: RoutingRule, ground: Ground): 'no' | 'some' | 'all' {
  const to = rule.to === null ? undefined : subnetOf(rule.to)
  const isPart = rule.from !== null || rule.iif !== null || (to !== undefined && !isWithin(ground, to))
  const isSure = !isPart && !isMarked(rule) && rule.oif === null && !rule.otherConditions
  if (rule.inverted) {
    // "not from all fwmark 0x1": all that bear no mark.
    if (isMarked(rule)) return 'all'
    return isSure ? 'no' : 'some'
  }
  if (isMarked(rule) || rule.oif !== null || rule.otherConditions?.some(isOfFew)) return 'no'
  if (to !== undefined && !overlaps(to, ground)) return 'no'
  return isSure ? 'all' : 'some'
}

/** Conditions that packets of the host's programs, tunnels or VRFs alone meet. */
function isOfFew(condition: string): boolean {
  return /^(uidrange|tun_id|l3mdev)( |$)/.test(condition)
}

function isMarked({ mark, mask }: RoutingRule): boolean {
  return mark !== null && !(mark === 0 && (mask === null || mask === 0))
}

/** As `ip rule` takes them; by these and its priority the rule is the only one. */
function argsOf(rule: RoutingRule): string[] {
  const { from, to, iif, oif, mark, mask, action, table, suppressPrefixLength, otherConditions = [] } = rule
  const any = rule.family === 'ipv6' ? '::/0' : '0.0.0.0/0'
  return [
    ...(rule.inverted ? ['not'] : []),
    ...['from', from ?? any],
    ...(to === null ? [] : ['to', to]),
    ...(iif === null ? [] : ['iif', iif]),
    ...(oif === null ? [] : ['oif', oif]),
    ...(mark === null ? [] : ['fwmark', `0x${mark.toString(16)}${mask === null ? '' : `/0x${mask.toString(16)}`}`]),
    ...otherConditions.flatMap((condition) => condition.split(' ')),
    ...(action === 'lookup' ? ['lookup', String(table)] : [action]),
    ...(suppressPrefixLength === undefined ? [] : ['suppress_prefixlength', String(suppressPrefixLength)]),
  ]
}

/** Whether it is about what that network sends. */
function isOf({ inverted, iif, from }: RoutingRule, ground: Ground): boolean {
  return !inverted && (iif === ground.link || (from !== null && meets(from, ground)))
}

function meets(text: string, ground: Ground): boolean {
  const subnet = subnetOf(text)
  return subnet !== undefined && overlaps(subnet, ground)
}

function isWithin(inner: Cidr, outer: Cidr): boolean {
  return inner.prefix >= outer.prefix && overlaps(inner, outer)
}

/** Of an address without a prefix length it is the address alone. */
function subnetOf(text: string): Cidr | undefined {
  return parseCidr(text.includes('/') ? text : `${text}/${bitsOf[text.includes(':') ? 'ipv6' : 'ipv4']}`)
}
