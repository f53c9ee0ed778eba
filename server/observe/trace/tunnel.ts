import { familyOf } from '../../cnm/address'
import type { Ending, Stage } from './stage'
import { over } from './stage'
import { end, type Moving, Trip } from './trip'
import type { WirePiece } from './wire'
import { outerNetns } from './world'

/** Tunnels in tunnels; one whose own packets go into itself has no end. */
const deepest = 4
/** The kernel chooses one by what is inside. */
const somePort = 50_000
const outerBytes = 50

/** The tunnel's own packets on their way to the other end; null: they come there. */
export function passTunnel(
  trip: Trip,
  { from, to, remote }: Extract<WirePiece, { kind: 'tunnel' }>,
  walk: (trip: Trip, first: Stage) => Ending,
): Stage | null {
  const { world } = trip
  const { vni = 0, local = null, port = 0 } = from.link.vxlan ?? {}
  const links = [from.link.name]
  trip.say(from.netns, 'link', ['tunnel-enters', { link: from.link.name, remote, vni }], { links })
  if (isGroup(remote)) return to === null ? { at: 'outside', port: from, hop: remote } : null
  if (trip.depth >= deepest) return over(end('lost', 'ttl-exceeded', { place: world.nameOf(from.netns) }))
  const packet: Moving = {
    ...{ family: familyOf(remote), protocol: 'udp', source: local ?? '', destination: remote, sourcePort: somePort },
    ...{ destinationPort: port, sourceMac: null, destinationMac: null, mark: 0, ttl: 64 },
    // What does not fit is cut in pieces: outer packets may be.
    ...{ size: Math.min(trip.packet.size + outerBytes, 576), inLink: null, outLink: null, physIn: null, physOut: null },
    ...{ state: null, isReply: false, isAnswer: false, isMidway: false, flow: null },
  }
  const outer = new Trip({ ...trip, packet, depth: trip.depth + 1, isPortOpen: false })
  const ending = walk(outer, { at: 'output', netns: outerNetns(world, from) })
  if (ending.at !== 'taken') return ending
  if (to)
    trip.say(to.netns, 'link', ['tunnel-leaves', { link: to.link.name, vni }], {
      links: [to.link.name],
      packet: outside,
    })
  return to ? null : { at: 'outside', port: from, hop: remote }
}

/** What a tunnel keeps of a packet is what is in it. */
const outside: Partial<Moving> = { mark: 0, flow: null, state: null, isReply: false, physIn: null, physOut: null }

function isGroup(address: string): boolean {
  return /^(ff|22[4-9]\.|23\d\.)/i.test(address)
}
