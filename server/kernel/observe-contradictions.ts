import type { FdbObject, KernelObject, NeighbourObject, Netns, VethLink } from '../plan/object'
import type { NamespaceContent, RawNeighbour } from './ip-query'
import type { SandboxContent } from './observe-links'
import { describeRouting, type HostRouting } from './observe-routing'
import type { FdbEntry } from './read-fdb'

/** An address, and where frames for it belong. */
interface Place {
  readonly bridge: string
  readonly address: string
  readonly mac: string
}

/**
 * What others put into the tables of the host and of the sandboxes that sends packets elsewhere than what is wanted: a
 * neighbour with somebody else's MAC, a MAC at another port of a bridge, a route or a rule of routing that leads away from a
 * network.
 */
export function describeContradictions(
  host: NamespaceContent,
  fdb: readonly FdbEntry[],
  sandboxes: readonly SandboxContent[],
  wanted: readonly KernelObject[],
  routing: HostRouting | undefined,
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
    ...(routing ? describeRouting(routing, host.links, wanted) : []),
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
