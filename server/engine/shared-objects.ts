import { messageOf } from '../cnm/errors'
import type { ContainerId, NetworkId } from '../cnm/ids'
import type { DriverRegistry } from '../drivers/registry'
import type { HostBefore } from '../firewall/base'
import type { Kernel } from '../kernel/contract'
import { diff } from '../plan/diff'
import type { KernelObject } from '../plan/object'
import { emptyPlan, type Plan } from '../plan/plan'
import type { RecordChange } from '../store/contract'
import { describeShared, isShared } from './policies'
import { Records } from './records'

/**
 * Keeps what several records share in the kernel: the rules of policies name containers that come and go by changes of
 * their own. One after another, each from the records as they are when its turn comes, so that changes that run side by
 * side cannot plan past each other.
 */
export class SharedObjects {
  private readonly kernel: Kernel
  private readonly records: Records
  private readonly drivers: DriverRegistry
  private readonly before: () => HostBefore
  /** What is there; undefined before the kernel was brought to the records once, and after the end. */
  private present: readonly KernelObject[] | undefined
  /** Networks and containers that there is something to share for; mostly none, and then nothing is worked out. */
  private readonly needy = new Set<string>()
  private turn: Promise<unknown> = Promise.resolve()
  private timer: NodeJS.Timeout | undefined

  constructor(kernel: Kernel, records: Records, drivers: DriverRegistry, before: () => HostBefore) {
    this.kernel = kernel
    this.records = records
    this.drivers = drivers
    this.before = before
  }

  /** What these changes of records, all of them together, will bring; for people, nothing is reserved. */
  planFor(...changes: readonly RecordChange[]): Plan {
    const { present = [] } = this
    if (this.isIdle() && !changes.some((change) => isShared(change, this.drivers))) return emptyPlan
    const after = Records.copyOf(this.records)
    for (const change of changes) after.apply(change)
    return diff(describeShared(after, this.drivers, this.before()), present)
  }

  /** Brings the kernel to what the records say now. Throws ApplyError, and then all is as it was. */
  sync(): Promise<void> {
    return this.inTurn(async () => {
      if (this.present === undefined || this.isIdle()) return
      const wanted = this.describe()
      const plan = diff(wanted, this.present)
      if (plan.steps.length > 0) await this.kernel.apply(plan)
      this.present = wanted
    })
  }

  /** A record is another now. What nobody waits for (a container ended by itself) follows by itself; who waits goes first. */
  note(type: 'network' | 'container' | 'endpoint', id: string): void {
    if (type !== 'endpoint') this.weigh(id)
    if (this.present === undefined || this.isIdle()) return
    this.timer ??= setTimeout(() => {
      this.timer = undefined
      void this.sync().catch((error: unknown) => console.error(`rules of policies: ${messageOf(error)}`))
    }, 20)
  }

  /** Runs what brings the whole kernel to the records, with everything else held back. */
  whileHeld<Result>(repair: () => Promise<Result>): Promise<Result> {
    return this.inTurn(async () => {
      const result = await repair()
      for (const id of [...this.records.networks.keys(), ...this.records.containers.keys()]) this.weigh(id)
      this.present = this.describe()
      return result
    })
  }

  async close(): Promise<void> {
    clearTimeout(this.timer)
    await this.inTurn(async () => {
      this.present = undefined
    })
  }

  private isIdle(): boolean {
    return this.needy.size === 0 && (this.present ?? []).length === 0
  }

  private weigh(id: string): void {
    const network = this.records.networks.get(id as NetworkId)
    const container = this.records.containers.get(id as ContainerId)
    const change = { putNetworks: network ? [network] : [], putContainers: container ? [container] : [] }
    if (isShared(change, this.drivers)) this.needy.add(id)
    else this.needy.delete(id)
  }

  private describe(): KernelObject[] {
    return describeShared(this.records, this.drivers, this.before())
  }

  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const mine = this.turn.then(work)
    this.turn = mine.catch(() => undefined)
    return mine
  }
}
