import type { Neighbour, NetLink, NetnsId } from '../../cnm/netns-state'
import { refusal } from './arp'
import { hear, requestSize } from './hearing'
import { whyNobody } from './nobody'
import { carry } from './segment'
import { command, type End, end, type Trip } from './trip'
import { holderOf } from './why'
import { type Arrival, everybody, learn, sameMac } from './wire'
import type { Port, World } from './world'

/** Whom the next frame is for. `outside`: somebody on a wire that leaves this machine, who cannot be asked. */
export type Found = { readonly mac: string } | { readonly outside: Port } | End

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
      evidence: () => neighbourText(known, link),
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
  const { arrivals, mayAnswer } = hear(world, from)
  const answers = mayAnswer(address).flatMap((arrival): Answer[] => {
    const mac = arrival.port.link.mac
    return mac !== null && refusal(trip, arrival.port, address) === null ? [{ arrival, mac }] : []
  })
  const [answer, other] = answers.filter(({ mac }, at) => answers.findIndex((one) => sameMac(one.mac, mac)) === at)
  const evidence = () => (known ? neighbourText(known, link) : '')
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
    const { arrival: wrong } = strangerOf(world, address, answer, other)
    const places = [answer, other].map(({ arrival }) => world.nameOf(arrival.port.netns))
    trip.say(netns, 'neighbour', ['neighbour-answers', { address, mac: answer.mac, place: places.join(', ') }])
    return end(
      'unknown',
      'address-duplicate',
      { address, place: places[0] ?? '', other: places[1] ?? '' },
      command(
        world,
        wrong.port.netns,
        `ip address del ${withLength(world, wrong.port, address)} dev ${wrong.port.link.name}`,
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

/** Of two who have an address, the one who was not given it. */
function strangerOf(world: World, address: string, answer: Answer, other: Answer): Answer {
  const holder = holderOf(world, address)
  return holder !== undefined && world.containerIn(other.arrival.port.netns) === holder ? answer : other
}

function notBack({ world }: Trip, { netns, link }: Port, address: string): End {
  return end('unreachable', 'neighbour-failed', { address, link: link.name, place: world.nameOf(netns) })
}

function withLength(world: World, { netns, link }: Port, address: string): string {
  const found = world.state(netns).addresses.find((one) => one.index === link.index && one.address === address)
  return found ? `${address}/${found.prefixLength}` : address
}
