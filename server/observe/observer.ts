import { randomUUID } from 'node:crypto'
import { hostname, release } from 'node:os'
import { isDeepStrictEqual } from 'node:util'
import type { HostPlace } from '../cnm/host-place'
import type { Engine } from '../engine/contract'
import type { NodePosition, Store } from '../store/contract'
import { type Activity, createActivity, during, startAll } from './activity'
import { diffSnapshots } from './changes'
import type { Observer } from './contract'
import { createDriftWatch } from './drift-watch'
import { createFdbWatch } from './fdb-watch'
import { createFeed, type Feed, type Versioned } from './feed'
import { createFirewallWatch } from './firewall-watch'
import { createHistory } from './history'
import { createHistoryDisk } from './history-disk'
import { createLinkTable } from './link-table'
import { createNeighbourSuspicion } from './neighbour-suspicion'
import { type DockerWatcher, drawPicture, type Records } from './picture'
import type { NetworkView, Snapshot, SnapshotChange, SnapshotEvent } from './snapshot'
import type { NeighbourNotice, ObserverSources } from './sources'
import { coalesce, repeat } from './timing'
import { createTrafficWatch, type InsideCable } from './traffic-watch'

type ObservedEngine = Pick<
  Engine,
  | 'listNetworks'
  | 'listContainers'
  | 'listEndpoints'
  | 'listServices'
  | 'serviceMembers'
  | 'listOperations'
  | 'dnsNames'
  | 'publishedPorts'
  | 'health'
  | 'wanted'
  | 'subscribe'
> &
  Partial<Pick<Engine, 'lease' | 'reconcile'>>

export interface ObserverOptions {
  readonly engine: ObservedEngine
  readonly sources: ObserverSources
  readonly store: Pick<Store, 'listPositions'> &
    Partial<Pick<Store, 'getSetting' | 'putSetting' | 'listHistory' | 'putHistory'>>
  readonly docker: DockerWatcher
  readonly placeOf: Records['placeOf']
  /** A source failed; the picture goes on with what it has and tries again. */
  readonly failed: (error: unknown) => void
  readonly intervals?: Partial<Intervals>
}

/** Milliseconds. */
export interface Intervals {
  /** From the first of several changes to the picture that shows them. */
  readonly gather: number
  /** Full reads that catch what events did not tell, and full drift checks. */
  readonly fullRead: number
  /** Counters of links and rules, ages of MAC addresses. */
  readonly poll: number
  /** Routes of the host, which tell nobody when they change; with hundreds of networks a look takes milliseconds. */
  readonly lookAround: number
  /** How long things go on after the last watcher has gone. */
  readonly linger: number
}

const defaultIntervals: Intervals = { gather: 15, fullRead: 30_000, poll: 1_000, lookAround: 5_000, linger: 10_000 }
const keptChanges = 2_000
/** So long after the engine has told of something, its doing may still show in the kernel. */
const settlingMs = 300
const busyRetryMs = 100
/** Routes that come with links are looked at once for many of them. */
const lookingDelayMs = 500

type PictureEvent =
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly type: 'change'; readonly change: SnapshotChange }

/** The live picture of this host. Nothing is read and nothing runs until somebody watches. */
export function createObserver(options: ObserverOptions): Observer {
  const { engine, sources, docker, failed } = options
  const intervals = { ...defaultIntervals, ...options.intervals }
  const records: Records = recordsOf(engine, options.placeOf)
  const epoch = randomUUID()
  let positions: readonly NodePosition[] = []
  let ground: readonly HostPlace[] = []
  let engineActedAt = Number.NEGATIVE_INFINITY

  const links = createLinkTable({
    sources,
    fullReadMs: intervals.fullRead,
    changed: linksChanged,
    sandboxChanged,
    failed,
  })
  const knownHost = async () => {
    await Promise.all([links.flush(), firewall.flush()])
    return { links: links.links, firewall: firewall.text }
  }
  const drift = createDriftWatch({
    ...{ engine, sources, records, knownHost, quietInMs, failed },
    store: options.store,
    intervalMs: intervals.fullRead,
    firewallText: (family) => (family === 'ipv6' ? firewall6.text : firewall.text),
    changed: () => drawing.soon(),
    holdPicture: () => live.hold(),
  })
  const pollMs = intervals.poll
  const firewall = createFirewallWatch({
    sources,
    picture: () => picture,
    pollMs,
    fullReadMs: intervals.fullRead,
    changed: rulesChanged,
    failed,
  })
  const firewall6 = createFirewallWatch({
    sources: { ...sources, readFirewall: () => sources.readFirewall('ipv6') },
    picture: () => picture,
    pollMs,
    fullReadMs: intervals.fullRead,
    changed: () => {
      drawing.soon()
      drift.checkHost()
    },
    failed,
  })
  const following6 = createActivity(firewall6.start, intervals.linger)
  let letGo6: Promise<() => void> | undefined
  const contradicts = createNeighbourSuspicion()
  let picture = draw()
  const { listHistory, putHistory } = options.store
  const history = createHistory(
    Date.now,
    listHistory && putHistory
      ? (at) => createHistoryDisk({ store: { listHistory, putHistory }, quietInMs, at, now: Date.now, failed })
      : undefined,
  )
  const feed = createFeed<PictureEvent>({
    limit: keptChanges,
    whole: () => ({ type: 'snapshot', snapshot: picture }),
  })
  const looking = coalesce({ delayMs: lookingDelayMs, work: lookAround, failed })
  const drawing = coalesce({ delayMs: intervals.gather, work: redraw, failed })
  const fdb = createFdbWatch({ sources, picture: () => picture, links: () => links.links, pollMs, failed })
  const traffic = createTrafficWatch({
    sources,
    endpoints: () => Object.values(picture.endpoints),
    insides: () => insideCables(picture),
    pollMs,
    failed,
  })

  function draw(): Snapshot {
    const host = { name: hostname(), kernel: release(), ruleCount: firewall.ruleCount }
    const drawn = drawPicture({
      records,
      ground,
      links: links.links,
      docker: docker.things,
      positions,
      host,
    })
    return { ...drawn, drift: drift.views(drawn) }
  }

  function redraw() {
    const before = picture
    picture = draw()
    const change = diffSnapshots(before, picture)
    if (!change) return
    feed.append({ type: 'change', change })
    history.note(before, change, quietInMs() === 0)
    if (namesAnything(change)) for (const one of [firewall, firewall6]) one.pictureChanged()
    fdb.pictureChanged()
    followIpv6(Object.values(picture.networks).some(hasIpv6))
  }

  /** ip6tables is read where a network needs it. */
  function followIpv6(isNeeded: boolean) {
    if (isNeeded) letGo6 ??= following6.hold()
    else {
      letGo6?.then((end) => end()).catch(() => undefined)
      letGo6 = undefined
    }
    letGo6?.catch(failed)
  }

  /** Routes come and go without a link that changes: a VPN is switched on, somebody adds one. */
  function lookAround() {
    const seen = sources.readGround?.() ?? []
    if (isDeepStrictEqual(seen, ground)) return
    ground = seen
    drawing.soon()
  }

  function linksChanged(names: readonly string[]) {
    looking.soon()
    drawing.soon()
    fdb.pictureChanged()
    if (names.some((name) => isOurs(name))) drift.glance()
  }

  function isOurs(name: string): boolean {
    if (links.links.get(name)?.alias?.startsWith('patchbay:')) return true
    const devices = Object.values(picture.networks).flatMap(({ device, parent }) => [device, parent])
    return devices.includes(name) || Object.values(picture.endpoints).some((endpoint) => endpoint.hostIfname === name)
  }

  function quietInMs(): number {
    if (engine.listOperations().some(({ status }) => status === 'running')) return busyRetryMs
    return Math.max(0, engineActedAt + settlingMs - performance.now())
  }

  function routesChanged({ netnsId }: { readonly netnsId: number | null }) {
    if (netnsId !== null) return sandboxChanged(netnsId)
    looking.soon()
    drift.checkHost()
  }

  /** What happens there while an operation runs, or just after one, is the operation's own doing. */
  function sandboxChanged(netnsId: number) {
    if (isChangedByOthers(netnsId)) drift.check('links')
  }

  function rulesInsideChanged(netnsId: number) {
    if (isChangedByOthers(netnsId)) drift.check('everything')
  }

  function isChangedByOthers(netnsId: number): boolean {
    if (quietInMs() > 0) return false
    return [...links.links.values()].some((link) => link.peerNetnsId === netnsId && link.alias?.startsWith('patchbay:'))
  }

  function neighbourChanged(notice: NeighbourNotice) {
    const isToldOf = Object.keys(picture.drift).some((key) => key.startsWith('neighbour ') || key.startsWith('fdb '))
    if (!isToldOf && !contradicts(notice, picture, links.links)) return
    if (notice.netnsId === null) drift.checkHost()
    else sandboxChanged(notice.netnsId)
  }

  function rulesChanged() {
    drawing.soon()
    drift.glance()
  }

  async function readPositions() {
    positions = await options.store.listPositions()
    drawing.soon()
  }

  /** The firewall can be out of reach (no rights, no kernel support) without taking the picture along. */
  async function startFirewall() {
    return firewall.start().catch((error: unknown) => {
      failed(error)
      return () => undefined
    })
  }

  async function startPicture() {
    const stopListening = engine.subscribe(() => {
      engineActedAt = performance.now()
      drawing.soon()
      drift.glance()
    })
    const stopReading = await startAll([
      links.start,
      startFirewall,
      async () => readPositions().then(() => stopListening),
    ])
    const stopDrift = drift.start()
    const stopRoutes = sources.monitorRoutes?.(routesChanged, drift.checkHost)
    const stopRules = sources.monitorSandboxRules?.(rulesInsideChanged, () => drift.check('everything'))
    const stopNeighbours = sources.monitorNeighbours?.(neighbourChanged, drift.checkHost)
    const stopDocker = docker.start(() => drawing.soon())
    lookAround()
    const stopLooking = repeat(intervals.lookAround, lookAround, failed)
    redraw()
    history.begin(picture)
    return () => {
      history.end()
      stopDocker()
      stopLooking()
      stopDrift()
      stopRoutes?.()
      stopRules?.()
      stopNeighbours?.()
      followIpv6(false)
      stopReading()
      sources.rest().catch(failed)
    }
  }

  const live = createActivity(startPicture, intervals.linger)
  const counting = createActivity(firewall.startCounters, intervals.linger)
  const counting6 = createActivity(() => startAll([following6.hold, firewall6.startCounters]), intervals.linger)
  const learning = createActivity(fdb.start, intervals.linger)
  const measuring = createActivity(traffic.start, intervals.linger)

  /** While the picture and `activity` run, the feed's events until the watcher or the observer ends. */
  function watching<Event>(activity: Activity, feed: Feed<Event>, signal: AbortSignal): AsyncIterable<Event> {
    return during(live, () => during(activity, () => eventsOf(feed.follow(signal))))
  }

  return {
    async *watch(signal, resume) {
      const seen = resume?.epoch === epoch ? resume.version : undefined
      yield* during(live, async function* (): AsyncGenerator<SnapshotEvent> {
        await drawing.flush()
        for await (const { version, event } of feed.follow(signal, seen)) yield { ...event, epoch, version }
      })
    },
    watchTraffic: (signal) => watching(measuring, traffic.feed, signal),
    watchFirewall: (signal, family) =>
      family === 'ipv6' ? watching(counting6, firewall6.feed, signal) : watching(counting, firewall.feed, signal),
    watchFdb: (signal) => watching(learning, fdb.feed, signal),
    picture: () => picture,
    refreshPositions: readPositions,
    automaticRepair: drift.automatic,
    driftKeys: drift.keysOf,
    history,
    async close() {
      for (const one of [feed, firewall.feed, firewall6.feed, fdb.feed, traffic.feed]) one.close()
      for (const activity of [measuring, learning, counting6, following6, counting, live]) activity.close()
      drawing.close()
      drift.close()
      await history.close()
      await sources.rest()
    },
  }
}

/** Cables whose counters are read in the sandbox: macvlan and ipvlan have no end on the host. */
function insideCables({ endpoints, containers }: Snapshot): InsideCable[] {
  return Object.values(endpoints).flatMap(({ id, ifname, hostIfname, containerId }) => {
    const pid = containers[containerId]?.pid ?? null
    return ifname !== null && hostIfname === null && pid !== null ? [{ id, ifname, pid }] : []
  })
}

function hasIpv6({ origin, pools }: NetworkView): boolean {
  return origin === 'patchbay' && pools.some(({ subnet }) => subnet.includes(':'))
}

async function* eventsOf<Event>(versions: AsyncIterable<Versioned<Event>>): AsyncGenerator<Event> {
  for await (const { event } of versions) yield event
}

function recordsOf(engine: ObservedEngine, placeOf: Records['placeOf']): Records {
  return {
    listNetworks: () => engine.listNetworks(),
    listContainers: () => engine.listContainers(),
    listEndpoints: () => engine.listEndpoints(),
    listServices: () => engine.listServices(),
    serviceMembers: (service) => engine.serviceMembers(service),
    listOperations: () => engine.listOperations(),
    dnsNames: (endpoint) => engine.dnsNames(endpoint),
    lease: (endpoint) => engine.lease?.(endpoint),
    publishedPorts: (container) => engine.publishedPorts(container),
    health: (container) => engine.health(container),
    placeOf,
  }
}

/** Entities that rules and MAC addresses are named after came, went or changed. */
function namesAnything({ set, remove }: SnapshotChange): boolean {
  const names = ['networks', 'containers', 'endpoints', 'services'] as const
  return names.some((name) => set[name] !== undefined || remove[name] !== undefined)
}
