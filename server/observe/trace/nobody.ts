import type { NetLink, NetnsId } from '../../cnm/netns-state'
import { refusal } from './arp'
import { requestSize } from './hearing'
import { downBlock, looseBlock } from './obstacles'
import { findRoute } from './route'
import { carry } from './segment'
import { holds } from './subnet'
import { command, type End, end, remedy, type Trip } from './trip'
import { type Arrival, everybody } from './wire'
import { linkBeneath, ownSwitch, type Port, type World } from './world'

/** Nobody answers: who should have, and what is in between. */
export function whyNobody(trip: Trip, from: Port, address: string, isGateway: boolean): End {
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
  for (const owner of owners.filter((one) => isUnplugged(world, one, ideal))) {
    if (!owner.link.up) return asUnreachable(downBlock(world, owner).end)
    const cut = looseEnd(world, owner)
    if (cut) return asUnreachable(cut)
  }
  const real = carry(world, from, { destination: everybody, size: requestSize }, trip.learnt)
  const [first] = real.blocks
  if (real.arrivals.length === 0 && first) return asUnreachable(first.end)
  const outlink = ideal.find(({ block }) => block !== null)
  const values = { address, link: link.name, place }
  if (isGateway && !near?.arrival) return end('unreachable', 'wrong-gateway', values, gatewayRemedy(trip, from))
  const behind = owners.find((owner) => ideal.some(({ port }) => leadsTo(trip, port.netns, address, owner)))
  if (behind) {
    const other = world.nameOf(behind.netns)
    return end('unreachable', 'address-elsewhere', { ...values, other }, maskRemedy(trip, from, address))
  }
  if (outlink?.block && ideal.every(({ block }) => block !== null)) return asUnreachable(outlink.block.end)
  return end('unreachable', 'address-absent', values)
}

/** Whether its cable ends beside this wire's bridges, in none of them: others who have that address are elsewhere. */
function isUnplugged(world: World, owner: Port, ideal: readonly Arrival[]): boolean {
  const there = linkBeneath(world, owner)
  if (!there || there.link.master !== null) return false
  return ideal.some(({ pieces }) => pieces.some((piece) => piece.kind === 'bridge' && piece.netns === there.netns))
}

/** Whether somebody on this wire would pass it on to that link: many on a machine may have one address. */
function leadsTo({ world, learnt }: Trip, netns: NetnsId, address: string, { link, netns: of }: Port): boolean {
  const asked = { destination: address, source: null, inLink: 'lo', outLink: null, mark: 0 }
  const { answer } = findRoute(world, netns, asked)
  if (answer.kind !== 'way') return false
  if (netns === of && answer.link.index === link.index) return true
  const { arrivals } = carry(
    world,
    { netns, link: answer.link },
    { destination: everybody, size: requestSize },
    learnt,
    true,
  )
  return arrivals.some(({ port }) => port.netns === of && port.link.index === link.index)
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
  const bridge = bridgeFor(world, there)
  return end(
    'lost',
    'cable-loose',
    { link: there.link.name, place: world.nameOf(there.netns) },
    bridge ? command(world, there.netns, `ip link set dev ${there.link.name} master ${bridge.name}`) : null,
  )
}

/** Where a loose end belongs: by the records, else the only bridge that there is. */
function bridgeFor({ records, state }: World, { netns, link }: Port): NetLink | undefined {
  const endpoint = Object.values(records.endpoints).find(({ hostIfname }) => hostIfname === link.name)
  const device = endpoint && records.networks[endpoint.networkId]?.device
  const bridges = state(netns).links.filter(({ kind }) => kind === 'bridge')
  return endpoint ? bridges.find(({ name }) => name === device) : bridges.length === 1 ? bridges[0] : undefined
}

/** The host's or a router's address on the same wire, which would be the right one. */
export function gatewayRemedy({ world, learnt, packet }: Trip, from: Port) {
  const { arrivals } = carry(world, from, { destination: everybody, size: requestSize }, learnt)
  const near = world.state(from.netns).addresses.filter(({ index }) => index === from.link.index)
  for (const { port, isOutside } of arrivals) {
    if (isOutside) continue
    const forwards = ownSwitchOf(world, port, packet.family)
    const own = world
      .state(port.netns)
      .addresses.find(
        ({ index, family, scope, address, prefixLength }) =>
          index === port.link.index &&
          family === packet.family &&
          scope === 'global' &&
          near.some((one) => holds(`${address}/${prefixLength}`, one.address)),
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
