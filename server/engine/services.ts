import { isDeepStrictEqual } from 'node:util'
import type { Container } from '../cnm/container'
import { addressesOf } from '../cnm/endpoint'
import { messageOf } from '../cnm/errors'
import type { ContainerId, NetworkId, ServiceId } from '../cnm/ids'
import { isSelected, type Service, type ServiceMember } from '../cnm/service'
import { diff } from '../plan/diff'
import type { KernelObject } from '../plan/object'
import type { EngineContext } from './context'

/** A service as the rules have it. */
export interface Standing {
  readonly members: readonly ServiceMember[]
  /** All that it has in the kernel. */
  readonly objects: readonly KernelObject[]
  /** Addresses that connections were given to, also before: what they have goes on as long as these are there. */
  readonly targets: readonly string[]
}

const nothing: Standing = { members: [], objects: [], targets: [] }

/**
 * Who answers for the services, and the rules that follow them: containers come and go, fall ill and get well, and the
 * rules are made anew each time, in one transaction a family. Costs nothing where there are no services.
 */
export class Services {
  private readonly ctx: Omit<EngineContext, 'services'>
  private readonly standing = new Map<ServiceId, Standing>()
  /** Containers that are about to end, or to leave a network. */
  private readonly leaving = new Set<ContainerId>()
  private following: Promise<void> | undefined
  /** Only between the first look and the end: before, the rules are not known to be as they were left. */
  private isFollowed = false

  constructor(ctx: Omit<EngineContext, 'services'>) {
    this.ctx = ctx
  }

  /** All that services have in the kernel; with `network`, those on it. */
  objects(network?: NetworkId): KernelObject[] {
    return [...this.ctx.records.services.values()]
      .filter(({ networkId }) => network === undefined || networkId === network)
      .flatMap(({ id }) => this.of(id).objects)
  }

  /** As the rules have it. */
  of(id: ServiceId): Standing {
    return this.standing.get(id) ?? nothing
  }

  /** As it ought to be now. */
  foresee(service: Service): Standing {
    const { records, drivers } = this.ctx
    const network = records.networks.get(service.networkId)
    if (!network) return nothing
    const members = this.membersOf(service)
    const taking = members.flatMap(({ endpointId, weight, out }) => {
      const endpoint = records.endpoints.get(endpointId)
      return endpoint?.assigned && out === null ? [{ endpoint, weight }] : []
    })
    return {
      members,
      objects: drivers.get(network.driver).describeService?.(network, { service, members: taking }) ?? [],
      targets: taking.flatMap(({ endpoint }) => addressesOf(endpoint)).sort(),
    }
  }

  /** What the rules are to be from now on; undefined: it has gone. */
  put(id: ServiceId, standing: Standing | undefined): void {
    if (standing) this.standing.set(id, standing)
    else this.standing.delete(id)
  }

  /** Before the kernel is brought to what is wanted: no rule is changed here. */
  lookAtAll(): void {
    for (const service of this.ctx.records.services.values()) this.put(service.id, this.foresee(service))
    this.isFollowed = true
  }

  /** Something has changed that members may follow from. */
  soon(): void {
    if (this.ctx.records.services.size === 0 || !this.isFollowed) return
    this.following ??= this.followQuietly()
  }

  /** Takes a container out of all services first, then ends it: what is new goes elsewhere already. */
  async whileLeaving<Result>({ id }: Pick<Container, 'id'>, end: () => Promise<Result>): Promise<Result> {
    if (this.ctx.records.services.size === 0) return end()
    this.leaving.add(id)
    try {
      await this.follow().catch(complain)
      return await end()
    } finally {
      this.leaving.delete(id)
      this.soon()
    }
  }

  /** Resolves when the rules are as the members are. */
  async follow(): Promise<void> {
    await this.ctx.locks.run(['services'], async () => {
      for (const service of [...this.ctx.records.services.values()]) await this.followOne(service)
    })
  }

  close(): void {
    this.isFollowed = false
  }

  /** What is told in one turn of the event loop is followed once. */
  private async followQuietly(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    this.following = undefined
    if (this.isFollowed) await this.follow().catch(complain)
  }

  private async followOne(service: Service): Promise<void> {
    const before = this.of(service.id)
    const here = new Set([...this.ctx.records.endpoints.values()].flatMap(addressesOf))
    const after = withPast(this.foresee(service), before, here)
    if (isDeepStrictEqual(before, after)) return
    const plan = diff(after.objects, before.objects)
    this.put(service.id, after)
    this.ctx.journal.announce({ type: 'service', id: service.id })
    if (plan.steps.length > 0) await this.ctx.kernel.apply(plan)
    await this.ctx.kernel.forgetFlows(before.targets.filter((address) => !here.has(address)))
  }

  /** In the order of their names, so that each has its turn in the same order after every change. */
  private membersOf(service: Service): ServiceMember[] {
    const { records } = this.ctx
    return records
      .endpointsOn({ id: service.networkId })
      .flatMap((endpoint) => {
        const container = records.containers.get(endpoint.containerId)
        return container && isSelected(service, container, endpoint) ? [{ container, endpoint }] : []
      })
      .sort((one, other) => (one.container.name < other.container.name ? -1 : 1))
      .map(({ container, endpoint }) => ({
        containerId: container.id,
        endpointId: endpoint.id,
        weight: service.members.weights[container.id] ?? 1,
        out: this.outOf(container),
      }))
  }

  private outOf(container: Container): ServiceMember['out'] {
    if (container.state.status !== 'running') return 'stopped'
    if (this.leaving.has(container.id)) return 'leaving'
    if (container.state.paused) return 'paused'
    const status = this.ctx.health.of(container)?.status ?? 'healthy'
    return status === 'healthy' ? null : status
  }
}

function withPast(after: Standing, before: Standing, here: ReadonlySet<string>): Standing {
  const past = before.targets.filter((address) => here.has(address))
  return { ...after, targets: [...new Set([...after.targets, ...past])].sort() }
}

function complain(error: unknown): void {
  console.error(`rules of services: ${messageOf(error)}`)
}
