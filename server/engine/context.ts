import type { PortProtocol, Sandbox } from '../cnm/container'
import { createId } from '../cnm/ids'
import type { DriverRegistry } from '../drivers/registry'
import type { HostBefore } from '../firewall/base'
import type { Kernel } from '../kernel/contract'
import type { ListeningPort, PortHolder } from '../kernel/listeners'
import type { Runtime } from '../runtime/contract'
import type { Store } from '../store/contract'
import type { AddressTurns } from './address-turns'
import type { DefaultPools } from './default-pools'
import type { Description } from './describe'
import type { Execs } from './execs'
import type { HealthChecks } from './health'
import type { Locks } from './lock'
import type { NameTables } from './names'
import type { Journal } from './operations'
import type { Records } from './records'
import type { Restarts } from './restarts'
import type { SandboxPool } from './sandboxes'
import type { Services } from './services'
import type { SharedObjects } from './shared-objects'

/** What every change of the engine works with; built once in engine.ts. */
export interface EngineContext {
  readonly records: Records
  readonly store: Store
  readonly journal: Journal
  readonly kernel: Kernel
  readonly runtime: Runtime
  readonly drivers: DriverRegistry
  readonly description: Description
  readonly locks: Locks
  readonly execs: Execs
  readonly names: NameTables
  readonly sandboxes: SandboxPool
  readonly services: Services
  readonly shared: SharedObjects
  readonly restarts: Restarts
  readonly health: HealthChecks
  readonly planned: PlannedIds
  /** The port that was given last, by address, protocol and range. */
  readonly portTurns: Map<string, number>
  readonly addressTurns: AddressTurns
  readonly defaultPools: DefaultPools
  readonly host: HostContext
}

/** What the engine has to know of the host. */
export interface HostContext {
  readonly name: string
  /** What the host was like before Patchbay first started on it. */
  readonly before: () => HostBefore
  /** Writes it down, over restarts. */
  readonly remember: (before: HostBefore) => Promise<void>
  /** Ten hexadecimal digits that this host's own IPv6 subnets are made from; chosen by chance once. */
  readonly globalId: () => Promise<string>
  readonly resolvConf: () => string
  /** The host's own /etc/hosts. */
  readonly hostsFile: () => string
  readonly listeningPorts: () => Promise<readonly ListeningPort[]>
  /** Undefined where it cannot be found. */
  readonly portHolder: (protocol: PortProtocol, port: number) => Promise<PortHolder | undefined>
  /** IPv4 addresses of the daemon's namespace. */
  readonly addresses: () => readonly string[]
}

/**
 * Ids that a plan has shown and the change that follows it shall use, so that the commands that a
 * person saw are the commands that run.
 */
export class PlannedIds {
  private readonly ids = new Map<string, string>()

  /** The id planned under this key, or a fresh one; `consume` when the change really runs. */
  take<Id extends string>(key: string, consume: boolean): Id {
    const id = (this.ids.get(key) ?? createId<Id>()) as Id
    this.ids.delete(key)
    if (!consume) this.ids.set(key, id)
    for (const oldest of this.ids.keys()) {
      if (this.ids.size <= 500) break
      this.ids.delete(oldest)
    }
    return id
  }
}

/** The sandbox of host networking: no namespace of its own. */
export function hostSandbox(id: Sandbox['id']): Sandbox {
  return { id, key: 'host' }
}
