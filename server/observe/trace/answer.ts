import type { NetnsId } from '../../cnm/netns-state'
import type { TraceQuestion } from './contract'
import type { Origin } from './places'
import { findRoute } from './route'
import type { Ending } from './stage'
import { prefixOf } from './subnet'
import { command, type End, end, type Moving, remedy, type Trip } from './trip'
import type { World } from './world'

export interface Back {
  readonly trip: Trip
  readonly ending: Ending
  /** Of what was sent: what the answer has to be from. */
  readonly asked: Pick<Moving, 'source' | 'destination' | 'sourcePort' | 'destinationPort'>
}

export type Told = { readonly end: End; readonly at: 'there' | 'back' }

export function masquerade(world: World, netns: NetnsId, source: string, link: string) {
  const tables = source.includes(':') ? 'ip6tables' : 'iptables'
  return command(world, netns, `${tables} -t nat -I POSTROUTING -s ${source} -o ${link} -j MASQUERADE`)
}

export function verdictOfAnswer(there: Trip, back: Back, origin: Origin, question: TraceQuestion): Told {
  const { trip, ending, asked } = back
  const { world, packet } = trip
  const port = question.protocol === 'icmp' ? 0 : (question.port ?? 80)
  const works = end('answered', 'answered', { address: asked.destination, port })
  if (ending.at === 'outside') {
    const isHis = 'address' in origin && packet.destination === origin.address
    if (isHis && packet.source === asked.destination) return { end: works, at: 'back' }
    if (isHis) return { end: foreign(trip, asked, world.host), at: 'back' }
    const values = { address: packet.destination, place: world.nameOf(ending.port.netns) }
    return {
      end: end('delivered-unanswered', 'no-way-back', values, ...wayBack(there, trip, ending.port.netns)),
      at: 'back',
    }
  }
  if (ending.at === 'taken') {
    const isHome = 'netns' in origin && ending.netns === origin.netns && packet.destination === asked.source
    if (!isHome) {
      const values = { address: packet.destination, place: world.nameOf(ending.netns) }
      return { end: end('delivered-unanswered', 'no-way-back', values), at: 'back' }
    }
    if (packet.source !== asked.destination || packet.sourcePort !== asked.destinationPort) {
      return { end: foreign(trip, asked, ending.netns), at: 'back' }
    }
    return { end: works, at: 'back' }
  }
  if (ending.at !== 'end') return { end: works, at: 'back' }
  return { end: whyUnanswered(there, trip, ending.end), at: 'back' }
}

/** Who asked one address does not take the answer of another. */
export function foreign({ world, packet }: Trip, asked: Back['asked'], netns: NetnsId): End {
  return end('delivered-unanswered', 'answer-foreign', {
    address: packet.source,
    expected: asked.destination,
    place: world.nameOf(netns),
  })
}

function whyUnanswered(there: Trip, back: Trip, ending: End): End {
  if (ending.cause.code !== 'no-route') return { ...ending, outcome: 'delivered-unanswered' }
  const { world } = there
  const netns = back.last ?? world.host
  const values = { address: back.packet.destination, place: world.nameOf(netns) }
  const { router } = there
  if (router && !wasMasked(there, router.netns)) {
    const { answer } = findRoute(world, router.netns, {
      destination: '0.0.0.0',
      source: null,
      inLink: 'lo',
      outLink: null,
      mark: 0,
    })
    const isWayOut =
      there.family === 'ipv4' &&
      answer.kind === 'way' &&
      answer.link.name === router.link &&
      prefixOf(answer.route.destination) === 0
    if (isWayOut) {
      return end(
        'delivered-unanswered',
        'not-masqueraded',
        { address: back.packet.destination, link: router.link, place: world.nameOf(router.netns) },
        masquerade(world, router.netns, back.packet.destination, router.link),
        ...wayBack(there, back, netns),
      )
    }
  }
  return end('delivered-unanswered', 'no-way-back', values, ...wayBack(there, back, netns))
}

function wayBack(there: Trip, back: Trip, netns: NetnsId) {
  const { world } = there
  const { router } = there
  const near =
    router &&
    world
      .state(router.netns)
      .addresses.find(({ address, family }) => family === there.family && isNear(world, netns, address))
  const { destination } = back.packet
  return [
    near
      ? command(world, netns, `ip route add ${destination} via ${near.address}`)
      : remedy('route-back', { address: destination, place: world.nameOf(netns) }),
  ]
}

function isNear(world: World, netns: NetnsId, address: string): boolean {
  const { answer } = findRoute(world, netns, {
    destination: address,
    source: null,
    inLink: 'lo',
    outLink: null,
    mark: 0,
  })
  return answer.kind === 'way' && answer.gateway === null
}

function wasMasked({ flows }: Trip, netns: NetnsId): boolean {
  return flows.some((flow) => flow.netns === netns && flow.sourceChanged)
}
