import type { Family } from '../../cnm/address'
import type { NetnsId } from '../../cnm/netns-state'
import { parseRule } from './parse-rule'
import { command, type End, end, type Flow, type Moving, remedy, type Trip, type Tuple } from './trip'
import type { HookedFirewall, World } from './world'

const trackingModules = new Set(['conntrack', 'state', 'connmark', 'connlimit', 'connbytes', 'helper', 'cluster'])
const judged = new WeakMap<readonly HookedFirewall[], boolean>()

/** Whether the kernel keeps connections in mind there: it does where a rule needs it. */
export function isTracked(world: World, netns: NetnsId, family: Family): boolean {
  const firewalls = world.firewalls(netns, family)
  const { tracking } = world.nft(netns, family, false)
  if (tracking.has('inet') || tracking.has(family === 'ipv4' ? 'ip' : 'ip6')) return true
  const known = judged.get(firewalls)
  if (known !== undefined) return known
  const tracked = firewalls.some(({ firewall }) =>
    firewall.tables.some(
      ({ name, chains }) =>
        name === 'nat' ||
        chains.some(({ rules }) =>
          rules.some((rule) => {
            const { conditions, target } = parseRule(rule)
            return target === 'CONNMARK' || conditions.some(({ module }) => trackingModules.has(module))
          }),
        ),
    ),
  )
  judged.set(firewalls, tracked)
  return tracked
}

/** What connection tracking makes of a packet, between raw and mangle. Gives an end where its table is full. */
export function track(trip: Trip, netns: NetnsId): End | null {
  const { world, packet } = trip
  if (packet.state === 'UNTRACKED' || packet.flow?.netns === netns) return null
  if (!isTracked(world, netns, trip.family)) {
    trip.packet = { ...packet, flow: null, state: null, isReply: false }
    return null
  }
  const tuple = tupleOf(packet)
  const known = trip.flows.find(
    (flow) => flow.netns === netns && (same(flow.reply, tuple) || same(flow.original, tuple)),
  )
  if (known) {
    const isReply = same(known.reply, tuple)
    trip.packet = { ...packet, flow: known, state: isReply ? 'ESTABLISHED' : 'NEW', isReply }
    return null
  }
  if (packet.isAnswer && packet.protocol !== 'udp') {
    trip.packet = { ...packet, flow: null, state: 'INVALID', isReply: false }
    return null
  }
  const full = fullTable(trip, netns)
  if (full) return full
  const flow = newFlow(netns, tuple)
  trip.flows.push(flow)
  trip.packet = { ...packet, flow, state: 'NEW', isReply: false }
  return null
}

function fullTable(trip: Trip, netns: NetnsId): End | null {
  const count = Number(trip.world.sysctl(netns, 'net.netfilter.nf_conntrack_count') ?? 0)
  const max = Number(trip.world.sysctl(netns, 'net.netfilter.nf_conntrack_max') ?? 0)
  if (max === 0 || count < max) return null
  const evidence = `net.netfilter.nf_conntrack_count = ${count}, net.netfilter.nf_conntrack_max = ${max}`
  trip.say(netns, 'conntrack', ['conntrack-full', { count, max }], { evidence })
  return end(
    'dropped',
    'conntrack-full',
    { count, max, place: trip.world.nameOf(netns) },
    remedy('command', { command: `sysctl -w net.netfilter.nf_conntrack_max=${2 * max}` }),
    command(trip.world, netns, 'conntrack -F'),
  )
}

function newFlow(netns: NetnsId, original: Tuple): Flow {
  return {
    ...{ netns, original, reply: turned(original), mark: 0 },
    ...{ destinationChanged: false, sourceChanged: false, decided: new Set() },
  }
}

export function tupleOf({ source, destination, sourcePort, destinationPort }: Moving): Tuple {
  return { source, destination, sourcePort: sourcePort ?? 0, destinationPort: destinationPort ?? 0 }
}

function turned({ source, destination, sourcePort, destinationPort }: Tuple): Tuple {
  return { source: destination, destination: source, sourcePort: destinationPort, destinationPort: sourcePort }
}

function same(one: Tuple, other: Tuple): boolean {
  return (
    one.source === other.source &&
    one.destination === other.destination &&
    one.sourcePort === other.sourcePort &&
    one.destinationPort === other.destinationPort
  )
}

export function endpointText(address: string, port: number | null): string {
  if (port === null || port === 0) return address
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** The address that a side of the packet bears from now on, remembered so that the answer finds back. */
export function translate(
  trip: Trip,
  netns: NetnsId,
  side: 'source' | 'destination',
  to: { address: string; port: number | null },
  evidence: string,
): void {
  const { packet } = trip
  const flow = packet.flow
  if (!flow) return
  const from = endpointText(packet[side], side === 'source' ? packet.sourcePort : packet.destinationPort)
  if (side === 'destination') {
    const port = to.port ?? packet.destinationPort
    flow.destinationChanged = true
    flow.reply = { ...flow.reply, source: to.address, sourcePort: port ?? 0 }
    trip.say(netns, 'nat', ['nat-destination', { from, to: endpointText(to.address, port) }], {
      evidence,
      packet: { destination: to.address, destinationPort: packet.destinationPort === null ? null : port },
    })
  } else {
    const port = to.port ?? packet.sourcePort
    flow.sourceChanged = true
    flow.reply = { ...flow.reply, destination: to.address, destinationPort: port ?? 0 }
    trip.say(netns, 'nat', ['nat-source', { from, to: endpointText(to.address, port) }], {
      evidence,
      packet: { source: to.address, sourcePort: packet.sourcePort === null ? null : port },
    })
  }
}

/** An answer gets the addresses back that its connection began with. */
export function untranslate(trip: Trip, netns: NetnsId, side: 'source' | 'destination'): void {
  const { packet } = trip
  const { flow } = packet
  if (!flow || !packet.isReply) return
  if (side === 'destination' && flow.sourceChanged) {
    const { source: destination, sourcePort } = flow.original
    sayUndone(trip, netns, packet.destination, packet.destinationPort, destination, sourcePort, {
      destination,
      destinationPort: packet.destinationPort === null ? null : sourcePort,
    })
  }
  if (side === 'source' && flow.destinationChanged) {
    const { destination: source, destinationPort } = flow.original
    sayUndone(trip, netns, packet.source, packet.sourcePort, source, destinationPort, {
      source,
      sourcePort: packet.sourcePort === null ? null : destinationPort,
    })
  }
}

function sayUndone(
  trip: Trip,
  netns: NetnsId,
  fromAddress: string,
  fromPort: number | null,
  toAddress: string,
  toPort: number,
  packet: Partial<Moving>,
): void {
  const from = endpointText(fromAddress, fromPort)
  const to = endpointText(toAddress, fromPort === null ? null : toPort)
  if (from !== to) trip.say(netns, 'nat', ['nat-undone', { from, to }], { packet })
}
