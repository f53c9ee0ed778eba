import { carry } from './segment'
import { type Arrival, everybody } from './wire'
import { ownSwitch, type Port, type World } from './world'

/** Of a request for an address, the least that a frame has. */
export const requestSize = 46

/** Who hears what goes to everybody from one link. */
export interface Hearing {
  readonly arrivals: readonly Arrival[]
  /** Those who may answer for an address, in the order of arrivals: who has it, and who answers for others. */
  mayAnswer(address: string): readonly Arrival[]
}

const heard = new WeakMap<World, Map<string, Hearing>>()

/** Found once a world and link: many ways ask the same wire for other addresses. */
export function hear(world: World, from: Port): Hearing {
  const known = heard.get(world) ?? new Map<string, Hearing>()
  heard.set(world, known)
  const key = `${from.netns} ${from.link.index}`
  const found = known.get(key) ?? hearing(world, from)
  known.set(key, found)
  return found
}

function hearing(world: World, from: Port): Hearing {
  const { arrivals } = carry(world, from, { destination: everybody, size: requestSize }, new Map())
  const proxies: number[] = []
  const owners = new Map<string, number[]>()
  for (const [at, { port, isOutside }] of arrivals.entries()) {
    if (isOutside) continue
    const { addresses, neighbours } = world.state(port.netns)
    const isProxy =
      neighbours.some((one) => one.isProxy) ||
      ['all', port.link.name].some((name) => ownSwitch(world, port.netns, 'ipv4', name, 'proxy_arp') === '1')
    if (isProxy) proxies.push(at)
    else for (const { address } of addresses) owners.set(address, [...(owners.get(address) ?? []), at])
  }
  return {
    arrivals,
    mayAnswer: (address) =>
      [...proxies, ...new Set(owners.get(address))]
        .sort((one, other) => one - other)
        .flatMap((at) => arrivals[at] ?? []),
  }
}
