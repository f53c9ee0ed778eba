import { familyOf } from '../../cnm/address'
import { PatchbayError } from '../../cnm/errors'
import type { NetnsId } from '../../cnm/netns-state'
import { sentence } from '../../cnm/sentence'
import { type Back, masquerade, type Told, verdictOfAnswer } from './answer'
import type { Explanation, Judged, Leg, Said, TraceQuestion, TraceStep, Verdict } from './contract'
import { findOrigin, findTarget, type Origin, type Target, wayIn } from './places'
import type { Ending, Stage } from './stage'
import { isPrivate } from './subnet'
import { type End, end, type Flow, type Moving, Trip, usualTtl } from './trip'
import { walk } from './walk'
import type { Learnt } from './wire'
import type { World } from './world'

const usualSize = 64
/** One that nobody uses. */
const freePort = 54_321

/** Computes what becomes of a packet, and of the answer to it. Throws Unread until the world holds what lies on the way. */
export function explain(world: World, question: TraceQuestion): Omit<Explanation, 'durationMs'> {
  const journey = travel(world, question, false)
  if ('outcome' in journey) {
    const verdict: Verdict = { ...journey, at: null }
    return { question, address: null, there: { steps: [] }, back: null, verdict, caveats: [] }
  }
  const { target, there, back, told } = journey
  return {
    question,
    address: target.address,
    there: legOf(there, back === null || told.at === 'there'),
    back: back ? legOf(back.trip, true) : null,
    verdict: asVerdict(told.end, told.at, told.at === 'back' && back ? back.trip : there),
    caveats: there.caveats,
  }
}

/** As `explain`, but only how it ends: a fraction of the time and of the memory. */
export function judge(world: World, question: TraceQuestion): Judged {
  const journey = travel(world, question, true)
  const { outcome, cause } = 'outcome' in journey ? journey : journey.told.end
  return { address: 'outcome' in journey ? null : journey.target.address, outcome, cause }
}

interface Journey {
  readonly target: Target
  readonly there: Trip
  readonly back: Back | null
  readonly told: Told
}

/** There, and back where somebody takes it; an end where it cannot begin. */
function travel(world: World, question: TraceQuestion, isBrief: boolean): Journey | End {
  const origin = findOrigin(world, question.from)
  if ('outcome' in origin) return origin
  const target = findTarget(world, origin, question)
  if ('outcome' in target) return target
  const family = familyOf(target.address)
  if ('address' in origin && familyOf(origin.address) !== family) {
    throw new PatchbayError(
      'invalid-parameter',
      sentence`${origin.address} and ${target.address} are not of the same family`,
      {
        field: 'to',
      },
    )
  }
  const shared = { world, isBrief, flows: [] as Flow[], caveats: [] as Said[], learnt: new Map() as Learnt }
  const isPortOpen = question.isExisting === true && question.sourcePort === undefined
  const there = new Trip({ ...shared, leg: 'there', packet: firstPacket(question, origin, target), isPortOpen })
  if (question.to.kind === 'name') {
    const netns = 'netns' in origin ? origin.netns : null
    there.say(netns, 'name', ['name-found', { name: question.to.name, address: target.address }])
  }
  const first = begin(there, origin)
  const ending: Ending = 'outcome' in first ? { at: 'end', end: first } : walk(there, first)
  const wrong = ending.at === 'taken' ? misled(world, target, ending.netns) : null
  const back = ending.at === 'taken' && !wrong ? goBack(there, ending.netns, shared) : null
  const told = back ? verdictOfAnswer(there, back, origin, question) : verdictThere(there, ending, wrong)
  return { target, there, back, told }
}

function firstPacket(
  { protocol, port, sourcePort, size, isExisting = false }: TraceQuestion,
  origin: Origin,
  target: Target,
): Moving {
  const hasPorts = protocol !== 'icmp'
  return {
    family: familyOf(target.address),
    protocol,
    source: 'address' in origin ? origin.address : '',
    destination: target.address,
    sourcePort: hasPorts ? (sourcePort ?? freePort) : null,
    destinationPort: hasPorts ? (port ?? 80) : null,
    ...{ sourceMac: null, destinationMac: null, mark: 0, ttl: usualTtl, size: size ?? usualSize },
    ...{ inLink: null, outLink: null, physIn: null, physOut: null },
    ...{ state: null, isReply: false, isAnswer: false, isMidway: isExisting && hasPorts, flow: null },
  }
}

/** From a socket, or as somebody outside by the link that leads to him. */
function begin(trip: Trip, origin: Origin): Stage | End {
  if ('netns' in origin) return { at: 'output', netns: origin.netns }
  const { world } = trip
  const link = wayIn(world, origin.address)
  if (!link) return end('unreachable', 'no-route', { destination: origin.address, place: world.nameOf(world.host) })
  trip.sent = trip.packet
  trip.say(world.host, 'link', ['link-arrives', { link: link.name }], { links: [link.name] })
  return { at: 'arrive', port: { netns: world.host, link }, hasPassed: false, isForGateway: true }
}

/** Somebody else has the address, too, and it was him who took the packet. */
function misled(world: World, { address, owner }: Target, taken: NetnsId): End | null {
  if (owner === null || owner === taken) return null
  const has = (netns: NetnsId) => world.state(netns).addresses.some((one) => one.address === address)
  if (!has(owner) || !has(taken)) return null
  return end('unknown', 'address-duplicate', { address, place: world.nameOf(taken), other: world.nameOf(owner) })
}

/** The answer begins where the packet was taken, with its addresses turned. */
function goBack(
  there: Trip,
  netns: NetnsId,
  shared: Pick<Trip, 'world' | 'isBrief' | 'flows' | 'caveats' | 'learnt'>,
): Back {
  const { packet } = there
  const trip = new Trip({
    ...shared,
    leg: 'back',
    packet: {
      ...packet,
      ...{ source: packet.destination, destination: packet.source },
      ...{ sourcePort: packet.destinationPort, destinationPort: packet.sourcePort },
      ...{ sourceMac: null, destinationMac: null, mark: 0, ttl: usualTtl, inLink: null, outLink: null },
      ...{ physIn: null, physOut: null, state: null, isReply: false, isAnswer: true, flow: null },
    },
  })
  const asked = there.sent ?? packet
  return { trip, ending: walk(trip, { at: 'output', netns }), asked }
}

function verdictThere(trip: Trip, ending: Ending, wrong: End | null): Told {
  if (wrong) return { end: wrong, at: 'there' }
  if (ending.at === 'end') return { end: ending.end, at: 'there' }
  if (ending.at === 'outside') return { end: outside(trip, ending), at: 'there' }
  return { end: end('unknown', 'not-judged', { what: '', place: '' }), at: 'there' }
}

/** Beyond the machine nothing is seen; but an address that nobody there knows the way to gets no answer. */
function outside({ world, packet }: Trip, { port, hop }: Extract<Ending, { at: 'outside' }>): End {
  const { netns, link } = port
  const own = world
    .states(world.all)
    .filter(({ addresses }) => addresses.some(({ address }) => address === packet.source))
  const isLinks = world.state(netns).addresses.some(({ address }) => address === packet.source)
  const place = world.nameOf(netns)
  if (!isLinks && own.length > 0 && isPrivate(packet.source)) {
    return end(
      'delivered-unanswered',
      'not-masqueraded',
      { address: packet.source, link: link.name, place },
      masquerade(world, netns, packet.source, link.name),
    )
  }
  return end('unknown', 'leaves-host', { address: hop, link: link.name })
}

function legOf({ steps }: Trip, isLast: boolean): Leg {
  return {
    steps: steps.map((step, at): TraceStep => (isLast && at === steps.length - 1 ? { ...step, isEnd: true } : step)),
  }
}

function asVerdict({ outcome, cause, remedies }: End, leg: 'there' | 'back', { steps }: Trip): Verdict {
  return { outcome, cause, remedies, at: steps.length === 0 ? null : { leg, step: steps.length - 1 } }
}
