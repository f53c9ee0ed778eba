import type { Container } from '../cnm/container'
import type { Network } from '../cnm/network'
import type { Operation } from '../cnm/operation'
import type { Engine, EngineEvent } from '../engine/contract'

export interface DockerEvent {
  readonly Type: 'network' | 'container' | 'image' | 'volume'
  readonly Action: string
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> }
  readonly scope: 'local'
  readonly time: number
  readonly timeNano: number
}

type Attributes = Readonly<Record<string, string>>

/** As many as Docker keeps for those who ask what has been. */
const kept = 256

/**
 * Tells in Docker's words what happens to networks, containers, images and volumes, whoever does it: it knows how they were, and what
 * has changed when an operation ends or a container does.
 */
export class EventLog {
  private readonly engine: Engine
  private readonly networks = new Map<string, Network>()
  private readonly containers = new Map<string, Container>()
  /** By endpoint: the networks that running containers are on. */
  private readonly joined = new Map<string, { networkId: string; containerId: string }>()
  private readonly listeners = new Set<(event: DockerEvent) => void>()
  private past: readonly DockerEvent[] = []
  private readonly stop: () => void

  constructor(engine: Engine) {
    this.engine = engine
    for (const network of engine.listNetworks()) this.networks.set(network.id, network)
    for (const container of engine.listContainers()) this.containers.set(container.id, container)
    for (const { id } of engine.listContainers()) for (const [key, join] of this.joinsOf(id)) this.joined.set(key, join)
    this.stop = engine.subscribe((change) => this.follow(change))
  }

  close(): void {
    this.stop()
  }

  /** Oldest first. */
  list(): readonly DockerEvent[] {
    return this.past
  }

  subscribe(listener: (event: DockerEvent) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** What leaves no trace in the records: a signal, a command inside. */
  tell(containerId: string, Action: string, extra: Attributes = {}): void {
    const container = this.engine.listContainers().find(({ id }) => id === containerId)
    if (container) this.say('container', Action, container.id, { ...attributesOf(container), ...extra })
  }

  private follow(change: EngineEvent): void {
    if (change.type === 'operation') this.followOperation(change.operation)
    if (change.type === 'health') this.tell(change.id, `health_status: ${change.status}`)
    if (change.type === 'image') this.say('image', change.action, change.id, { name: change.name })
    if (change.type === 'volume') this.say('volume', change.action, change.name, { driver: 'local' })
    if (change.type === 'container' && !this.isUp(change.id)) this.sync(change.id)
  }

  private isUp(id: string): boolean {
    return this.engine.listContainers().some((container) => container.id === id && container.sandbox !== null)
  }

  private followOperation({ status, verb, records: { networkId, containerId } }: Operation): void {
    if (status === 'running') return
    if (networkId !== undefined && containerId === undefined) this.syncNetwork(networkId)
    const isDone = status !== 'failed' && status !== 'undone'
    const network = networkId === undefined ? undefined : this.networks.get(networkId)
    if (isDone && network && verb === 'network.update') this.sayNetwork(network, 'update')
    if (containerId === undefined) return
    this.sync(containerId)
    if (!isDone) return
    if (verb === 'container.stop') this.tell(containerId, 'stop')
    if (verb === 'container.update') this.tell(containerId, 'update')
  }

  private syncNetwork(id: string): void {
    const [before, now] = [this.networks.get(id), this.engine.listNetworks().find((network) => network.id === id)]
    if (now) this.networks.set(id, now)
    else this.networks.delete(id)
    if (now && !before) this.sayNetwork(now, 'create')
    if (before && !now) this.sayNetwork(before, 'destroy')
  }

  /** Tells how a container differs from what was known of it. */
  private sync(id: string): void {
    const now = this.engine.listContainers().find((container) => container.id === id)
    const before = this.containers.get(id)
    if (now && !before) this.sayContainer(now, 'create')
    if (now) this.containers.set(id, now)
    else this.containers.delete(id)
    const [ran, runs] = [before?.state.status === 'running', now?.state.status === 'running']
    const ended = now ?? before
    if (ran && !runs && ended) this.sayContainer(ended, 'die', { exitCode: String(ended.state.exitCode ?? 0) })
    this.syncJoins(id)
    if (now && before && now.name !== before.name) this.sayContainer(now, 'rename', { oldName: `/${before.name}` })
    if (now && runs && !ran) this.sayContainer(now, 'start')
    if (now && before && ran && runs && before.state.paused !== now.state.paused) {
      this.sayContainer(now, now.state.paused ? 'pause' : 'unpause')
    }
    if (before && !now) this.sayContainer(before, 'destroy')
  }

  private syncJoins(containerId: string): void {
    const now = this.joinsOf(containerId)
    for (const [key, join] of this.joined) {
      if (join.containerId !== containerId || now.has(key)) continue
      this.joined.delete(key)
      this.sayJoin(join, 'disconnect')
    }
    for (const [key, join] of now) {
      if (this.joined.has(key)) continue
      this.joined.set(key, join)
      this.sayJoin(join, 'connect')
    }
  }

  private joinsOf(containerId: string): Map<string, { networkId: string; containerId: string }> {
    if (!this.isUp(containerId)) return new Map()
    const own = this.engine.listEndpoints().filter((endpoint) => endpoint.containerId === containerId)
    return new Map(own.map(({ id, networkId }) => [id, { networkId, containerId }]))
  }

  private sayJoin({ networkId, containerId }: { networkId: string; containerId: string }, action: string): void {
    const network = this.engine.listNetworks().find(({ id }) => id === networkId) ?? this.networks.get(networkId)
    if (network) this.sayNetwork(network, action, { container: containerId })
  }

  private sayNetwork({ id, name, driver }: Network, action: string, extra: Attributes = {}): void {
    this.say('network', action, id, { ...extra, name, type: driver })
  }

  private sayContainer(container: Container, action: string, extra: Attributes = {}): void {
    this.say('container', action, container.id, { ...attributesOf(container), ...extra })
  }

  private say(Type: DockerEvent['Type'], Action: string, ID: string, attributes: Attributes): void {
    const ms = Date.now()
    const event: DockerEvent = {
      // As clients of old read it.
      ...(Type === 'container' ? { status: Action, id: ID, from: attributes.image } : {}),
      ...{ Type, Action, Actor: { ID, Attributes: attributes }, scope: 'local' },
      ...{ time: Math.floor(ms / 1000), timeNano: ms * 1e6 },
    }
    this.past = [...this.past, event].slice(-kept)
    for (const listener of this.listeners) listener(event)
  }
}

function attributesOf({ image, name, labels }: Container): Attributes {
  return { ...labels, image, name }
}
