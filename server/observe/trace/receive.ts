import type { NetnsId } from '../../cnm/netns-state'
import { passHook } from './chains'
import { findRoute } from './route'
import { hopLimitSwitch, isEnd, leave, lookUp } from './send'
import { over, type Stage } from './stage'
import { holds, isLoopback } from './subnet'
import { command, type End, end, type Trip, usualTtl } from './trip'
import { highest, ownSwitch, type Port, switchName } from './world'

/** From the link into the stack: PREROUTING, then the routing decision: for here, or further. */
export function arrive(trip: Trip, { port, hasPassed, isForGateway }: Extract<Stage, { at: 'arrive' }>): Stage {
  const { netns, link } = port
  const { world } = trip
  const isLoop = link.type === 'loopback'
  trip.packet = { ...trip.packet, inLink: link.name, outLink: null }
  if (trip.family === 'ipv6' && ownSwitch(world, netns, 'ipv6', link.name, 'disable_ipv6') === '1') {
    return over(stopped(trip, port, switchName('ipv6', link.name, 'disable_ipv6'), '1', 'family-off'))
  }
  if (!hasPassed) {
    const ended = passHook(trip, { netns, hook: 'PREROUTING', inLink: link.name, outLink: null })
    if (ended) return over(ended)
  }
  // What goes through lo was routed when it was sent.
  if (isLoop) return { at: 'deliver', netns, link }
  const strange = martian(trip, port)
  if (strange) return over(strange)
  const { destination, source, mark } = trip.packet
  const asked = { destination, source, inLink: link.name, outLink: null, mark }
  const { answer } = findRoute(world, netns, asked)
  if (answer.kind !== 'local' && !forwards(trip, netns, link.name)) return over(notForwarded(trip, port, isForGateway))
  const way = lookUp(trip, netns, link.name)
  if (isEnd(way)) return over(way)
  const refused = checkSource(trip, port)
  if (refused) return over(refused)
  if (way.kind === 'local') return { at: 'deliver', netns, link }
  return forward(trip, port, way)
}

function forward(trip: Trip, { netns, link }: Port, way: Exclude<ReturnType<typeof lookUp>, End>): Stage {
  if (trip.packet.ttl <= 1) {
    trip.say(netns, 'hook', ['ttl-exceeded', {}], { links: [link.name] })
    return over(end('unreachable', 'ttl-exceeded', { place: trip.world.nameOf(netns) }, longerLife(trip)))
  }
  const outLink = way.link?.name ?? null
  trip.packet = { ...trip.packet, ttl: trip.packet.ttl - 1, outLink }
  const ended = passHook(trip, { netns, hook: 'FORWARD', inLink: link.name, outLink })
  if (ended) return over(ended)
  return leave(trip, netns, way)
}

/** Who sends packets that live for fewer hops than others is told not to. */
function longerLife({ world, family, sent, sender }: Trip) {
  if (!sent || sender === null || sent.ttl >= usualTtl) return null
  return command(world, sender.netns, `sysctl -w ${hopLimitSwitch(family, sender.link)}=${usualTtl}`)
}

/** IPv4 by the link that it came in by, IPv6 all together. */
function forwards({ world, family }: Trip, netns: NetnsId, link: string): boolean {
  const place = family === 'ipv4' ? link : 'all'
  return ownSwitch(world, netns, family, place, 'forwarding') === '1'
}

/** It came to somebody who neither has the address nor passes on what is not his. */
function notForwarded(trip: Trip, { netns, link }: Port, isForGateway: boolean): End {
  const { world, family, packet } = trip
  const place = world.nameOf(netns)
  if (!isForGateway) {
    trip.say(netns, 'route', ['route-none', { destination: packet.destination }], { links: [link.name] })
    return end('dropped', 'address-absent', { address: packet.destination, link: link.name, place })
  }
  const isOnHere = family === 'ipv4' && ownSwitch(world, netns, family, 'all', 'forwarding') === '1'
  const sysctl =
    family === 'ipv6'
      ? 'net.ipv6.conf.all.forwarding'
      : isOnHere
        ? switchName(family, link.name, 'forwarding')
        : 'net.ipv4.ip_forward'
  trip.say(netns, 'sysctl', ['sysctl-stops', { sysctl, value: '0' }], {
    evidence: () => `${sysctl} = 0`,
    links: [link.name],
  })
  return end('dropped', 'forwarding-off', { place, sysctl }, command(world, netns, `sysctl -w ${sysctl}=1`))
}

/** Addresses that cannot come from a wire, or lead from one to the loopback. */
function martian(trip: Trip, { netns, link }: Port): End | null {
  const { world, family, packet } = trip
  if (family !== 'ipv4') return null
  const place = world.nameOf(netns)
  const passesLoopback = highest(world, netns, link.name, 'route_localnet') === 1
  const { source, destination } = packet
  const sysctl = switchName('ipv4', link.name, 'route_localnet')
  if (holds('224.0.0.0/4', source) || (isLoopback(source) && !passesLoopback)) {
    return end('dropped', 'source-martian', { source, link: link.name, place })
  }
  if (isLoopback(destination) && !passesLoopback) {
    trip.say(netns, 'sysctl', ['sysctl-stops', { sysctl, value: '0' }], {
      evidence: () => `${sysctl} = 0`,
      links: [link.name],
    })
    return end(
      'dropped',
      'destination-martian',
      { destination, link: link.name, place },
      command(world, netns, `sysctl -w ${sysctl}=1`),
    )
  }
  return null
}

/** Whether its source may come by this link: no address of this namespace's own, and by rp_filter one that lives there. */
function checkSource(trip: Trip, { netns, link }: Port): End | null {
  const { world, family, packet } = trip
  if (family !== 'ipv4') return null
  const place = world.nameOf(netns)
  const { source } = packet
  const filter = highest(world, netns, link.name, 'rp_filter')
  const asked = { destination: source, source: packet.destination, inLink: link.name, outLink: null, mark: 0 }
  const { answer } = findRoute(world, netns, asked)
  if (answer.kind === 'local' && ownSwitch(world, netns, 'ipv4', link.name, 'accept_local') !== '1') {
    return end('dropped', 'source-martian', { source, link: link.name, place })
  }
  if (filter === 0) return null
  const comesSo = answer.kind === 'way' && answer.link.index === link.index
  if (comesSo || (filter === 2 && answer.kind === 'way')) return null
  const isForAll = Number(ownSwitch(world, netns, 'ipv4', 'all', 'rp_filter') ?? 0) === filter
  const sysctl = switchName('ipv4', isForAll ? 'all' : link.name, 'rp_filter')
  trip.say(netns, 'sysctl', ['sysctl-stops', { sysctl, value: filter }], {
    evidence: () => `${sysctl} = ${filter}`,
    links: [link.name],
  })
  return end(
    'dropped',
    'rp-filter',
    { source, link: link.name, place, sysctl },
    command(world, netns, `sysctl -w ${sysctl}=${filter === 1 && answer.kind === 'way' ? 2 : 0}`),
  )
}

function stopped(trip: Trip, { netns, link }: Port, sysctl: string, value: string, cause: 'family-off'): End {
  const { world } = trip
  trip.say(netns, 'sysctl', ['sysctl-stops', { sysctl, value }], {
    evidence: () => `${sysctl} = ${value}`,
    links: [link.name],
  })
  return end(
    'dropped',
    cause,
    { place: world.nameOf(netns), link: link.name },
    command(world, netns, `sysctl -w ${sysctl}=0`),
  )
}
