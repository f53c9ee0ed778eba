import { bitsOf, familyOf } from '../../cnm/address'
import type { NetLink, NetnsState, NetRoute } from '../../cnm/netns-state'
import type { AddressObject, OwnLink, RouteObject, VethLink } from '../../plan/object'
import { holds, prefixOf } from './subnet'

/** The other end of a veth. */
type PeerEnd = Omit<VethLink, 'type' | 'peer' | 'master'> & { readonly type: 'end'; readonly mac: string }

interface Wiring {
  readonly index: number
  readonly opposite: number
  /** What the namespace of the other end is called here; null: it is this one. */
  readonly number: number | null
}

const counters = {
  ...{ rxBytes: 0, rxPackets: 0, rxErrors: 0, rxDropped: 0 },
  ...{ txBytes: 0, txPackets: 0, txErrors: 0, txDropped: 0 },
}

/** With a link that would be there, or would be changed. */
export function withLink(
  state: NetnsState,
  object: OwnLink | PeerEnd,
  { index, opposite, number }: Wiring,
): NetnsState {
  const before = state.links.find(({ name }) => name === object.name)
  const up = object.type === 'end' ? (before?.up ?? true) : object.up
  if (before) {
    const link = { ...before, up, mtu: object.mtu ?? before.mtu, ...groupOf(object), ...portOf(object, before.port) }
    return { ...state, links: state.links.map((one) => (one === before ? link : one)) }
  }
  const isVeth = object.type === 'veth' || object.type === 'end'
  const master = object.type === 'veth' ? state.links.find(({ name }) => name === object.master) : undefined
  const parent = 'parent' in object ? state.links.find(({ name }) => name === object.parent) : undefined
  const link: NetLink = {
    ...{ index, name: object.name, kind: isVeth ? 'veth' : object.type, type: 'ether', up, carrier: up },
    ...{
      operstate: up ? 'up' : 'down',
      promiscuous: false,
      noArp: false,
      mtu: object.mtu ?? 1500,
      alias: object.alias,
    },
    mac: 'mac' in object ? object.mac : madeUpMac(index),
    master: master?.index ?? null,
    link: isVeth ? opposite : (parent?.index ?? null),
    linkNetnsId: isVeth ? number : null,
    ...groupOf(object),
    ...portOf(object, undefined),
    counters,
  }
  return { ...state, links: [...state.links, link] }
}

function groupOf(object: OwnLink | PeerEnd): Pick<NetLink, 'group'> {
  return object.type === 'bridge' ? { group: object.group ?? 0 } : {}
}

function portOf(object: OwnLink | PeerEnd, before: NetLink['port']): Pick<NetLink, 'port'> {
  if (object.type !== 'veth') return before ? { port: before } : {}
  const { hairpin, isolated = false } = object
  return { port: { state: 'forwarding', learning: true, flood: true, ...before, hairpin, isolated } }
}

/** The kernel picks one by chance; only that nobody else has it counts. */
function madeUpMac(index: number): string {
  return `02:ff:${(index >>> 0).toString(16).padStart(8, '0').match(/../g)?.join(':')}`
}

/** Without a link, and what lived on it. */
export function withoutLink(state: NetnsState, name: string): NetnsState {
  const gone = state.links.find((link) => link.name === name)?.index
  if (gone === undefined) return state
  const isOther = ({ index }: { readonly index: number }) => index !== gone
  return {
    ...state,
    links: state.links.filter(isOther),
    addresses: state.addresses.filter(isOther),
    routes: state.routes.filter(({ hops }) => hops.every(({ index }) => index !== gone)),
    neighbours: state.neighbours.filter(isOther),
    fdb: state.fdb.filter(isOther),
  }
}

export function setUp(state: NetnsState, name: string, up: boolean): NetnsState {
  return { ...state, links: state.links.map((link) => (link.name === name ? { ...link, up, carrier: up } : link)) }
}

/** An address brings a route to itself and one to its subnet. */
export function addAddress(state: NetnsState, { link, address, scope, deprecated }: AddressObject): NetnsState {
  const index = state.links.find(({ name }) => name === link)?.index
  if (index === undefined) return state
  const [own = '', length] = address.split('/')
  const family = familyOf(own)
  const prefixLength = Number(length ?? bitsOf[family])
  const added = {
    ...{ index, family, address: own, prefixLength, peer: null, scope: scope ?? 'global' },
    flags: ['permanent', ...(deprecated ? ['deprecated'] : [])],
  }
  const local = route(255, 'local', `${own}/${bitsOf[family]}`, index, null, own)
  const subnet = route(254, 'unicast', address, index, null, own)
  return { ...state, addresses: [...state.addresses, added], routes: [...state.routes, local, subnet] }
}

export function removeAddress(state: NetnsState, { link, address }: AddressObject): NetnsState {
  const index = state.links.find(({ name }) => name === link)?.index
  const [own] = address.split('/')
  return {
    ...state,
    addresses: state.addresses.filter((one) => one.index !== index || one.address !== own),
    routes: state.routes.filter(
      (one) => one.source !== own && !(one.table === 255 && one.destination.split('/')[0] === own),
    ),
  }
}

export function addRoute(state: NetnsState, { destination, via, link }: RouteObject): NetnsState {
  const index = state.links.find(({ name }) => name === link)?.index
  if (index === undefined) return state
  return {
    ...state,
    routes: [...state.routes, route(254, 'unicast', everywhere(destination), index, via ?? null, null)],
  }
}

export function removeRoute(state: NetnsState, { destination, link }: RouteObject): NetnsState {
  const index = state.links.find(({ name }) => name === link)?.index
  const to = everywhere(destination)
  const isIt = (one: NetRoute) =>
    one.table === 254 &&
    prefixOf(one.destination) === prefixOf(to) &&
    holds(one.destination, to.split('/')[0] ?? '') &&
    one.hops.some((hop) => hop.index === index)
  return { ...state, routes: state.routes.filter((one) => !isIt(one)) }
}

function everywhere(destination: string): string {
  return destination === 'default' ? '0.0.0.0/0' : destination
}

function route(
  table: number,
  type: string,
  destination: string,
  index: number,
  gateway: string | null,
  source: string | null,
): NetRoute {
  return {
    ...{ family: familyOf(destination), table, type, destination, from: null, source, metric: 0, mtu: null },
    ...{ protocol: 'kernel', scope: gateway === null ? 'link' : 'global' },
    hops: [{ gateway, index, weight: 1, flags: [] }],
  }
}
