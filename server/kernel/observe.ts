import { isPatchbayError } from '../cnm/errors'
import type { KernelObject, NamespaceObject, Netns, SysctlObject, VethLink } from '../plan/object'
import type { Look } from './contract'
import type { SavedFirewall } from './firewall-save'
import type { IpQuery, NamespaceContent } from './ip-query'
import type { Leases } from './leases'
import { mapLimited } from './limited'
import { isNamespace, listNamespaces } from './namespaces'
import type { NetnsReader } from './netns-contract'
import { describeContradictions } from './observe-contradictions'
import { describeFirewall } from './observe-firewall'
import { describeHost, describeSandbox, type SandboxContent } from './observe-links'
import type { RedirectObserver } from './observe-redirects'
import type { HostRouting } from './observe-routing'
import { mayBeShaped, observeTraffic } from './observe-traffic'
import { type FdbEntry, readFdb } from './read-fdb'
import { readFirewall } from './read-firewall'
import { readSandbox } from './sandbox-reader'
import type { Sockets } from './sockets'
import { readSysctls } from './sysctl'

/** Processes that read namespaces at the same time: reading is not to take the machine from what changes it. */
const parallel = 2

export interface ObserveSources {
  /** Where the namespaces lie. */
  readonly directory: string
  readonly query: IpQuery
  readonly sockets: Sockets
  readonly leases: Pick<Leases, 'list'>
  readonly routing: () => Promise<HostRouting>
  readonly reader: NetnsReader
  readonly redirects: RedirectObserver
}

/** Reads what is really there of Patchbay's, in the form in which it is wanted. Throws CommandError. */
export async function observe(
  sources: ObserveSources,
  wanted: readonly KernelObject[],
  look: Look,
  { leftovers }: { readonly leftovers: boolean },
): Promise<KernelObject[]> {
  if (look === 'host') return observeHost(sources, wanted)
  const files = await listNamespaces(sources.directory)
  const paths = files.filter(({ isMounted }) => isMounted).map(({ path }) => path)
  const [host, hostFirewall, fdb, routing, sandboxes] = await Promise.all([
    readHost(sources.query),
    observeHostFirewall(wanted, leftovers),
    readBridges(wanted),
    readRouting(sources, wanted),
    inEach(paths, itself, async (netns): Promise<SandboxContent> => {
      return { netns, ...(await readSandbox(sources.reader, netns)) }
    }),
  ])
  const hostObjects = describeHost(host, sandboxes, wanted)
  const deep = look === 'everything' ? paths : []
  const inside = sandboxes.map((sandbox) => ({
    sandbox,
    objects: describeSandbox(sandbox, host, hostObjects, wanted),
  }))
  const queues = await inEach(
    inside,
    ({ sandbox }) => sandbox.netns,
    async ({ sandbox, objects }) => observeTraffic(sandbox.netns, objects, wanted, leftovers && mayBeShaped(sandbox)),
  )
  return [
    ...describeNamespaces(files, wanted),
    ...hostObjects,
    ...(await observeTraffic('host', hostObjects, wanted, leftovers)),
    ...inside.flatMap(({ objects }) => objects),
    ...queues.flat(),
    ...hostFirewall,
    ...(await observeFirewalls(deep, wanted)),
    ...(await observeAllRedirects(sources, deep, wanted)),
    ...(await observeSysctls(sources, ['host', ...deep], wanted)),
    ...describeContradictions(host, fdb, sandboxes, wanted, routing),
    ...sources.sockets.list(),
    ...sources.leases.list(),
    ...flowsOf(wanted),
  ]
}

/** Which namespace a cable leads to is not read: it is taken to be the one that is wanted. */
async function observeHost(sources: ObserveSources, wanted: readonly KernelObject[]): Promise<KernelObject[]> {
  const [host, firewall, fdb, routing, sysctls] = await Promise.all([
    readHost(sources.query),
    observeHostFirewall(wanted, false),
    readBridges(wanted),
    readRouting(sources, wanted),
    observeSysctls(sources, ['host'], wanted),
  ])
  const cables = wanted.filter(isCable)
  const peers = new Map(cables.map(({ name, peer }) => [name, peer]))
  // One that was renamed is known by its mark.
  const byMark = new Map(cables.map(({ alias, peer }) => [alias, peer]))
  const links = describeHost(host, [], wanted).map((object) => {
    const isAlone = isCable(object) && object.peer.netns === '/'
    const peer = isAlone ? (peers.get(object.name) ?? byMark.get(object.alias)) : undefined
    return isCable(object) && peer !== undefined ? { ...object, peer } : object
  })
  return [
    ...links,
    ...(await observeTraffic('host', links, wanted, false)),
    ...firewall,
    ...sysctls,
    ...describeContradictions(host, fdb, [], wanted, routing),
    ...sources.sockets.list().filter(({ netns }) => netns === 'host'),
    ...flowsOf(wanted),
  ]
}

/** MAC tables, where there are cables that they could be wrong about. */
async function readBridges(wanted: readonly KernelObject[]): Promise<FdbEntry[]> {
  return wanted.some(isCable) ? readFdb() : []
}

/** Rules and tables of routing, where there are networks that they could lead away from. */
async function readRouting({ routing }: ObserveSources, wanted: readonly KernelObject[]) {
  return wanted.some((one) => one.kind === 'address' && one.netns === 'host') ? routing() : undefined
}

/** What is tracked comes and goes with packets: it is as it should be. */
function flowsOf(wanted: readonly KernelObject[]): KernelObject[] {
  return wanted.filter(({ kind }) => kind === 'flows')
}

/** ip6tables is asked only where IPv6 rules are wanted, or where something may be left of such. */
async function observeHostFirewall(wanted: readonly KernelObject[], leftovers: boolean): Promise<KernelObject[]> {
  const isWanted = wanted.some((object) => 'family' in object && object.family === 'ipv6')
  const [ipv4, ipv6] = await Promise.all([
    readFirewall(),
    isWanted || leftovers ? readIpv6Firewall(isWanted) : undefined,
  ])
  return [...describeFirewall('host', ipv4, wanted), ...(ipv6 ? describeFirewall('host', ipv6, wanted, 'ipv6') : [])]
}

/** Where nothing is wanted there, a host without ip6tables has nothing either. */
async function readIpv6Firewall(isWanted: boolean): Promise<SavedFirewall | undefined> {
  try {
    return await readFirewall('host', 'ipv6')
  } catch (error) {
    if (isWanted) throw error
    return undefined
  }
}

function isCable(object: KernelObject): object is VethLink {
  return object.kind === 'link' && object.type === 'veth'
}

async function readHost(query: IpQuery): Promise<NamespaceContent> {
  const [links, addresses] = [await query.links(), await query.addresses()]
  const [routes, neighbours] = [await query.routes('table', 'main'), await query.neighbours()]
  return { links: links ?? [], addresses: addresses ?? [], routes: routes ?? [], neighbours: neighbours ?? [] }
}

/** A leftover file without a namespace counts as there only where it is not wanted: it can then be removed, else made. */
function describeNamespaces(
  files: Awaited<ReturnType<typeof listNamespaces>>,
  wanted: readonly KernelObject[],
): NamespaceObject[] {
  const asked = new Set(wanted.flatMap((object) => (object.kind === 'namespace' ? [object.path] : [])))
  return files
    .filter(({ path, isMounted }) => isMounted || !asked.has(path))
    .map(({ path }) => ({ kind: 'namespace', path }))
}

/** Only sandboxes that are to have rules are asked for theirs. */
async function observeFirewalls(paths: readonly Netns[], wanted: readonly KernelObject[]): Promise<KernelObject[]> {
  const asked = new Set(
    wanted.flatMap((object) =>
      object.kind === 'rule' || object.kind === 'chain' || object.kind === 'policy' ? [object.netns] : [],
    ),
  )
  const firewalls = await inEach(
    paths.filter((path) => asked.has(path)),
    itself,
    async (netns) => describeFirewall(netns, await readFirewall(netns), wanted),
  )
  return firewalls.flat()
}

async function observeAllRedirects(
  { redirects: observe }: ObserveSources,
  paths: readonly Netns[],
  wanted: readonly KernelObject[],
): Promise<KernelObject[]> {
  const redirects = wanted.filter((object) => object.kind === 'redirect')
  const found = await inEach(paths, itself, async (netns) => {
    const asked = redirects.filter((redirect) => redirect.netns === netns)
    return asked.length === 0 ? [] : observe(netns, asked)
  })
  return found.flat()
}

/** Reads in every namespace; one that went away meanwhile has nothing to tell. */
async function inEach<Place, Result>(
  places: readonly Place[],
  netnsOf: (place: Place) => Netns,
  read: (place: Place) => Promise<Result>,
): Promise<Result[]> {
  const found = await mapLimited(places, parallel, async (place) => {
    const netns = netnsOf(place)
    try {
      return [await read(place)]
    } catch (error) {
      const hasGone = isPatchbayError(error) && error.kind === 'not-found'
      if (!hasGone && (netns === 'host' || (await isNamespace(netns)))) throw error
      return []
    }
  })
  return found.flat()
}

async function observeSysctls(
  { reader }: ObserveSources,
  places: readonly Netns[],
  wanted: readonly KernelObject[],
): Promise<SysctlObject[]> {
  const sysctls = wanted.filter((object) => object.kind === 'sysctl')
  const found = await inEach(places, itself, async (netns) => {
    const asked = sysctls.filter((object) => object.netns === netns)
    const values = await readSysctls(
      netns,
      asked.map(({ name }) => name),
      reader,
    )
    return asked.flatMap((object): SysctlObject[] => {
      const value = values.get(object.name)
      return value === undefined ? [] : [{ ...object, value }]
    })
  })
  return found.flat()
}

function itself(netns: Netns): Netns {
  return netns
}
