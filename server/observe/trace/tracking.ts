import type { Family } from '../../cnm/address'
import type { NetnsId } from '../../cnm/netns-state'
import type { FlowSide, Flow as KeptFlow } from '../../kernel/netns-contract'
import { flowText } from './flow-text'
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
    trip.packet = { ...packet, flow: known, state: isReply ? 'ESTABLISHED' : stateOf(known), isReply }
    return null
  }
  if (packet.isMidway) {
    if (remember(trip, netns)) return null
    trip.say(netns, 'conntrack', ['flow-none', {}])
  } else if (packet.isAnswer && packet.protocol !== 'udp') {
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

/** Until an answer was seen, a connection is a new one. */
function stateOf({ kept }: Flow): 'NEW' | 'ESTABLISHED' {
  return kept !== null && !kept.flags.includes('UNREPLIED') ? 'ESTABLISHED' : 'NEW'
}

/** The entry of the packet's connection, where there is one; of many between two ends the first gives its port. */
function remember(trip: Trip, netns: NetnsId): boolean {
  const { world, packet } = trip
  const own = tupleOf(packet)
  for (const kept of liveFirst(world.flows(netns, packet.source, packet.destination))) {
    if (kept.protocol !== packet.protocol) continue
    const [original, reply] = [tupleOfSide(kept.original), tupleOfSide(kept.reply)]
    const isReply = fitsFlow(reply, own, trip.isPortOpen)
    if (!isReply && !fitsFlow(original, own, trip.isPortOpen)) continue
    const seen = isReply ? reply : original
    const flow: Flow = {
      ...{ netns, original, reply, mark: kept.mark, kept, decided: new Set() },
      destinationChanged: reply.source !== original.destination || reply.sourcePort !== original.destinationPort,
      sourceChanged: reply.destination !== original.source || reply.destinationPort !== original.sourcePort,
    }
    trip.flows.push(flow)
    if (trip.isPortOpen && trip.sent) trip.sent = { ...trip.sent, sourcePort: seen.sourcePort }
    trip.isPortOpen = false
    const state = isReply ? 'ESTABLISHED' : stateOf(flow)
    trip.say(netns, 'conntrack', ['flow-kept', { state: kept.state ?? state }], {
      evidence: () => flowText(kept),
      packet: { flow, state, isReply, sourcePort: seen.sourcePort },
    })
    return true
  }
  return false
}

/** Of those that are over, the kernel remembers many for a while. */
function liveFirst(flows: readonly KeptFlow[]): KeptFlow[] {
  return flows.toSorted((one, other) => Number(isOver(one)) - Number(isOver(other)))
}

function isOver({ state }: KeptFlow): boolean {
  return state !== null && overStates.has(state)
}

const overStates = new Set(['FIN_WAIT', 'CLOSE_WAIT', 'LAST_ACK', 'TIME_WAIT', 'CLOSE'])

function tupleOfSide({ source, destination, sourcePort, destinationPort }: FlowSide): Tuple {
  return { source, destination, sourcePort: sourcePort ?? 0, destinationPort: destinationPort ?? 0 }
}

function fitsFlow(flow: Tuple, own: Tuple, isPortOpen: boolean): boolean {
  return same(flow, isPortOpen ? { ...own, sourcePort: flow.sourcePort } : own)
}

/** What is remembered of a connection is done to each of its packets, whatever the rules say by now. */
export function retrace(trip: Trip, netns: NetnsId, side: 'source' | 'destination'): void {
  const { flow } = trip.packet
  if (!flow?.kept) return
  const { reply, kept } = flow
  if (side === 'destination' && flow.destinationChanged) {
    translate(trip, netns, side, { address: reply.source, port: reply.sourcePort }, () => flowText(kept))
  }
  if (side === 'source' && flow.sourceChanged) {
    translate(trip, netns, side, { address: reply.destination, port: reply.destinationPort }, () => flowText(kept))
  }
}

function fullTable(trip: Trip, netns: NetnsId): End | null {
  const count = Number(trip.world.sysctl(netns, 'net.netfilter.nf_conntrack_count') ?? 0)
  const max = Number(trip.world.sysctl(netns, 'net.netfilter.nf_conntrack_max') ?? 0)
  if (max === 0 || count < max) return null
  const evidence = () => `net.netfilter.nf_conntrack_count = ${count}, net.netfilter.nf_conntrack_max = ${max}`
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
    ...{ netns, original, reply: turned(original), mark: 0, kept: null },
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
  evidence: () => string,
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
