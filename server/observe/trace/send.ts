import type { Family } from '../../cnm/address'
import type { NetLink, NetnsId, NetRoute } from '../../cnm/netns-state'
import { passHook } from './chains'
import { gatewayRemedy } from './nobody'
import { downBlock, tooBig } from './obstacles'
import { findRoute, type RouteAnswer, routeText, routingRuleText, sourceFor } from './route'
import { over, type Stage } from './stage'
import { holds, prefixOf } from './subnet'
import { command, type End, end, remedy, type Trip } from './trip'
import { linkNamed, ownSwitch, type Records, switchName, type World } from './world'

/** From a socket to the link: route, source address, OUTPUT, and the route again where a rule changed what it asks for. */
export function output(trip: Trip, netns: NetnsId): Stage {
  const { world } = trip
  const off = familyOff(trip, netns)
  if (off) return over(off)
  let answer = lookUp(trip, netns, 'lo')
  if (isEnd(answer)) return over(answer)
  if (trip.packet.source === '') {
    const source = sourceFor(world, netns, trip.packet.destination, answer)
    if (source === undefined) return over(noAddress(trip, netns))
    trip.say(netns, 'source', ['source-chosen', { address: source, link: answer.link?.name ?? '' }], {
      packet: { source },
    })
  }
  trip.sender = { netns, link: answer.link?.name ?? 'lo' }
  const ttl = hopLimit(trip, netns, answer)
  if (ttl !== trip.packet.ttl) trip.packet = { ...trip.packet, ttl }
  trip.sent = trip.packet
  const { destination, mark } = trip.packet
  const outLink = answer.link?.name ?? 'lo'
  trip.packet = { ...trip.packet, outLink: outLink, inLink: null }
  const stopped = passHook(trip, {
    netns,
    hook: 'OUTPUT',
    inLink: null,
    outLink: answer.kind === 'local' ? 'lo' : outLink,
  })
  if (stopped) return over(stopped)
  if (trip.packet.destination !== destination || trip.packet.mark !== mark) {
    answer = lookUp(trip, netns, 'lo')
    if (isEnd(answer)) return over(answer)
  }
  return leave(trip, netns, answer)
}

/** How many hops a packet lives: by its route, else by what its sender is told. */
function hopLimit({ world, family, packet }: Trip, netns: NetnsId, answer: Way): number {
  if (answer.kind !== 'way') return packet.ttl
  if (answer.route.hopLimit !== undefined) return answer.route.hopLimit
  return Number(world.sysctl(netns, hopLimitSwitch(family, answer.link.name)) ?? packet.ttl)
}

export function hopLimitSwitch(family: Family, link: string): string {
  return family === 'ipv4' ? 'net.ipv4.ip_default_ttl' : switchName('ipv6', link, 'hop_limit')
}

/** From the routing decision to the wire: MTU and POSTROUTING. */
export function leave(trip: Trip, netns: NetnsId, answer: Way): Stage {
  const { world } = trip
  const loopback = linkNamed(world, netns, 'lo')
  const link = answer.kind === 'local' ? loopback : answer.link
  if (!link) return over(noRoute(trip, netns))
  const big = answer.kind === 'way' ? exceedsMtu(trip, netns, answer.route.mtu ?? link.mtu, link) : null
  if (big) return over(big)
  if (answer.kind === 'local' && !link.up) return over(downBlock(world, { netns, link }).end)
  trip.packet = { ...trip.packet, outLink: link.name }
  const stopped = passHook(trip, { netns, hook: 'POSTROUTING', inLink: null, outLink: link.name })
  if (stopped) return over(stopped)
  if (answer.kind === 'local') {
    trip.say(netns, 'link', ['link-leaves', { link: link.name }], { links: [link.name] })
    return { at: 'arrive', port: { netns, link }, hasPassed: false, isForGateway: false }
  }
  const hop = answer.gateway ?? trip.packet.destination
  return { at: 'transmit', netns, link, hop, isGateway: answer.gateway !== null }
}

function exceedsMtu(trip: Trip, netns: NetnsId, mtu: number, link: NetLink): End | null {
  const { size } = trip.packet
  if (size <= mtu) return null
  trip.say(netns, 'mtu', ['mtu-exceeded', { size, mtu, link: link.name }], { links: [link.name] })
  return { ...tooBig(trip.world, { netns, link }, size, mtu), outcome: 'unreachable' }
}

type Way = Extract<RouteAnswer, { kind: 'way' | 'local' }>

export function isEnd(given: Way | End): given is End {
  return 'outcome' in given
}

/** Asks the routing tables and says what they answer. */
export function lookUp(trip: Trip, netns: NetnsId, inLink: string): Way | End {
  const { world, packet } = trip
  const { destination } = packet
  const { answer, rule } = findRoute(world, netns, {
    destination,
    source: packet.source === '' ? null : packet.source,
    inLink,
    outLink: null,
    mark: packet.mark,
    packet,
  })
  if (rule && ![0, 32766, 32767].includes(rule.priority)) {
    trip.say(
      netns,
      'rule-of-routing',
      ['routing-rule', { priority: rule.priority, action: rule.table ?? rule.action }],
      {
        evidence: () => routingRuleText(rule),
      },
    )
  }
  switch (answer.kind) {
    case 'none':
      trip.say(netns, 'route', ['route-none', { destination }])
      return noRoute(trip, netns)
    case 'refused':
      trip.say(netns, 'route', ['route-refuses', { destination, type: answer.type }], {
        evidence: () => routeText(world, netns, answer.route),
      })
      return end(
        isSilent(answer.type, inLink) ? 'dropped' : 'unreachable',
        'route-refuses',
        { destination, type: answer.type, place: world.nameOf(netns) },
        command(world, netns, `ip route del ${answer.type} ${answer.route.destination}${tableOf(answer.route)}`),
      )
    case 'refused-by-rule':
      return end(
        isSilent(answer.type, inLink) ? 'dropped' : 'unreachable',
        'routing-rule-refuses',
        { priority: answer.rule.priority, type: answer.type, place: world.nameOf(netns) },
        command(
          world,
          netns,
          `ip ${answer.rule.family === 'ipv6' ? '-6 ' : ''}rule del priority ${answer.rule.priority}`,
        ),
      )
    case 'local':
      trip.say(netns, 'route', ['route-local', { destination }], {
        evidence: () => routeText(world, netns, answer.route),
        links: [answer.link?.name],
      })
      return answer
    case 'way': {
      const link = answer.link.name
      const about = { evidence: () => routeText(world, netns, answer.route), links: [link] }
      if (answer.gateway === null) trip.say(netns, 'route', ['route-direct', { destination, link }], about)
      else trip.say(netns, 'route', ['route-gateway', { destination, gateway: answer.gateway, link }], about)
      return answer
    }
  }
}

const mainTable = 254

function tableOf({ table }: NetRoute): string {
  return table === mainTable ? '' : ` table ${table}`
}

/** Who sends it from here is told even of a blackhole. */
function isSilent(type: string, inLink: string): boolean {
  return type === 'blackhole' && inLink !== 'lo'
}

/** No route, or what took it away: links that are down have none. */
export function noRoute(trip: Trip, netns: NetnsId): End {
  const { world, packet, family } = trip
  const { links, addresses, routes } = world.state(netns)
  const place = world.nameOf(netns)
  const down = links.filter((link) => !link.up && link.type !== 'loopback')
  const near = down.find((link) =>
    addresses.some(
      (one) => one.index === link.index && holds(`${one.address}/${one.prefixLength}`, packet.destination),
    ),
  )
  const hasDefault = routes.some(
    (route) => route.family === family && route.type === 'unicast' && prefixOf(route.destination) === 0,
  )
  const wayOut = hasDefault
    ? undefined
    : down.find((link) => addresses.some((one) => one.index === link.index) || family === 'ipv6')
  const isDown = near ?? wayOut
  if (isDown) return { ...downBlock(world, { netns, link: isDown }).end, outcome: 'unreachable' }
  const internal = hasDefault ? undefined : onlyInternal(world, netns)
  if (internal) {
    const { container, network } = internal
    return end(
      'unreachable',
      'no-route-internal',
      { destination: packet.destination, place, network },
      remedy('connect-elsewhere', { container }),
      remedy('not-internal', { network }),
    )
  }
  const gateway = addresses.find((one) => one.family === family && one.scope === 'global')
  const link = gateway && links.find(({ index }) => index === gateway.index)
  return end(
    'unreachable',
    'no-route',
    { destination: packet.destination, place },
    link ? gatewayRemedy(trip, { netns, link }) : null,
  )
}

/** The container that is there, where all its networks are internal ones, and the first of those. */
function onlyInternal(
  { containerIn, records }: World,
  netns: NetnsId,
): { container: string; network: string } | undefined {
  const container = records.containers[containerIn(netns) ?? '']
  const networks = (container && networksIn(records).get(container.id)) ?? []
  const [network] = networks
  if (!container || !network || !networks.every(({ internal }) => internal)) return undefined
  return { container: container.name, network: network.name }
}

type NetworkRecord = Records['networks'][string]

const networksOf = new WeakMap<Records, ReadonlyMap<string, readonly NetworkRecord[]>>()

/** By the ids of the containers that are connected. */
function networksIn(records: Records): ReadonlyMap<string, readonly NetworkRecord[]> {
  const known = networksOf.get(records)
  if (known) return known
  const found = new Map<string, NetworkRecord[]>()
  for (const { containerId, networkId, state } of Object.values(records.endpoints)) {
    const network = state === 'idle' ? undefined : records.networks[networkId]
    if (network) found.set(containerId, [...(found.get(containerId) ?? []), network])
  }
  networksOf.set(records, found)
  return found
}

/** IPv6 is switched off on every link that could carry it. */
function familyOff(trip: Trip, netns: NetnsId): End | null {
  const { world, family } = trip
  if (family !== 'ipv6') return null
  const links = world.state(netns).links.filter(({ type, up }) => type !== 'loopback' && up)
  const isOff = (name: string) => ownSwitch(world, netns, 'ipv6', name, 'disable_ipv6') === '1'
  const [first] = links
  if (!first || !links.every(({ name }) => isOff(name))) return null
  const sysctl = switchName('ipv6', first.name, 'disable_ipv6')
  trip.say(netns, 'sysctl', ['sysctl-stops', { sysctl, value: '1' }], {
    evidence: () => `${sysctl} = 1`,
    links: [first.name],
  })
  return end(
    'unreachable',
    'family-off',
    { place: world.nameOf(netns), link: first.name },
    command(world, netns, `sysctl -w ${sysctl}=0`),
  )
}

function noAddress(trip: Trip, netns: NetnsId): End {
  return end('unreachable', 'no-address', {
    place: trip.world.nameOf(netns),
    family: trip.family === 'ipv4' ? 'IPv4' : 'IPv6',
  })
}
