import type { Container } from '../../cnm/container'
import type { Endpoint } from '../../cnm/endpoint'
import type { Network } from '../../cnm/network'
import type { Operation } from '../../cnm/operation'
import type { EngineEvent } from '../../engine/contract'
import type { KernelObject } from '../../plan/object'
import type { NodePosition } from '../../store/contract'
import { createObserver, type Intervals, type ObserverOptions } from '../observer'
import { noDocker } from '../picture'
import type { FdbRow, FdbRowEvent, HostLink, LinkCounters, LinkNotice, ObserverSources } from '../sources'
import type { NetworkPlace } from '../views'

/** A link that is a bridge port of nobody's, unless told otherwise. */
export function linkRow(part: Partial<HostLink> & { name: string }): HostLink {
  return {
    index: 1,
    kind: null,
    type: 'ether',
    up: true,
    carrier: true,
    mac: '02:00:00:00:00:01',
    mtu: 1500,
    alias: null,
    master: null,
    peerNetnsId: null,
    addresses: [],
    port: null,
    ageingSeconds: null,
    ...part,
  }
}

/** Sources whose contents a test sets; counts how often each was read. */
export class FakeSources implements ObserverSources {
  links: HostLink[] = []
  packets = 0
  counters = new Map<string, LinkCounters>()
  firewall = ''
  fdb: FdbRow[] = []
  present: readonly KernelObject[] = []
  readonly reads = { links: 0, named: 0, counters: 0, firewall: 0, fdb: 0, present: 0 }
  readonly linkMonitors = new Set<(notice: LinkNotice) => void>()
  readonly fdbMonitors = new Set<(event: FdbRowEvent) => void>()
  readonly firewallMonitors = new Set<() => void>()
  readonly losses = new Set<() => void>()

  async readLinks() {
    this.reads.links += 1
    return this.links
  }

  async readNamedLinks(names: readonly string[]) {
    this.reads.named += 1
    return this.links.filter((link) => names.includes(link.name))
  }

  /** Another text at each call: packets always pass here. */
  async readPackets() {
    this.packets += 1
    return String(this.packets)
  }

  async readCounters() {
    this.reads.counters += 1
    return new Map(this.counters)
  }

  async readFirewall() {
    this.reads.firewall += 1
    return { variant: 'nf_tables', text: `# Generated at ${Date.now()}\n${this.firewall}` }
  }

  async readFdb() {
    this.reads.fdb += 1
    return this.fdb
  }

  async readPresent() {
    this.reads.present += 1
    return this.present
  }

  monitorLinks = (notice: (notice: LinkNotice) => void, lost: () => void) =>
    this.monitor(this.linkMonitors, notice, lost)
  monitorFdb = (notice: (event: FdbRowEvent) => void, lost: () => void) => this.monitor(this.fdbMonitors, notice, lost)
  monitorFirewall = (notice: () => void, lost: () => void) => this.monitor(this.firewallMonitors, notice, lost)

  async rest() {}

  tellLink(name: string, netnsId: number | null = null) {
    for (const notice of this.linkMonitors) notice({ netnsId, index: 0, name })
  }

  tellFirewall() {
    for (const notice of this.firewallMonitors) notice()
  }

  tellFdb(event: FdbRowEvent) {
    for (const notice of this.fdbMonitors) notice(event)
  }

  loseEverything() {
    for (const lost of this.losses) lost()
  }

  private monitor<Listener>(listeners: Set<Listener>, notice: Listener, lost: () => void) {
    listeners.add(notice)
    this.losses.add(lost)
    return () => {
      listeners.delete(notice)
      this.losses.delete(lost)
    }
  }
}

/** The part of the engine that is observed, with records that a test sets. */
export class FakeEngine {
  networks: Network[] = []
  containers: Container[] = []
  endpoints: Endpoint[] = []
  operations: Operation[] = []
  objects: KernelObject[] = []
  private readonly listeners = new Set<(event: EngineEvent) => void>()

  listNetworks = () => this.networks
  listContainers = () => this.containers
  listEndpoints = () => this.endpoints
  listServices = () => []
  serviceMembers = () => []
  listOperations = () => this.operations
  dnsNames = (endpoint: Endpoint) => endpoint.requested.aliases
  publishedPorts = (container: Container) => container.ports
  health = () => undefined
  wanted = () => this.objects

  subscribe = (listener: (event: EngineEvent) => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  tell() {
    for (const listener of this.listeners) listener({ type: 'network', id: '' })
  }
}

/** An observer of fakes, with what goes wrong collected. */
export function observeFakes(options: Partial<ObserverOptions> & { intervals?: Partial<Intervals> } = {}) {
  const sources = new FakeSources()
  const engine = new FakeEngine()
  const failures: unknown[] = []
  const positions: NodePosition[] = []
  const observer = createObserver({
    engine,
    sources,
    store: { listPositions: async () => [...positions] },
    docker: { things: noDocker, start: () => () => undefined },
    placeOf,
    failed: (error) => failures.push(error),
    ...options,
  })
  return { sources, engine, observer, failures, positions }
}

/** Bridges by id, macvlans by their option. */
export function placeOf({ id, driver, options }: Network): NetworkPlace {
  return {
    device: driver === 'bridge' ? `br-${id.slice(0, 12)}` : null,
    parent: driver === 'macvlan' ? (options.parent ?? null) : null,
  }
}
