import { PatchbayError } from '../../cnm/errors'
import type { FoundNetns, NetLink, NetnsState } from '../../cnm/netns-state'
import { type Said, sentence } from '../../cnm/sentence'
import { mapLimited } from '../../kernel/limited'
import type { NetnsReader } from '../../kernel/netns-contract'
import type { ContainerView, EndpointView, Snapshot } from '../snapshot'
import { hostLabel, type PointRequest, type PointsView } from './contract'
import type { Point } from './run'

export interface PointSources {
  readonly snapshot: Snapshot
  readonly netns: Pick<NetnsReader, 'find' | 'read'>
}

/** Throws not-found for what is not there, conflict for a container that does not run. */
export async function resolvePoint(request: PointRequest, sources: PointSources): Promise<Point> {
  const { container, network, namespace, link } = request
  if (container !== undefined) return containerPoint(request, container, sources)
  if (network !== undefined) return networkPoint(network, sources.snapshot)
  if (link === undefined) throw invalid(sentence`name a container, a network or a link`)
  return namespace === undefined ? hostPoint(link) : namespacePoint(namespace, link, sources.netns)
}

async function containerPoint(request: PointRequest, reference: string, sources: PointSources): Promise<Point> {
  const { snapshot } = sources
  const container = findBy(Object.values(snapshot.containers), reference, 'container')
  const endpoint = findEndpoint(request, container, snapshot)
  const ids = {
    ...{ containerId: container.id, networkId: endpoint?.networkId ?? null },
    addresses: addressesOf(container, snapshot),
  }
  if (request.end === 'host') {
    const link = endpoint?.hostIfname
    if (link == null)
      throw new PatchbayError('not-found', sentence`the cable of ${container.name} has no end on the host`)
    return { ...hostPoint(link), ...ids }
  }
  const link = request.link ?? endpoint?.ifname ?? (await findLink(container, endpoint, sources))
  if (link == null) throw new PatchbayError('not-found', sentence`container ${container.name} has no such cable`)
  const label = `${container.name} ${link}`
  return {
    ...{ label, place: 'container', owner: container.name, link, ...ids },
    at: { netns: netnsOf(container), link },
  }
}

function findEndpoint(
  { network, link }: PointRequest,
  container: ContainerView,
  { endpoints, networks }: Snapshot,
): EndpointView | undefined {
  const own = Object.values(endpoints)
    .filter(({ containerId }) => containerId === container.id)
    .sort((a, b) => (a.ifname ?? '').localeCompare(b.ifname ?? ''))
  if (network === undefined) return link === undefined ? own[0] : own.find(({ ifname }) => ifname === link)
  const { id, name } = findBy(Object.values(networks), network, 'network')
  const found = own.find(({ networkId }) => networkId === id)
  if (found) return found
  throw new PatchbayError('not-found', sentence`container ${container.name} is not on network ${name}`, {
    field: 'network',
  })
}

/** Docker does not say what its interfaces are called: that one has the MAC address of the cable. */
async function findLink(
  { id, pid }: ContainerView,
  endpoint: EndpointView | undefined,
  { snapshot, netns }: PointSources,
): Promise<string | undefined> {
  const mac = endpoint?.macAddress
  if (mac == null || pid === null) return undefined
  const found = (await netns.find()).find((one) => containerIn(one, snapshot)?.id === id)
  return found && (await netns.read(found)).links.find((link) => link.mac === mac)?.name
}

function addressesOf({ id }: ContainerView, { endpoints }: Snapshot): string[] {
  return Object.values(endpoints)
    .filter(({ containerId }) => containerId === id)
    .flatMap(({ ipv4Address, ipv6Address }) => [ipv4Address, ipv6Address])
    .flatMap((address) => address?.split('/')[0] ?? [])
}

function netnsOf({ name, sandbox, pid }: ContainerView): Point['at']['netns'] {
  if (sandbox?.key === 'host') return 'host'
  if (sandbox) return sandbox.key as `/${string}`
  if (pid !== null) return `/proc/${pid}/ns/net`
  throw new PatchbayError('conflict', sentence`container ${name} is not running`, { field: 'container' })
}

function networkPoint(reference: string, { networks }: Snapshot): Point {
  const { id, name, device, parent } = findBy(Object.values(networks), reference, 'network')
  const link = device ?? parent
  if (link === null) {
    throw new PatchbayError('not-found', sentence`network ${name} has no link of its own on the host`, {
      field: 'network',
    })
  }
  return { ...hostPoint(link), label: `${name} ${link}`, networkId: id }
}

function hostPoint(link: string): Point {
  checkLink(link)
  const view = {
    label: hostLabel(link),
    place: 'host',
    owner: 'host',
    link,
    containerId: null,
    networkId: null,
    addresses: [],
  } as const
  return { ...view, at: { netns: 'host', link } }
}

async function namespacePoint(id: string, link: string, netns: PointSources['netns']): Promise<Point> {
  checkLink(link)
  const found = (await netns.find()).find((one) => one.id === id)
  if (!found) throw new PatchbayError('not-found', sentence`network namespace ${id} is gone`, { field: 'namespace' })
  if (found.isHost) return hostPoint(link)
  const owner = nameOf(found)
  return {
    ...{
      label: `${owner} ${link}`,
      place: 'namespace',
      owner,
      link,
      containerId: null,
      networkId: null,
      addresses: [],
    },
    at: { netns: found.path as `/${string}`, netnsId: found.id, link },
  }
}

/** Of the kernel's own rule for names; so that none is taken for a list of all links, or for an option. */
function checkLink(link: string): void {
  if (link.length > 0 && Buffer.byteLength(link) <= 15 && !/[\s/\0]/.test(link) && link !== 'any') return
  throw invalid(sentence`${link} is no name of a link`)
}

function invalid(message: Said): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field: 'link' })
}

/** "blue" for what is mounted in /run/netns, else its first process, else its number. */
function nameOf({ id, mounts, processes: [first] }: FoundNetns): string {
  return mounts[0]?.split('/').at(-1) ?? (first ? `${first.name} (${first.pid})` : id)
}

/** By name, id, or the beginning of one id. */
function findBy<Item extends { id: string; name: string }>(
  items: readonly Item[],
  reference: string,
  kind: 'container' | 'network',
): Item {
  const exact = items.find(({ id }) => id === reference) ?? items.find(({ name }) => name === reference)
  const [begun, other] = reference === '' ? [] : items.filter(({ id }) => id.startsWith(reference))
  const found = exact ?? (other === undefined ? begun : undefined)
  if (found) return found
  throw new PatchbayError(
    'not-found',
    sentence`${kind === 'network' ? sentence`network` : sentence`container`} ${reference} not found`,
    { field: kind },
  )
}

/** Namespaces that are read at the same time, and the most that are read. */
const [readsAtOnce, mostNamespaces] = [8, 1_000]

/** Every link there is, by namespace. One that goes while it is read is left out, and counted. */
export async function listPoints({ snapshot, netns }: PointSources): Promise<PointsView> {
  const all = await netns.find()
  const shown = all.slice(0, mostNamespaces)
  const states = await mapLimited(shown, readsAtOnce, (one) => netns.read(one).catch(() => undefined))
  const places = shown.flatMap((found, index) => {
    const state = states[index]
    return state === undefined ? [] : [placeView(found, state, snapshot)]
  })
  return { places, unread: all.length - places.length }
}

function placeView(found: FoundNetns, state: NetnsState, snapshot: Snapshot): PointsView['places'][number] {
  const container = found.isHost ? undefined : containerIn(found, snapshot)
  const owner = found.isHost ? 'host' : (container?.name ?? nameOf(found))
  return {
    ...{ namespace: found.id, owner, containerId: container?.id ?? null },
    place: found.isHost ? 'host' : container ? 'container' : 'namespace',
    links: state.links.map((link) => linkView(link, container, snapshot)),
  }
}

function linkView({ name, kind, type, up }: NetLink, container: ContainerView | undefined, snapshot: Snapshot) {
  const network = container ? undefined : Object.values(snapshot.networks).find(({ device }) => device === name)
  const endpoint = Object.values(snapshot.endpoints).find(({ containerId, ifname, hostIfname }) =>
    container ? containerId === container.id && ifname === name : hostIfname === name,
  )
  const on = network ?? (endpoint && snapshot.networks[endpoint.networkId])
  const cable = endpoint && !container ? (snapshot.containers[endpoint.containerId]?.name ?? null) : null
  return { name, kind: kind ?? type, up, networkId: on?.id ?? null, networkName: on?.name ?? null, cableOf: cable }
}

function containerIn({ mounts, processes }: FoundNetns, { containers }: Snapshot): ContainerView | undefined {
  return Object.values(containers).find(
    ({ sandbox, pid }) =>
      (sandbox !== null && mounts.includes(sandbox.key)) ||
      (pid !== null && processes.some((process) => process.pid === pid)),
  )
}
