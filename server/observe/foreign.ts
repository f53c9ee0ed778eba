import { plainNames } from '../cnm/network-names'
import type { ContainerView, EndpointView, NetworkView } from './snapshot'
import type { HostLink } from './sources'

/** Bridges that neither Patchbay nor Docker made, and the sandboxes plugged into them. */
export interface ForeignThings {
  readonly networks: readonly NetworkView[]
  readonly containers: readonly ContainerView[]
  readonly endpoints: readonly EndpointView[]
}

/**
 * Draws what somebody made by hand: each bridge not in `claimed` as a network, each veth on it
 * whose other end is in another namespace as an endpoint. `containerOf` tells whose sandbox a
 * namespace number is; a namespace of nobody's becomes a card of its own, "netns <number>".
 */
export function foreignThings(
  links: Iterable<HostLink>,
  claimed: ReadonlySet<string>,
  containerOf: ReadonlyMap<number, string>,
): ForeignThings {
  const all = [...links]
  const bridges = new Map(all.filter((link) => isForeignBridge(link, claimed)).map((link) => [link.name, link]))
  const ports = all.filter((link) => link.master !== null && bridges.has(link.master) && link.peerNetnsId !== null)
  const strangers = new Set(ports.map((link) => link.peerNetnsId as number).filter((id) => !containerOf.has(id)))
  return {
    networks: [...bridges.values()].map(foreignNetwork),
    containers: [...strangers].map(strangerView),
    endpoints: ports.map((link) => foreignEndpoint(link, containerOf)),
  }
}

function isForeignBridge(link: HostLink, claimed: ReadonlySet<string>): boolean {
  return link.kind === 'bridge' && !claimed.has(link.name)
}

function foreignNetwork(link: HostLink): NetworkView {
  return {
    id: foreignNetworkId(link.name),
    name: link.name,
    driver: 'bridge',
    origin: 'kernel',
    predefined: false,
    internal: false,
    pools: link.addresses.filter(isIpv4).map((address) => ({ subnet: subnetOf(address), gateway: hostPart(address) })),
    device: link.name,
    parent: null,
    deviceState: link.up ? 'up' : 'down',
    options: {},
    labels: {},
    names: plainNames,
    colour: colourOf(link.name),
    createdAt: '',
  }
}

function foreignEndpoint(link: HostLink, containerOf: ReadonlyMap<number, string>): EndpointView {
  const netnsId = link.peerNetnsId as number
  return {
    id: `kernel:${link.name}`,
    networkId: foreignNetworkId(link.master as string),
    containerId: containerOf.get(netnsId) ?? strangerId(netnsId),
    ifname: null,
    hostIfname: link.name,
    ipv4Address: null,
    ipv6Address: null,
    macAddress: null,
    gateway: null,
    isDefaultGateway: false,
    ipv6Gateway: null,
    isIpv6DefaultGateway: false,
    aliases: [],
    dnsNames: [],
    state: link.up && link.carrier ? 'up' : 'down',
  }
}

function strangerView(netnsId: number): ContainerView {
  return {
    id: strangerId(netnsId),
    name: `netns ${netnsId}`,
    image: '',
    origin: 'kernel',
    status: 'running',
    pid: null,
    exitCode: null,
    oomKilled: false,
    error: '',
    command: [],
    hostname: '',
    networkMode: '',
    ports: [],
    pidsLimit: null,
    memoryBytes: null,
    nanoCpus: null,
    restartPolicy: { name: 'no', maximumRetryCount: 0 },
    restartCount: 0,
    health: null,
    mounts: [],
    sandbox: null,
    createdAt: '',
    startedAt: null,
    finishedAt: null,
  }
}

function foreignNetworkId(bridge: string): string {
  return `kernel:${bridge}`
}

function strangerId(netnsId: number): string {
  return `kernel:netns:${netnsId}`
}

/** One of the ten network colours, the same for the same name. */
export function colourOf(name: string): number {
  let hash = 0
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0
  return hash % 10
}

function isIpv4(address: string): boolean {
  return !address.includes(':')
}

function hostPart(address: string): string {
  return address.split('/')[0] ?? address
}

/** "172.20.0.1/16" lies in "172.20.0.0/16". */
export function subnetOf(address: string): string {
  const [host = '', length = '32'] = address.split('/')
  const bits = host.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0)
  const size = 2 ** (32 - Number(length))
  const start = Math.floor(bits / size) * size
  return `${[24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join('.')}/${length}`
}
