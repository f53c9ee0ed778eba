import type { NetLink, NetnsId } from '../../cnm/netns-state'
import { passFrames, passHook } from './chains'
import { deliver } from './deliver'
import type { Hook } from './hook'
import { findNeighbour } from './neighbour'
import { arrive } from './receive'
import { carry } from './segment'
import { output } from './send'
import { type Ending, over, type Stage } from './stage'
import { command, type End, end, type Trip } from './trip'
import { passTunnel } from './tunnel'
import { type Arrival, everybody, learn, sameMac, type WirePiece } from './wire'
import type { Port } from './world'

/** More stages than any packet lives through: its hops are counted, but rules may send it in circles on one host. */
const mostStages = 400

/** Leads a packet from stage to stage, as the kernel would, until it is taken, stopped or out of sight. */
export function walk(trip: Trip, first: Stage): Ending {
  let stage = first
  for (let count = 0; count < mostStages; count++) {
    switch (stage.at) {
      case 'output':
        stage = output(trip, stage.netns)
        break
      case 'transmit':
        stage = transmit(trip, stage)
        break
      case 'arrive':
        stage = arrive(trip, stage)
        break
      case 'deliver':
        stage = deliver(trip, stage)
        break
      default:
        return stage
    }
  }
  return { at: 'end', end: end('lost', 'ttl-exceeded', { place: '' }) }
}

function transmit(trip: Trip, { netns, link, hop, isGateway }: Extract<Stage, { at: 'transmit' }>): Stage {
  if (stacked.has(link.kind ?? '')) {
    return over(end('unknown', 'not-judged', { what: `${link.kind} ${link.name}`, place: trip.world.nameOf(netns) }))
  }
  if (link.shaper !== undefined) {
    trip.doubt('link-shaped', { link: link.name, place: trip.world.nameOf(netns), queue: link.shaper })
  }
  const found = findNeighbour(trip, netns, link, hop, isGateway)
  if ('outcome' in found) return over(found)
  if ('outside' in found) return leaveMachine(trip, netns, link, found.outside, hop)
  const { mac } = found
  trip.packet = { ...trip.packet, sourceMac: link.mac, destinationMac: mac === everybody ? null : mac }
  const { arrivals, blocks } = carry(
    trip.world,
    { netns, link },
    { destination: mac, size: trip.packet.size },
    trip.learnt,
  )
  const arrival = arrivals.find(({ isOutside }) => !isOutside) ?? arrivals[0]
  if (arrival === undefined) {
    trip.say(netns, 'link', ['link-leaves', { link: link.name }], { links: [link.name] })
    return over(whyLost(trip, { netns, link }, hop, mac, blocks[0]?.end))
  }
  return follow(trip, { netns, link }, arrival, hop, isGateway)
}

/** What stands on other links or packs into other packets, and is not followed. */
const stacked: ReadonlySet<string> = new Set(
  'ipvlan ipvtap vlan bond team vrf macsec wireguard geneve gre gretap ip6gre ip6gretap ipip sit ip6tnl'.split(' '),
)

function leaveMachine(trip: Trip, netns: NetnsId, link: NetLink, port: Port, hop: string): Stage {
  trip.say(netns, 'link', ['leaves-host', { link: port.link.name, address: hop }], {
    links: [link.name, port.link.name],
  })
  return { at: 'outside', port, hop }
}

/** Tells the wires and bridges between two stacks; where bridges' frames are shown to rules, those decide, too. */
function follow(trip: Trip, from: Port, arrival: Arrival, hop: string, isGateway: boolean): Stage {
  learn(trip.learnt, arrival.pieces, from.link.mac)
  for (const [at, piece] of arrival.pieces.entries()) {
    if (piece.kind === 'wire') {
      const ended = crossWire(trip, piece)
      if (ended) return over(ended)
      continue
    }
    if (piece.kind === 'tunnel') {
      const turned = passTunnel(trip, piece, walk)
      if (turned) return turned
      continue
    }
    const isLast = at === arrival.pieces.length - 1
    const turned = overBridge(trip, piece, isLast && arrival.port.link.index === piece.bridge.index)
    if (turned) return turned
  }
  const { port } = arrival
  if (arrival.isOutside) return leaveMachine(trip, port.netns, port.link, port, hop)
  const last = arrival.pieces.at(-1)
  const hasPassed = last?.kind === 'bridge' && seenByRules(trip, last)
  if (last?.kind !== 'bridge')
    trip.say(port.netns, 'link', ['link-arrives', { link: port.link.name }], { links: [port.link.name] })
  return { at: 'arrive', port, hasPassed, isForGateway: isGateway }
}

/** Over a veth nothing is kept but the packet itself; its mark neither, where it changes the namespace. */
function crossWire(trip: Trip, { from, to }: Extract<WirePiece, { kind: 'wire' }>): End | null {
  const left = atLink(trip, from, 'egress')
  if (left) return left
  const mark = from.netns === to.netns ? trip.packet.mark : 0
  trip.say(from.netns, 'link', ['link-crosses', { link: from.link.name, peer: to.link.name }], {
    links: [from.link.name, ...(from.netns === to.netns ? [to.link.name] : [])],
    packet: { mark, flow: null, state: null, isReply: false, physIn: null, physOut: null },
  })
  return atLink(trip, to, 'ingress')
}

/** Chains of nft that stand at a link itself, before and behind all others. */
function atLink(trip: Trip, { netns, link }: Port, hook: 'ingress' | 'egress'): End | null {
  const [inLink, outLink] = hook === 'ingress' ? [link.name, null] : [null, link.name]
  return passFrames(
    trip,
    { netns, hook: 'PREROUTING', inLink, outLink },
    ['netdev', 'inet'],
    (base) => base.hook === hook && base.links.includes(link.name),
  )
}

function seenByRules({ world, family }: Trip, piece: Extract<WirePiece, { kind: 'bridge' }>): boolean {
  const { netns, inPort, bridge } = piece
  const own = family === 'ipv4' ? bridge.bridge?.callsIptables : bridge.bridge?.callsIp6tables
  if (inPort !== null && own === true) return true
  const name = `net.bridge.bridge-nf-call-${family === 'ipv4' ? 'iptables' : 'ip6tables'}`
  return inPort !== null && world.sysctl(netns, name) === '1'
}

function overBridge(trip: Trip, piece: Extract<WirePiece, { kind: 'bridge' }>, isForBridge: boolean): Stage | null {
  const { netns, bridge, inPort, outPort, entry } = piece
  const mac = trip.packet.destinationMac ?? everybody
  if (inPort) {
    trip.say(netns, 'bridge', ['bridge-enters', { bridge: bridge.name, port: inPort.name }], {
      links: [bridge.name, inPort.name],
      packet: { inLink: bridge.name, outLink: null },
    })
  }
  const isSeen = seenByRules(trip, piece)
  const { destination } = trip.packet
  const onBridge = (hook: Hook, isHere: (priority: number) => boolean = () => true) => {
    const place = { netns, hook, inLink: inPort?.name ?? null, outLink: isForBridge ? null : (outPort?.name ?? null) }
    return passFrames(
      trip,
      { ...place, bridge: bridge.name },
      ['bridge'],
      (base) => base.hook === hook.toLowerCase() && isHere(base.priority),
    )
  }
  // What bridges show to iptables is shown amid their own chains.
  const early = inPort && onBridge('PREROUTING', (priority) => priority < 0)
  if (early) return over(early)
  if (isSeen) {
    trip.packet = { ...trip.packet, physIn: inPort?.name ?? null, physOut: null }
    const ended = passHook(trip, { netns, hook: 'PREROUTING', inLink: bridge.name, outLink: null })
    if (ended) return over(ended)
    // A new destination is looked up again, by the host rather than by the bridge.
    if (trip.packet.destination !== destination && !isForBridge) {
      return { at: 'arrive', port: { netns, link: bridge }, hasPassed: true, isForGateway: true }
    }
  }
  const late = inPort && onBridge('PREROUTING', (priority) => priority >= 0)
  if (late) return over(late)
  if (isForBridge || !outPort) {
    const taken = onBridge('INPUT')
    return taken ? over(taken) : null
  }
  const saying = entry ? 'fdb-entry' : 'fdb-floods'
  trip.say(netns, 'fdb', [saying, { mac, port: outPort.name, bridge: bridge.name }], {
    evidence: () =>
      entry
        ? `${entry.mac} dev ${outPort.name} master ${bridge.name}${entry.type === 'learned' ? '' : ` ${entry.type}`}`
        : '',
    links: [bridge.name, outPort.name],
  })
  const between = onBridge(inPort ? 'FORWARD' : 'OUTPUT') ?? onBridge('POSTROUTING')
  if (between) return over(between)
  if (!isSeen || !inPort) return null
  trip.packet = { ...trip.packet, physOut: outPort.name, outLink: bridge.name }
  const ended =
    passHook(trip, { netns, hook: 'FORWARD', inLink: bridge.name, outLink: bridge.name }) ??
    passHook(trip, { netns, hook: 'POSTROUTING', inLink: null, outLink: bridge.name })
  return ended ? over(ended) : null
}

/** Why nobody takes a frame: the address it bears is wrong, or a bridge sends it astray. */
function whyLost(trip: Trip, from: Port, hop: string, mac: string, told: End | undefined): End {
  const { world } = trip
  const place = world.nameOf(from.netns)
  const ideal = carry(world, from, { destination: mac, size: 46 }, trip.learnt, true).arrivals
  const wanted = ideal.find(({ port }) => sameMac(port.link.mac, mac))
  const owner = ideal.find(({ port }) =>
    world.state(port.netns).addresses.some(({ address, index }) => address === hop && index === port.link.index),
  )
  if (owner && !sameMac(owner.port.link.mac, mac)) {
    return end(
      'lost',
      'neighbour-wrong',
      { address: hop, mac, place },
      command(world, from.netns, `ip neighbour del ${hop} dev ${from.link.name}`),
    )
  }
  if (!wanted)
    return told && told.cause.code !== 'mac-foreign'
      ? told
      : (told ?? end('lost', 'address-absent', { address: hop, link: from.link.name, place }))
  // Others to whom it was flooded only say that it is not theirs.
  const stopped = told?.cause.code === 'mac-foreign' ? undefined : told
  return (
    astray(trip, wanted, mac) ??
    stopped ??
    wanted.block?.end ??
    end('lost', 'address-absent', { address: hop, link: from.link.name, place })
  )
}

/** An entry of a MAC table that leads elsewhere than to where that address lives. */
function astray({ world }: Trip, wanted: Arrival, mac: string): End | undefined {
  for (const piece of wanted.pieces) {
    if (piece.kind !== 'bridge' || !piece.outPort) continue
    const { netns, bridge, outPort } = piece
    const wrong = world
      .state(netns)
      .fdb.find((one) => one.master === bridge.index && sameMac(one.mac, mac) && one.index !== outPort.index)
    const port = wrong && world.state(netns).links.find(({ index }) => index === wrong.index)
    if (!port) continue
    return end(
      'lost',
      'fdb-wrong',
      { mac, port: port.name, bridge: bridge.name },
      command(world, netns, `bridge fdb del ${mac} dev ${port.name} master`),
    )
  }
  return undefined
}
