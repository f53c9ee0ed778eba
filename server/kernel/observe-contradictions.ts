import { bitsOf, parseAddress } from '../cnm/address'
import type { FdbObject, KernelObject, NeighbourObject, Netns, RouteObject, VethLink } from '../plan/object'
import type { NamespaceContent, RawNeighbour, RawRoute } from './ip-query'
import type { SandboxContent } from './observe-links'
import type { FdbEntry } from './read-fdb'

/** An address, and where frames for it belong. */
interface Place {
  readonly bridge: string
  readonly address: string
  readonly mac: string
}

/**
 * What others put into the tables of the host and of the sandboxes that sends packets elsewhere than what is wanted: a
 * neighbour with somebody else's MAC, a MAC at another port of a bridge, a route into a network that leads away from it.
 */
export function describeContradictions(
  host: NamespaceContent,
  fdb: readonly FdbEntry[],
  sandboxes: readonly SandboxContent[],
  wanted: readonly KernelObject[],
): KernelObject[] {
  const cables = wanted.filter((object) => object.kind === 'link').filter((link) => link.type === 'veth')
  const places = placesOf(host, cables, wanted)
  const bridgeAt = new Map(cables.map(({ peer, master }) => [`${peer.netns} ${peer.name}`, master]))
  return [
    ...wrongNeighbours('host', host.neighbours, (link) => link, places),
    ...sandboxes.flatMap(({ netns, neighbours }) =>
      wrongNeighbours(netns, neighbours, (link) => bridgeAt.get(`${netns} ${link}`), places),
    ),
    ...wrongPorts(fdb, cables),
    ...thefts(host, wanted),
  ]
}

/** Who is where: containers on bridges, and the bridges themselves. */
function placesOf(host: NamespaceContent, cables: readonly VethLink[], wanted: readonly KernelObject[]): Place[] {
  const addresses = new Map<string, string[]>()
  for (const object of wanted) {
    if (object.kind !== 'address') continue
    const key = `${object.netns} ${object.link}`
    addresses.set(key, [...(addresses.get(key) ?? []), object.address.split('/')[0] ?? ''])
  }
  const bridges = new Set(cables.map(({ master }) => master))
  const gateways = host.links.flatMap(({ ifname, address: mac = '' }) => {
    if (!bridges.has(ifname)) return []
    return (addresses.get(`host ${ifname}`) ?? []).map((address) => ({ bridge: ifname, address, mac }))
  })
  const ends = cables.flatMap(({ master, peer }) =>
    (addresses.get(`${peer.netns} ${peer.name}`) ?? []).map((address) => ({ bridge: master, address, mac: peer.mac })),
  )
  return [...gateways, ...ends]
}

/** Entries that nobody has an answer for contradict nothing. */
const known = new Set(['PERMANENT', 'REACHABLE', 'STALE', 'DELAY', 'PROBE', 'NOARP'])

function wrongNeighbours(
  netns: Netns,
  neighbours: readonly RawNeighbour[],
  bridgeOf: (link: string) => string | undefined,
  places: readonly Place[],
): NeighbourObject[] {
  if (neighbours.length === 0) return []
  const macs = new Map(places.map(({ bridge, address, mac }) => [`${bridge} ${address}`, mac]))
  return neighbours.flatMap(({ dst, dev, lladdr, state }): NeighbourObject[] => {
    const expected = macs.get(`${bridgeOf(dev)} ${dst}`)?.toLowerCase()
    const mac = lladdr?.toLowerCase()
    if (!expected || mac === undefined || mac === expected || !state.some((one) => known.has(one))) return []
    const permanent = state.includes('PERMANENT') || state.includes('NOARP')
    return [{ kind: 'neighbour', netns, link: dev, address: dst, mac, permanent, expected }]
  })
}

function wrongPorts(fdb: readonly FdbEntry[], cables: readonly VethLink[]): FdbObject[] {
  const ports = new Map<string, string[]>()
  for (const { master, name, peer } of cables) {
    const key = `${master} ${peer.mac.toLowerCase()}`
    ports.set(key, [...(ports.get(key) ?? []), name])
  }
  return fdb.flatMap(({ bridge, port, mac, vlan, type }): FdbObject[] => {
    const right = ports.get(`${bridge} ${mac.toLowerCase()}`)
    if (right === undefined || right.includes(port) || type === 'local') return []
    const permanent = type === 'static'
    return [{ kind: 'fdb', netns: 'host', bridge, link: port, mac, vlan, permanent, expected: right.join(', ') }]
  })
}

interface Subnet {
  readonly link: string
  readonly family: string
  readonly bits: number
  readonly prefix: bigint
  readonly length: number
}

const fates = ['blackhole', 'unreachable', 'prohibit'] as const

/** Routes of the host into a network's subnet that lead elsewhere: more specific ones, and those that stand in its place. */
function thefts(host: NamespaceContent, wanted: readonly KernelObject[]): RouteObject[] {
  const marked = host.links.flatMap(({ ifname, ifalias }) => (ifalias?.startsWith('patchbay:') ? [ifname] : []))
  const asked = wanted.flatMap((one) => (one.kind === 'link' && one.netns === 'host' ? [one.name] : []))
  const links = new Set([...marked, ...asked])
  const subnets = wanted.flatMap((one): Subnet[] => {
    const isNetwork = one.kind === 'address' && one.netns === 'host' && links.has(one.link)
    const subnet = isNetwork ? parseSubnet(one.address, one.link) : undefined
    return subnet && subnet.bits - subnet.length > 1 ? [subnet] : []
  })
  if (subnets.length === 0) return []
  return host.routes.flatMap((route): RouteObject[] => {
    const expected = route.dev !== undefined && links.has(route.dev) ? undefined : victimOf(route, subnets)
    const fate = fates.find((one) => one === route.type)
    if (expected === undefined || (route.dev === undefined && fate === undefined)) return []
    const { dst: destination, gateway: via, metric, dev } = route
    return [
      {
        ...{ kind: 'route', netns: 'host', destination, expected },
        link: fate === undefined ? (dev ?? '') : '',
        ...(via === undefined ? {} : { via }),
        ...(metric === undefined ? {} : { metric }),
        ...(fate === undefined ? {} : { fate }),
      },
    ]
  })
}

function victimOf({ dst, metric }: RawRoute, subnets: readonly Subnet[]): string | undefined {
  const route = parseSubnet(dst, '')
  if (route === undefined) return undefined
  return subnets.find(({ family, bits, prefix, length }) => {
    if (family !== route.family || route.length < length) return false
    if (route.length === length && metric !== undefined) return false
    return route.prefix >> BigInt(bits - length) === prefix >> BigInt(bits - length)
  })?.link
}

function parseSubnet(text: string, link: string): Subnet | undefined {
  const [address = '', prefixLength] = text.split('/')
  const parsed = parseAddress(address)
  if (parsed === undefined) return undefined
  const bits = bitsOf[parsed.family]
  const length = prefixLength === undefined ? bits : Number(prefixLength)
  return { link, family: parsed.family, bits, prefix: parsed.value, length }
}
