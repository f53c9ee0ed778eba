import type { Family } from '../cnm/address'
import { PatchbayError } from '../cnm/errors'
import { sentence } from '../cnm/sentence'
import type { Observer } from '../observe/contract'
import type { ContainerView, EndpointView, FdbView, FirewallView, NetworkView, Snapshot } from '../observe/snapshot'
import type { ApiContext } from './trpc'
import { containerView, endpointView, networkView } from './view'

type Sources = Pick<ApiContext, 'engine' | 'observer' | 'drivers'>

/** The whole picture as it is now. */
export function readSnapshot(observer: Observer): Promise<Snapshot> {
  return first(
    (signal) => observer.watch(signal),
    (event) => (event.type === 'snapshot' ? event.snapshot : undefined),
  )
}

/** As it was at a moment, milliseconds since 1970. Throws not-found where nobody watched then. */
export async function readPast(observer: Observer, at: number): Promise<Snapshot> {
  await observer.history.load()
  const picture = observer.history.at(at)
  if (picture) return picture
  throw new PatchbayError('not-found', sentence`nobody watched this host at ${new Date(at).toISOString()}`)
}

export function readFirewall(observer: Observer, family?: Family): Promise<FirewallView> {
  return first(
    (signal) => observer.watchFirewall(signal, family),
    (event) => (event.type === 'firewall' ? event.firewall : undefined),
  )
}

export function readFdb(observer: Observer): Promise<FdbView> {
  return first(
    (signal) => observer.watchFdb(signal),
    (event) => (event.type === 'fdb' ? event.fdb : undefined),
  )
}

/**
 * Networks of everybody on this host. Patchbay's are the engine's records, so that one sees what one has just
 * made, with the kernel's state; the others are as observed.
 */
export async function listNetworks(sources: Sources): Promise<NetworkView[]> {
  const seen = (await readSnapshot(sources.observer)).networks
  const ours = sources.engine
    .listNetworks()
    .map((network) => networkView(sources, network, seen[network.id]?.deviceState))
  return [...ours, ...foreign(seen)]
}

/** Containers of everybody on this host; Patchbay's from the records. */
export async function listContainers(sources: Sources): Promise<ContainerView[]> {
  const seen = (await readSnapshot(sources.observer)).containers
  const ours = sources.engine.listContainers().map((container) => containerView(sources, container))
  return [...ours, ...foreign(seen)]
}

/** Endpoints of Patchbay's containers from the records, those of others as observed. */
export async function listEndpoints(sources: Sources): Promise<EndpointView[]> {
  const snapshot = await readSnapshot(sources.observer)
  const ours = sources.engine
    .listEndpoints()
    .map((endpoint) => endpointView(sources, endpoint, snapshot.endpoints[endpoint.id]?.state))
  const others = Object.values(snapshot.endpoints).filter(
    ({ containerId }) => (snapshot.containers[containerId]?.origin ?? 'patchbay') !== 'patchbay',
  )
  return [...ours, ...others]
}

function foreign<View extends NetworkView | ContainerView>(seen: Readonly<Record<string, View>>): View[] {
  return Object.values(seen).filter(({ origin }) => origin !== 'patchbay')
}

/** The first event that `pick` takes; watching ends with it. */
async function first<Event, Value>(
  watch: (signal: AbortSignal) => AsyncIterable<Event>,
  pick: (event: Event) => Value | undefined,
): Promise<Value> {
  const watching = new AbortController()
  try {
    for await (const event of watch(watching.signal)) {
      const value = pick(event)
      if (value !== undefined) return value
    }
  } finally {
    watching.abort()
  }
  throw new Error('the observer gave no picture')
}
