import { randomBytes } from 'node:crypto'
import type { Endpoint } from '../cnm/endpoint'
import type { ContainerId, ServiceId } from '../cnm/ids'
import type { Queries } from '../dns/contract'
import type { DriverRegistry } from '../drivers/registry'
import type { HostBefore } from '../firewall/base'
import type { DefaultPoolInput } from '../ipam/pools'
import type { Kernel } from '../kernel/contract'
import type { Runtime } from '../runtime/contract'
import type { Store } from '../store/contract'
import { AddressTurns } from './address-turns'
import { note } from './change'
import { createContainer, renameContainer, runContainer } from './container-create'
import { removeContainer, stopContainer } from './container-end'
import { handleExit, startAgain } from './container-exit'
import { createContainerFilesystem } from './container-files'
import { killContainer, runningContainer } from './container-kill'
import { pauseContainer, unpauseContainer } from './container-pause'
import { restartContainer, startContainer } from './container-start'
import { updateContainer } from './container-update'
import { type EngineContext, type HostContext, PlannedIds } from './context'
import type { Engine, EngineEvent } from './contract'
import { DefaultPools, updateDefaultPools } from './default-pools'
import { Description } from './describe'
import { shapingBounds } from './endpoint-shaping'
import { updateEndpoint } from './endpoint-update'
import { connect, disconnect } from './endpoints'
import { Execs } from './execs'
import { HealthChecks, readinessOf } from './health'
import { createImages, sweepImages } from './images'
import { followAllLeases, leaseChanged } from './leases'
import { createLocks } from './lock'
import { dnsNamesOf, NameTables } from './names'
import { driverLacks } from './network-place'
import { updateNetwork } from './network-update'
import { createNetwork, removeNetwork } from './networks'
import { Journal } from './operations'
import { publishedPorts } from './ports'
import { ensurePredefinedNetworks, reconcile, wantedObjects } from './reconcile'
import { Records } from './records'
import { adoptContainers, refreshFiles, settleOperations } from './recovery'
import { Restarts } from './restarts'
import { SandboxPool } from './sandboxes'
import { createService, removeService, serviceTraffic, updateService } from './service-changes'
import { Services } from './services'
import { SharedObjects } from './shared-objects'
import { attach, createExec, exec, resize } from './streams'
import { teardown } from './teardown'
import { openTerminal } from './terminals'
import { readUserRules, updateUserRules } from './user-rules'
import { createVolumes } from './volumes'

export interface EngineParts {
  readonly store: Store
  readonly kernel: Kernel
  readonly runtime: Runtime
  readonly drivers: DriverRegistry
  readonly runDir: string
  readonly hostName: string
  readonly resolvConf: () => string
  readonly hostsFile: () => string
  readonly listeningPorts: HostContext['listeningPorts']
  readonly portHolder: HostContext['portHolder']
  readonly hostAddresses: () => readonly string[]
  /** What automatic subnets are cut from where nobody has set it in the settings; Docker's ranges where absent. */
  readonly defaultPools?: readonly DefaultPoolInput[]
  /** Sandboxes kept ready for the next starts. */
  readonly warmSandboxes: number
  /** The resolver's. */
  readonly queries: Queries
}

/** The engine, and what the composition root wires to the resolver. */
export interface StartedEngine extends Engine {
  readonly names: NameTables
  /** Loads the records, settles what was half done, and brings the kernel to what is wanted. */
  recover(): Promise<void>
  /** Removes from the kernel everything that Patchbay made, and stops its containers. Instead of `recover`. */
  teardown(): Promise<{ containers: number; objects: number }>
}

export function createEngine(parts: EngineParts): StartedEngine {
  const ctx = createContext(parts)
  parts.runtime.onExit((event) => {
    handleExit(ctx, event).catch((error: unknown) => console.error('after the end of a container:', error))
  })
  const stopLeases = parts.kernel.onLease((id) => void leaseChanged(ctx, id))
  return {
    names: ctx.names,
    recover: () => recover(ctx),
    teardown: () => tearDown(ctx),
    listNetworks: () => [...ctx.records.networks.values()],
    findNetwork: (reference) => ctx.records.findNetwork(reference),
    getNetwork: (reference) => ctx.records.getNetwork(reference),
    createNetwork: (input, options) => createNetwork(ctx, input, options),
    removeNetwork: (reference, options) => removeNetwork(ctx, reference, options),
    updateNetwork: (reference, input, options) => updateNetwork(ctx, reference, input, options),
    updateEndpoint: (joint, input, options) => updateEndpoint(ctx, joint, input, options),
    connect: (input, options) => connect(ctx, input, options),
    disconnect: (input, options) => disconnect(ctx, input, options),
    defaultPools: () => ctx.defaultPools.view(),
    updateDefaultPools: (pools, options) => updateDefaultPools(ctx, pools, options),
    listServices: () => [...ctx.records.services.values()],
    getService: (reference) => ctx.records.getService(reference),
    createService: (input, options) => createService(ctx, input, options),
    updateService: (reference, input, options) => updateService(ctx, reference, input, options),
    removeService: (reference, options) => removeService(ctx, reference, options),
    serviceMembers: ({ id }) => ctx.services.of(id as ServiceId).members,
    serviceTraffic: (reference) => serviceTraffic(ctx, reference),
    listContainers: () => [...ctx.records.containers.values()],
    getContainer: (reference) => ctx.records.getContainer(reference),
    createContainer: (input, options) => createContainer(ctx, input, options),
    runContainer: (input, options) => runContainer(ctx, input, options),
    startContainer: (reference, options) => startContainer(ctx, reference, options),
    stopContainer: (reference, options) => stopContainer(ctx, reference, options),
    restartContainer: (reference, options) => restartContainer(ctx, reference, options),
    removeContainer: (reference, options) => removeContainer(ctx, reference, options),
    pauseContainer: (reference, options) => pauseContainer(ctx, reference, options),
    unpauseContainer: (reference, options) => unpauseContainer(ctx, reference, options),
    updateContainer: (reference, input, options) => updateContainer(ctx, reference, input, options),
    health: (container) => ctx.health.of(container),
    stats: (reference) => ctx.runtime.stats(ctx.records.getContainer(reference).id),
    listProcesses: async (reference, options) =>
      ctx.runtime.listProcesses(runningContainer(ctx, reference).id, options),
    limitWarnings: (container) => ctx.runtime.limitWarnings(container),
    renameContainer: (reference, name, options) => renameContainer(ctx, reference, name, options),
    killContainer: (reference, signal) => killContainer(ctx, reference, signal),
    attach: (reference, options) => attach(ctx, reference, options),
    resize: (reference, size) => resize(ctx, reference, size),
    exec: (reference, command, options) => exec(ctx, reference, command, options),
    createExec: (reference, input) => createExec(ctx, reference, input),
    startExec: (id, options = {}) => ctx.execs.start(id, options),
    getExec: (id) => ctx.execs.get(id),
    listExecs: (reference) => ctx.execs.list(ctx.records.getContainer(reference).id),
    resizeExec: (id, size) => ctx.execs.resize(id, size),
    openTerminal: (reference, input, options) => openTerminal(ctx, reference, input, options),
    logs: async (reference, options) => ctx.runtime.logs(ctx.records.getContainer(reference).id, options),
    listEndpoints: () => [...ctx.records.endpoints.values()],
    dnsNames: (endpoint) => dnsNames(ctx, endpoint),
    lease: (endpoint) => ctx.kernel.leases.get(endpoint.id),
    publishedPorts,
    listNames: (reference) => ctx.names.list(ctx.records.getContainer(reference)),
    queries: parts.queries,
    listImages: () => ctx.runtime.listImages(),
    images: createImages(ctx),
    files: createContainerFilesystem(ctx),
    volumes: createVolumes(ctx),
    listOperations: () => ctx.journal.list(),
    driverLacks: () => driverLacks(ctx),
    shapingBounds: (network) => shapingBounds(ctx, network),
    userRules: (family) => readUserRules(ctx, family),
    updateUserRules: (input, options) => updateUserRules(ctx, input, options),
    note: (what, work, { actor }) => note(ctx, { ...what, actor }, work),
    wanted: () => wantedObjects(ctx),
    reconcile: ({ actor, dryRun, keys }) =>
      reconcile(ctx, { actor, ...(dryRun ? { dryRun } : {}), ...(keys ? { keys } : {}) }),
    subscribe: (listener) => ctx.journal.subscribe(listener),
    close: async () => {
      stopLeases()
      ctx.restarts.close()
      ctx.health.close()
      ctx.services.close()
      await ctx.sandboxes.close()
      await ctx.shared.close()
      await ctx.journal.flush()
    },
  }
}

function createContext(parts: EngineParts): EngineContext {
  const records = new Records()
  const journal = new Journal(parts.store, records)
  const host = new Host(parts)
  const health = new HealthChecks(
    records,
    (id, command, timeoutMs) => parts.runtime.exec(id, command, { timeoutMs }),
    (event) => journal.announce(event),
  )
  const names = new NameTables({
    records,
    health: (container) => readinessOf(health.of(container)),
    lent: ({ id }) => parts.kernel.leases.get(id)?.nameServers ?? [],
    resolvConf: host.resolvConf,
  })
  journal.subscribe(() => names.forget())
  journal.subscribe((event) => {
    if (event.type === 'container') health.follow(event.id as ContainerId)
  })
  const addressTurns = new AddressTurns(records)
  journal.subscribe((event) => {
    if (event.type === 'endpoint') addressTurns.note(event.id)
  })
  const shared = new SharedObjects(parts.kernel, records, parts.drivers, () => host.before())
  journal.subscribe((event) => {
    if (event.type === 'network' || event.type === 'container' || event.type === 'endpoint') {
      shared.note(event.type, event.id)
    }
  })
  const base = {
    records,
    shared,
    restarts: new Restarts(),
    health,
    store: parts.store,
    journal,
    kernel: parts.kernel,
    runtime: parts.runtime,
    drivers: parts.drivers,
    description: new Description(records, parts.drivers),
    locks: createLocks(),
    execs: new Execs(parts.runtime),
    names,
    sandboxes: new SandboxPool(parts.kernel, parts.runDir, parts.warmSandboxes),
    planned: new PlannedIds(),
    portTurns: new Map(),
    addressTurns,
    defaultPools: new DefaultPools(parts.store, parts.defaultPools ?? [], () => host.globalId()),
    host,
  }
  const services = new Services(base)
  journal.subscribe((event) => {
    if (affectsServices(event)) services.soon()
  })
  return { ...base, services }
}

function affectsServices({ type }: EngineEvent): boolean {
  return type === 'container' || type === 'endpoint' || type === 'network' || type === 'health'
}

async function recover(ctx: EngineContext): Promise<void> {
  await load(ctx)
  await rememberHost(ctx)
  const left = await settleOperations(ctx)
  await adoptContainers(ctx)
  await refreshFiles(ctx, left)
  ctx.services.lookAtAll()
  await reconcile(ctx, { actor: 'patchbay', leftovers: true })
  await followAllLeases(ctx)
  await ensurePredefinedNetworks(ctx)
  await sweepImages(ctx)
  ctx.sandboxes.refill()
  for (const id of ctx.records.containers.keys()) ctx.health.follow(id)
  startAgain(ctx)
}

async function tearDown(ctx: EngineContext): Promise<{ containers: number; objects: number }> {
  await load(ctx)
  const known = await ctx.store.getSetting('host.before')
  if (known) await ctx.host.remember(JSON.parse(known) as HostBefore)
  await settleOperations(ctx)
  return teardown(ctx)
}

async function load(ctx: EngineContext): Promise<void> {
  ctx.description.features = await ctx.kernel.features()
  const { networks, containers, endpoints, services } = await ctx.store.load()
  ctx.records.apply({
    putNetworks: networks,
    putContainers: containers,
    putEndpoints: endpoints,
    putServices: services,
  })
  await ctx.journal.load()
  await ctx.defaultPools.load()
}

/** Writes down, once, what the host was like before. */
async function rememberHost(ctx: EngineContext): Promise<void> {
  const known = await ctx.store.getSetting('host.before')
  const facts = await ctx.kernel.facts()
  const before: HostBefore = known
    ? (JSON.parse(known) as HostBefore)
    : {
        forwarding: facts.forwarding,
        forwardPolicy: await ctx.kernel.forwardPolicy('ipv4'),
        bridgedTraffic: facts.bridgedTraffic ?? false,
      }
  await ctx.host.remember(before)
}

class Host implements HostContext {
  readonly name: string
  readonly resolvConf: () => string
  readonly hostsFile: () => string
  readonly listeningPorts: HostContext['listeningPorts']
  readonly portHolder: HostContext['portHolder']
  readonly addresses: () => readonly string[]
  private readonly store: Store
  private known: HostBefore = { forwarding: true, forwardPolicy: 'ACCEPT' }

  constructor(parts: EngineParts) {
    this.store = parts.store
    this.name = parts.hostName
    this.resolvConf = parts.resolvConf
    this.hostsFile = parts.hostsFile
    this.listeningPorts = parts.listeningPorts
    this.portHolder = parts.portHolder
    this.addresses = parts.hostAddresses
  }

  before(): HostBefore {
    return this.known
  }

  async remember(before: HostBefore): Promise<void> {
    await this.store.putSetting('host.before', JSON.stringify(before))
    this.known = before
  }

  async globalId(): Promise<string> {
    const known = await this.store.getSetting('host.globalId')
    if (known) return known
    const chosen = randomBytes(5).toString('hex')
    await this.store.putSetting('host.globalId', chosen)
    return chosen
  }
}

function dnsNames(ctx: EngineContext, endpoint: Endpoint): readonly string[] {
  const container = ctx.records.containers.get(endpoint.containerId)
  const network = ctx.records.networks.get(endpoint.networkId)
  return container && network ? dnsNamesOf(container, endpoint, network) : []
}
