import { canonicalAddress, type Family, familyOf, parseAddress } from '../../cnm/address'
import { PatchbayError } from '../../cnm/errors'
import type { NetAddress, NetnsId, NetnsState } from '../../cnm/netns-state'
import { sentence } from '../../cnm/sentence'
import type { Place, TraceQuestion } from './contract'
import { findRoute } from './route'
import { holds, isLinkLocal, isLoopback } from './subnet'
import { type End, end, remedy } from './trip'
import { linkNamed, type World } from './world'

/** Where a question begins: in a namespace, or outside with an address. */
export type Origin = { readonly netns: NetnsId } | { readonly address: string }

export function findOrigin(world: World, from: Place): Origin | End {
  if (from.kind === 'address') return { address: known(from.address, 'from') }
  if (from.kind === 'name') {
    throw new PatchbayError(
      'invalid-parameter',
      sentence`a packet comes from a container, a namespace, the host or an address`,
      { field: 'from' },
    )
  }
  return stackOf(world, from) ?? noStack(world, from)
}

function known(address: string, field: 'from' | 'to'): string {
  if (parseAddress(address)) return canonicalAddress(address)
  throw new PatchbayError('invalid-parameter', sentence`${address} is no IP address`, { field: `${field}.address` })
}

const ofManyOrNobody = ['0.0.0.0/8', '224.0.0.0/4', '255.255.255.255/32', '::/128', 'ff00::/8']

function ofOne(address: string): string {
  if (!ofManyOrNobody.some((subnet) => holds(subnet, address))) return address
  throw new PatchbayError(
    'invalid-parameter',
    sentence`${address} is nobody's or everybody's address: only a way to one can be explained`,
    { field: 'to.address' },
  )
}

function stackOf(world: World, place: Exclude<Place, { kind: 'address' | 'name' }>): { netns: NetnsId } | undefined {
  if (place.kind === 'host') return { netns: world.host }
  if (place.kind === 'namespace') return world.all.includes(place.id) ? { netns: place.id } : undefined
  const netns = world.netnsOf(place.id)
  return netns === null ? undefined : { netns }
}

/** A container that does not run has no network stack. */
function noStack(world: World, place: Place): End {
  const id = 'id' in place ? place.id : ''
  const name = world.records.containers[id]?.name
  if (name === undefined) {
    const kind = place.kind === 'namespace' ? sentence`namespace` : sentence`container`
    throw new PatchbayError('not-found', sentence`no such ${kind}: ${id}`)
  }
  return end('unreachable', 'no-stack', { name }, remedy('start-container', { container: name }))
}

/** Whom a question means: an address, and whose it should be; null where any will do. */
export interface Target {
  readonly address: string
  readonly owner: NetnsId | null
}

export function findTarget(world: World, origin: Origin, { to, family, from }: TraceQuestion): Target | End {
  if (to.kind === 'address') return { address: ofOne(known(to.address, 'to')), owner: null }
  if (to.kind === 'name') return fromName(world, from, to.name, family)
  const stack = stackOf(world, to)
  if (!stack) return noStack(world, to)
  const { netns } = stack
  const candidates = addressesIn(world, netns).filter((one) => family === undefined || one.family === family)
  const best = nearest(world, origin, netns, candidates)
  const missing = { place: world.nameOf(netns), family: family === 'ipv6' ? 'IPv6' : 'IPv4' }
  return best ? { address: best.address, owner: netns } : end('unreachable', 'no-address', missing)
}

const shown = new WeakMap<NetnsState, readonly NetAddress[]>()

/** Those by which others can ask for it. */
function addressesIn(world: World, netns: NetnsId): readonly NetAddress[] {
  const state = world.state(netns)
  const known = shown.get(state) ?? addressesOf(state)
  shown.set(state, known)
  return known
}

function addressesOf({ addresses, links }: NetnsState): NetAddress[] {
  const loopbacks = new Set(links.filter(({ type }) => type === 'loopback').map(({ index }) => index))
  return addresses.filter((one) => !loopbacks.has(one.index) && !isLinkLocal(one.address))
}

/** On a wire that both are on, IPv4 first, those that are to be used; else where the one who asks would go without a gateway. */
function nearest(
  world: World,
  origin: Origin,
  there: NetnsId,
  candidates: readonly NetAddress[],
): NetAddress | undefined {
  if (candidates.length < 2) return candidates[0]
  const own = 'netns' in origin ? addressesIn(world, origin.netns) : []
  const source = 'address' in origin ? origin.address : null
  const gateways = 'netns' in origin ? gatewaysOf(world, origin.netns) : []
  const rank = (one: NetAddress) => {
    const subnet = `${one.address}/${one.prefixLength}`
    const isShared = own.some(({ address }) => holds(subnet, address)) || (source !== null && holds(subnet, source))
    const isUp = world.state(there).links.find(({ index }) => index === one.index)?.up === true
    return (
      (source !== null && familyOf(source) !== one.family ? -100 : 0) +
      (own.some(({ family }) => family === one.family) ? 20 : 0) +
      (one.family === 'ipv4' ? 10 : 0) +
      (gateways.includes(one.address) ? 6 : 0) +
      (isShared ? 4 : 0) +
      (isUp ? 2 : 0) +
      (one.flags.includes('deprecated') ? -1 : 0)
    )
  }
  return [...candidates].sort((one, other) => rank(other) - rank(one))[0]
}

function gatewaysOf(world: World, netns: NetnsId): string[] {
  return world
    .state(netns)
    .routes.flatMap(({ hops }) => hops.flatMap(({ gateway }) => (gateway === null ? [] : [gateway])))
}

function fromName(world: World, from: Place, name: string, family: Family | undefined): Target | End {
  const asked = name.replace(/\.$/, '').toLowerCase()
  const found = from.kind === 'container' ? world.addressesOf(from.id, asked) : []
  const address = found.find((one) => family === undefined || familyOf(one) === family)
  return address === undefined ? end('unreachable', 'name-unknown', { name }) : { address, owner: null }
}

/** The link of the host's by which somebody outside comes in. */
export function wayIn(world: World, address: string) {
  if (isLoopback(address)) return undefined
  const { answer } = findRoute(world, world.host, {
    destination: address,
    source: null,
    inLink: 'lo',
    outLink: null,
    mark: 0,
  })
  if (answer.kind !== 'way') return undefined
  return linkNamed(world, world.host, answer.link.name)
}
