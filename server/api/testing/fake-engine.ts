import type { Family } from '../../cnm/address'
import { type Container, createdState, defaultContainerOptions } from '../../cnm/container'
import { type Endpoint, plainRequest } from '../../cnm/endpoint'
import { PatchbayError } from '../../cnm/errors'
import {
  type ContainerId,
  createId,
  type EndpointId,
  type NetworkId,
  type OperationId,
  type ServiceId,
} from '../../cnm/ids'
import { type Network, plainNetwork } from '../../cnm/network'
import type { Operation, OperationVerb } from '../../cnm/operation'
import { type Sentence, sentence } from '../../cnm/sentence'
import type { Service } from '../../cnm/service'
import type {
  Change,
  ChangeOptions,
  Engine,
  NetworkUpdateInput,
  Noted,
  UserRules,
  UserRulesInput,
} from '../../engine/contract'
import type { DefaultPoolInput } from '../../ipam/pools'
import type { LogLine } from '../../runtime/contract'

const createdAt = new Date('2026-01-02T03:04:05.000Z')

/** Records in memory, no kernel: just enough for the faces in front of an engine. */
export class FakeEngine implements Engine {
  readonly networks = new Map<string, Network>()
  readonly containers = new Map<string, Container>()
  readonly endpoints = new Map<string, Endpoint>()
  readonly lacks = new Map<string, Sentence | null>()
  logLines: LogLine[] = []
  /** Thrown by the next change. */
  failure: unknown
  lastActor = ''

  get volumes(): never {
    throw new Error('the fake engine has no volumes')
  }

  get files(): never {
    throw new Error('the fake engine has no files')
  }

  get images(): never {
    throw new Error('the fake engine does not change images')
  }

  async shapingBounds() {
    return {
      lacks: { bitsPerSecond: null, delayMs: sentence`this kernel has no delay`, lossPercent: null },
      mtu: 1500,
    }
  }

  async driverLacks() {
    return this.lacks
  }

  listNetworks() {
    return [...this.networks.values()]
  }

  findNetwork(reference: string) {
    return this.listNetworks().find(({ id, name }) => id === reference || name === reference)
  }

  getNetwork(reference: string) {
    const network = this.findNetwork(reference)
    if (network) return network
    throw new PatchbayError('not-found', `network ${reference} not found`, { field: 'network' })
  }

  async createNetwork({ name, driver = 'bridge' }: { name: string; driver?: string }, options: ChangeOptions) {
    this.#fail()
    if (this.findNetwork(name)) {
      throw new PatchbayError('conflict', `network ${name} exists already`, { field: 'name', data: { name } })
    }
    const network = fakeNetwork(name, driver)
    if (!options.dryRun) this.networks.set(network.id, network)
    return this.#change('network.create', network, options)
  }

  async removeNetwork(reference: string, options: ChangeOptions) {
    this.#fail()
    const network = this.getNetwork(reference)
    if (!options.dryRun) this.networks.delete(network.id)
    return this.#change('network.remove', network, options)
  }

  async connect({ network, container }: { network: string; container: string }, options: ChangeOptions) {
    const endpoint = fakeEndpoint(this.getNetwork(network).id, this.getContainer(container).id)
    if (!options.dryRun) this.endpoints.set(endpoint.id, endpoint)
    return this.#change('network.connect', endpoint, options)
  }

  async disconnect({ network, container }: { network: string; container: string }, options: ChangeOptions) {
    const [networkId, containerId] = [this.getNetwork(network).id, this.getContainer(container).id]
    const endpoint = this.listEndpoints().find((one) => one.networkId === networkId && one.containerId === containerId)
    if (!endpoint) throw new PatchbayError('not-found', `${container} is not connected to ${network}`)
    if (!options.dryRun) this.endpoints.delete(endpoint.id)
    return this.#change('network.disconnect', endpoint, options)
  }

  async updateNetwork(reference: string, input: NetworkUpdateInput, options: ChangeOptions) {
    const network = { ...this.getNetwork(reference), ...(input as Partial<Network>) }
    if (!options.dryRun) this.networks.set(network.id, network)
    return this.#change('network.update', network, options)
  }

  async updateEndpoint(
    { network, container }: { network: string; container: string },
    input: { aliases?: string[] },
    options: ChangeOptions,
  ) {
    const [networkId, containerId] = [this.getNetwork(network).id, this.getContainer(container).id]
    const known = fakeEndpoint(networkId, containerId)
    const endpoint = { ...known, requested: { ...known.requested, ...input } as Endpoint['requested'] }
    if (!options.dryRun) this.endpoints.set(endpoint.id, endpoint)
    return this.#change('endpoint.update', endpoint, options)
  }

  lease() {
    return undefined
  }

  pools: readonly DefaultPoolInput[] = []

  async defaultPools() {
    return { origin: 'setting' as const, named: this.pools, inEffect: this.pools }
  }

  async updateDefaultPools(pools: readonly DefaultPoolInput[], options: ChangeOptions) {
    if (!options.dryRun) this.pools = pools
    return this.#change('host.update', await this.defaultPools(), options)
  }

  listContainers() {
    return [...this.containers.values()]
  }

  getContainer(reference: string) {
    const container = this.listContainers().find(({ id, name }) => id === reference || name === reference)
    if (container) return container
    throw new PatchbayError('not-found', `container ${reference} not found`, { field: 'container' })
  }

  async createContainer({ name = 'quiet_jack' }: { name?: string }, options: ChangeOptions) {
    const container = fakeContainer(name)
    if (!options.dryRun) this.containers.set(container.id, container)
    return this.#change('container.create', container, options)
  }

  async runContainer(input: { name?: string }, options: ChangeOptions) {
    const { result } = await this.createContainer(input, options)
    return this.startContainer(result.id, options)
  }

  async startContainer(reference: string, options: ChangeOptions) {
    const container: Container = {
      ...this.getContainer(reference),
      state: { ...createdState, status: 'running', pid: 4711, startedAt: createdAt },
    }
    this.containers.set(container.id, container)
    return this.#change('container.start', container, options)
  }

  async stopContainer(reference: string, options: ChangeOptions) {
    return this.#change('container.stop', this.getContainer(reference), options)
  }

  async restartContainer(reference: string, options: ChangeOptions) {
    return this.#change('container.restart', this.getContainer(reference), options)
  }

  async pauseContainer(reference: string, options: ChangeOptions) {
    return this.#change('container.pause', this.getContainer(reference), options)
  }

  async unpauseContainer(reference: string, options: ChangeOptions) {
    return this.#change('container.unpause', this.getContainer(reference), options)
  }

  async updateContainer(reference: string, _: unknown, options: ChangeOptions) {
    return this.#change('container.update', this.getContainer(reference), options)
  }

  async userRules(family: Family): Promise<UserRules> {
    return { family, rules: [] }
  }

  async updateUserRules({ family, rules }: UserRulesInput, options: ChangeOptions) {
    return this.#change('firewall.update', { family, rules, name: 'PATCHBAY-USER', id: family }, options)
  }

  lastNoted: Noted | undefined

  async note<Result>(what: Noted, work: () => Promise<Result>, { actor }: { actor: string }): Promise<Result> {
    this.lastActor = actor
    this.lastNoted = what
    return work()
  }

  health() {
    return undefined
  }

  async stats() {
    return undefined
  }

  async listProcesses() {
    return { titles: ['PID'], processes: [] }
  }

  limitWarnings() {
    return []
  }

  async renameContainer(reference: string, name: string, options: ChangeOptions) {
    const container = { ...this.getContainer(reference), name }
    if (!options.dryRun) this.containers.set(container.id, container)
    return this.#change('container.rename', container, options)
  }

  async killContainer(reference: string): Promise<number> {
    this.getContainer(reference)
    return 9
  }

  async removeContainer(reference: string, options: ChangeOptions) {
    const container = this.getContainer(reference)
    if (!options.dryRun) this.containers.delete(container.id)
    return this.#change('container.remove', container, options)
  }

  async exec(_reference: string, command: readonly string[]) {
    return { exitCode: 0, stdout: `${command.join(' ')}\n`, stderr: '' }
  }

  async attach(): Promise<never> {
    return this.createExec()
  }

  async resize(): Promise<void> {}

  createExec(): never {
    throw new Error('the fake engine runs no commands')
  }

  async startExec(): Promise<never> {
    return this.createExec()
  }

  getExec(): never {
    return this.createExec()
  }

  listExecs() {
    return []
  }

  async resizeExec(): Promise<void> {}

  async openTerminal(): Promise<never> {
    return this.createExec()
  }

  async logs(reference: string, { tail }: { tail?: number }): Promise<AsyncIterable<LogLine>> {
    this.getContainer(reference)
    return each(tail === undefined ? this.logLines : this.logLines.slice(-tail))
  }

  listEndpoints() {
    return [...this.endpoints.values()]
  }

  dnsNames(endpoint: Endpoint) {
    return [this.getContainer(endpoint.containerId).name]
  }

  publishedPorts() {
    return []
  }

  async listImages() {
    const config = {
      ...{ entrypoint: [], command: ['sh'], env: [], workingDir: '', user: '', labels: {} },
      ...{ exposedPorts: [], volumes: [], stopSignal: null, healthcheck: null },
    }
    return [{ id: 'sha256:00', tags: ['busybox:latest'], createdAt, sizeBytes: 1, config }]
  }

  listNames(reference: string): ReturnType<Engine['listNames']> {
    this.getContainer(reference)
    return []
  }

  readonly queries: Engine['queries'] = {
    async *watch() {
      yield { queries: [], missed: 0 }
    },
  }

  listServices() {
    return []
  }

  getService(reference: string): Service {
    throw new PatchbayError('not-found', `service ${reference} does not exist`, { field: 'service' })
  }

  async createService(_: unknown, options: ChangeOptions) {
    return this.#change('service.create', fakeService, options)
  }

  async updateService(_: string, __: unknown, options: ChangeOptions) {
    return this.#change('service.update', fakeService, options)
  }

  async removeService(_: string, options: ChangeOptions) {
    return this.#change('service.remove', fakeService, options)
  }

  serviceMembers() {
    return []
  }

  async serviceTraffic() {
    return []
  }

  listOperations() {
    return []
  }

  wanted() {
    return []
  }

  async reconcile(options: ChangeOptions) {
    return this.#change('host.reconcile', { steps: 0 }, options)
  }

  subscribe() {
    return () => undefined
  }

  async close() {}

  #fail(): void {
    const { failure } = this
    this.failure = undefined
    if (failure !== undefined) throw failure
  }

  #change<Result>(verb: OperationVerb, result: Result, { actor, dryRun }: ChangeOptions): Change<Result> {
    this.lastActor = actor
    const commands = [`# ${verb}`]
    return { result, operation: dryRun ? null : fakeOperation(verb, actor, commands), commands, interruptions: [] }
  }
}

function fakeOperation(verb: OperationVerb, actor: string, commands: string[]): Operation {
  return {
    id: createId<OperationId>(),
    verb,
    subjects: [],
    records: {},
    actor,
    status: 'done',
    commands,
    error: null,
    startedAt: createdAt,
    durationMs: 1,
  }
}

function fakeNetwork(name: string, driver: string): Network {
  return {
    id: createId<NetworkId>(),
    name,
    driver,
    scope: 'local',
    internal: false,
    attachable: true,
    ...plainNetwork,
    pools: [{ subnet: '172.18.0.0/16', gateway: '172.18.0.1', auxAddresses: {} }],
    options: {},
    labels: {},
    colour: 0,
    createdAt,
  }
}

function fakeEndpoint(networkId: NetworkId, containerId: ContainerId): Endpoint {
  return {
    id: createId<EndpointId>(),
    networkId,
    containerId,
    requested: plainRequest,
    assigned: {
      ifname: 'eth0',
      ipv4Address: '172.18.0.2/16',
      gateway: '172.18.0.1',
      isDefaultGateway: true,
      isIpv6DefaultGateway: false,
    },
    createdAt,
  }
}

function fakeContainer(name: string): Container {
  return {
    id: createId<ContainerId>(),
    name,
    image: 'busybox:latest',
    imageId: 'sha256:00',
    command: ['sleep', 'infinity'],
    env: [],
    workingDir: '/',
    user: '',
    hostname: name,
    domainname: '',
    labels: {},
    networkMode: 'default',
    ports: [],
    published: [],
    dns: [],
    dnsSearch: [],
    extraHosts: [],
    pidsLimit: null,
    memoryBytes: null,
    capAdd: [],
    capDrop: [],
    autoRemove: false,
    options: defaultContainerOptions,
    sandbox: null,
    state: createdState,
    createdAt,
  }
}

async function* each(lines: readonly LogLine[]): AsyncGenerator<LogLine> {
  yield* lines
}

const fakeService: Service = {
  id: 's'.repeat(64) as ServiceId,
  name: 'shop',
  networkId: 'n'.repeat(64) as Network['id'],
  ports: [],
  members: { containers: [], labels: {}, alias: '', weights: {} },
  affinity: 'none',
  createdAt: new Date(0),
}
