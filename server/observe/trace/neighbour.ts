import type { Neighbour, NetLink, NetnsId } from '../../cnm/netns-state'
import { findRoute } from './route'
import { type Arrival, carry, downBlock, everybody, learn, looseBlock, sameMac } from './segment'
import { holds } from './subnet'
import { command, type End, end, remedy, type Trip } from './trip'
import { highest, linkBeneath, ownSwitch, type Port, type World } from './world'

/** Whom the next frame is for. `outside`: somebody on a wire that leaves this machine, who cannot be asked. */
export type Found = { readonly mac: string } | { readonly outside: Port } | End

/** Of a request for an address, the least that a frame has. */
const requestSize = 46
const usable = new Set(['reachable', 'stale', 'delay', 'probe', 'permanent', 'noarp'])

/** The MAC address behind an address, as the kernel would find it: what it knows, else by asking on the wire. */
export function findNeighbour(trip: Trip, netns: NetnsId, link: NetLink, address: string, isGateway: boolean): Found {
  const { world } = trip
  if (link.type !== 'ether') return { mac: everybody }
  const known = world
    .state(netns)
    .neighbours.find((one) => !one.isProxy && one.index === link.index && one.address === address)
  if (known?.mac && usable.has(known.state)) {
    trip.say(netns, 'neighbour', ['neighbour-known', { address, mac: known.mac, state: known.state }], {
      evidence: neighbourText(known, link),
      links: [link.name],
    })
    return { mac: known.mac }
  }
  if (link.noArp) {
    trip.say(netns, 'neighbour', ['neighbour-silent', { address, link: link.name }], { links: [link.name] })
    return arpOff(world, netns, link, address)
  }
  return ask(trip, { netns, link }, address, isGateway, known)
}

function arpOff(world: World, netns: NetnsId, link: NetLink, address: string): End {
  const values = { address, place: world.nameOf(netns), link: link.name, setting: 'arp off' }
  return end('lost', 'arp-unanswered', values, command(world, netns, `ip link set dev ${link.name} arp on`))
}

function neighbourText({ address, mac, state }: Neighbour, { name }: NetLink): string {
  return `${address} dev ${name}${mac === null ? '' : ` lladdr ${mac}`} ${state.toUpperCase()}`
}

interface Answer {
  readonly arrival: Arrival
  readonly mac: string
}

function ask(trip: Trip, from: Port, address: string, isGateway: boolean, known: Neighbour | undefined): Found {
  const { world } = trip
  const { netns, link } = from
  const { arrivals } = carry(world, from, { destination: everybody, size: requestSize }, trip.learnt)
  const inside = arrivals.filter(({ isOutside }) => !isOutside)
  const answers = inside.flatMap((arrival): Answer[] => {
    const mac = arrival.port.link.mac
    return mac !== null && refusal(trip, arrival.port, address) === null ? [{ arrival, mac }] : []
  })
  const [answer, other] = answers.filter(({ mac }, at) => answers.findIndex((one) => sameMac(one.mac, mac)) === at)
  const evidence = known ? neighbourText(known, link) : ''
  if (!answer) {
    const outside = arrivals.find(({ isOutside }) => isOutside)
    if (outside && known?.state !== 'failed') return { outside: outside.port }
    trip.say(netns, 'neighbour', ['neighbour-silent', { address, link: link.name }], { evidence, links: [link.name] })
    if (outside) {
      return end('unreachable', 'neighbour-failed', { address, link: link.name, place: world.nameOf(netns) })
    }
    return whyNobody(trip, from, address, isGateway)
  }
  if (other) {
    const places = [answer, other].map(({ arrival }) => world.nameOf(arrival.port.netns))
    trip.say(netns, 'neighbour', ['neighbour-answers', { address, mac: answer.mac, place: places.join(', ') }])
    return end(
      'unknown',
      'address-duplicate',
      { address, place: places[0] ?? '', other: places[1] ?? '' },
      command(
        world,
        other.arrival.port.netns,
        `ip address del ${withLength(world, other.arrival.port, address)} dev ${other.arrival.port.link.name}`,
      ),
    )
  }
  const place = world.nameOf(answer.arrival.port.netns)
  trip.say(netns, 'neighbour', ['neighbour-answers', { address, mac: answer.mac, place }], {
    evidence,
    links: [link.name],
  })
  learn(trip.learnt, answer.arrival.pieces, link.mac)
  const back =
    link.mac === null
      ? null
      : carry(world, answer.arrival.port, { destination: link.mac, size: requestSize }, trip.learnt)
  const returned = back?.arrivals.find(({ port }) => port.netns === netns && port.link.index === link.index)
  if (back && !returned) return back.blocks[0]?.end ?? notBack(trip, from, address)
  if (returned) learn(trip.learnt, returned.pieces, answer.mac)
  return { mac: answer.mac }
}

function notBack({ world }: Trip, { netns, link }: Port, address: string): End {
  return end('unreachable', 'neighbour-failed', { address, link: link.name, place: world.nameOf(netns) })
}

function withLength(world: World, { netns, link }: Port, address: string): string {
  const found = world.state(netns).addresses.find((one) => one.index === link.index && one.address === address)
  return found ? `${address}/${found.prefixLength}` : address
}

/** Why a link does not answer who asks for an address; null: it does. */
function refusal(trip: Trip, port: Port, address: string): End | null | undefined {
  const { world, packet } = trip
  const { netns, link } = port
  const own = world.state(netns).addresses.filter((one) => one.address === address)
  if (packet.family === 'ipv6') return refusal6(trip, port, address)
  if (own.length === 0) return isProxy(trip, port, address) ? null : undefined
  const place = world.nameOf(netns)
  const here = own.find(({ index }) => index === link.index)
  const settled = (setting: string, mend: string) =>
    end('lost', 'arp-unanswered', { address, place, link: link.name, setting }, command(world, netns, mend))
  if (link.noArp) return settled('arp off', `ip link set dev ${link.name} arp on`)
  if (
    own.every(({ index }) => !world.state(netns).links.find((one) => one.index === index)?.up && index !== link.index)
  )
    return undefined
  const ignore = highest(world, netns, link.name, 'arp_ignore')
  const ignores = ignore === 8 || (ignore >= 1 && ignore <= 2 && !here)
  if (ignores) {
    const name = Number(ownSwitch(world, netns, 'ipv4', 'all', 'arp_ignore') ?? 0) === ignore ? 'all' : link.name
    return settled(`arp_ignore=${ignore}`, `sysctl -w net.ipv4.conf.${name}.arp_ignore=0`)
  }
  return sourceCheck(trip, port)
}

/** Who asks is looked at as the sender of a packet is: where rp_filter would drop it, nothing is answered. */
function sourceCheck({ world, packet }: Trip, { netns, link }: Port): End | null {
  if (highest(world, netns, link.name, 'rp_filter') !== 1) return null
  const route = findRoute(world, netns, {
    destination: packet.source,
    source: null,
    inLink: link.name,
    outLink: null,
    mark: 0,
  }).answer
  if (route.kind === 'way' && route.link.index === link.index) return null
  const sysctl = `net.ipv4.conf.${link.name}.rp_filter`
  const values = { source: packet.source, link: link.name, place: world.nameOf(netns), sysctl }
  return end('lost', 'rp-filter', values, command(world, netns, `sysctl -w net.ipv4.conf.all.rp_filter=0 ${sysctl}=0`))
}

function refusal6({ world }: Trip, { netns, link }: Port, address: string): End | null | undefined {
  const state = world.state(netns)
  const here = state.addresses.find((one) => one.index === link.index && one.address === address)
  if (!here)
    return state.neighbours.some((one) => one.isProxy && one.address === address && one.index === link.index)
      ? null
      : undefined
  const flag = here.flags.find((one) => one === 'tentative' || one === 'dadfailed')
  if (flag === undefined) return null
  const place = world.nameOf(netns)
  return end(
    'lost',
    'address-unusable',
    { address, place, flag },
    command(world, netns, `ip address del ${address}/${here.prefixLength} dev ${link.name}`),
  )
}

/** It answers for others to whom it knows another way. */
function isProxy({ world }: Trip, { netns, link }: Port, address: string): boolean {
  const entries = world.state(netns).neighbours
  if (entries.some((one) => one.isProxy && one.index === link.index && one.address === address)) return true
  const isOn = ['all', link.name].some((name) => ownSwitch(world, netns, 'ipv4', name, 'proxy_arp') === '1')
  if (!isOn || ownSwitch(world, netns, 'ipv4', link.name, 'forwarding') !== '1') return false
  const { answer } = findRoute(world, netns, {
    destination: address,
    source: null,
    inLink: link.name,
    outLink: null,
    mark: 0,
  })
  return answer.kind === 'way' && answer.link.index !== link.index
}

/** Nobody answers: who should have, and what is in between. */
function whyNobody(trip: Trip, from: Port, address: string, isGateway: boolean): End {
  const { world } = trip
  const { netns, link } = from
  const place = world.nameOf(netns)
  const owners = world.states(world.all).flatMap((state) =>
    state.addresses
      .filter((one) => one.address === address && state.id !== netns)
      .flatMap((one) => {
        const found = state.links.find(({ index }) => index === one.index)
        return found ? [{ netns: state.id, link: found }] : []
      }),
  )
  const ideal = carry(world, from, { destination: everybody, size: requestSize }, trip.learnt, true).arrivals
  const near = owners
    .map((owner) => ({
      owner,
      arrival:
        ideal.find(({ port }) => port.netns === owner.netns && port.link.index === owner.link.index) ??
        ideal.find(({ port }) => port.netns === owner.netns),
    }))
    .sort((one, other) => Number(other.arrival !== undefined) - Number(one.arrival !== undefined))[0]
  if (near?.arrival) {
    const { arrival, owner } = near
    if (arrival.block) return asUnreachable(arrival.block.end)
    const refused = refusal(trip, arrival.port, address)
    if (refused) return asUnreachable(refused)
    if (!owner.link.up) return asUnreachable(downBlock(world, owner).end)
  }
  const loose = looseEnd(world, from)
  if (loose) return asUnreachable(loose)
  if (near) {
    const { owner } = near
    if (!owner.link.up) return asUnreachable(downBlock(world, owner).end)
    const cut = looseEnd(world, owner)
    if (cut) return asUnreachable(cut)
  }
  const outlink = ideal.find(({ block }) => block !== null)
  const values = { address, link: link.name, place }
  if (isGateway && !near) return end('unreachable', 'wrong-gateway', values, gatewayRemedy(trip, from))
  if (near) {
    const other = world.nameOf(near.owner.netns)
    return end('unreachable', 'address-elsewhere', { ...values, other }, maskRemedy(trip, from, address))
  }
  if (outlink?.block && ideal.every(({ block }) => block !== null)) return asUnreachable(outlink.block.end)
  return end('unreachable', 'address-absent', values)
}

function asUnreachable(given: End): End {
  return { ...given, outcome: 'unreachable' }
}

/** The other end of its cable is in no bridge, and nobody lives there. */
function looseEnd(world: World, port: Port): End | null {
  if (port.link.kind !== 'veth') return null
  const there = linkBeneath(world, port)
  if (!there) return looseBlock(world, port).end
  if (there.link.master !== null) return null
  const isLived = world
    .state(there.netns)
    .addresses.some(({ index, scope }) => index === there.link.index && scope !== 'link')
  if (isLived) return null
  const bridge = world.state(there.netns).links.find(({ kind }) => kind === 'bridge')
  return end(
    'lost',
    'cable-loose',
    { link: there.link.name, place: world.nameOf(there.netns) },
    bridge ? command(world, there.netns, `ip link set dev ${there.link.name} master ${bridge.name}`) : null,
  )
}

/** The host's or a router's address on the same wire, which would be the right one. */
function gatewayRemedy({ world, learnt, packet }: Trip, from: Port) {
  const { arrivals } = carry(world, from, { destination: everybody, size: requestSize }, learnt)
  for (const { port, isOutside } of arrivals) {
    if (isOutside) continue
    const forwards = ownSwitchOf(world, port, packet.family)
    const own = world
      .state(port.netns)
      .addresses.find(
        ({ index, family, scope }) => index === port.link.index && family === packet.family && scope === 'global',
      )
    if (forwards && own)
      return command(world, from.netns, `ip route replace default via ${own.address} dev ${from.link.name}`)
  }
  return null
}

function ownSwitchOf(world: World, { netns, link }: Port, family: 'ipv4' | 'ipv6'): boolean {
  return ownSwitch(world, netns, family, link.name, 'forwarding') === '1'
}

/** Who takes for near what is far has too short a prefix. */
function maskRemedy({ world }: Trip, { netns, link }: Port, address: string) {
  const own = world
    .state(netns)
    .addresses.find((one) => one.index === link.index && holds(`${one.address}/${one.prefixLength}`, address))
  return own
    ? remedy('prefix', { address: own.address, length: own.prefixLength, link: link.name, place: world.nameOf(netns) })
    : null
}
