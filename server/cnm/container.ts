import type { ContainerId, SandboxId } from './ids'

export interface PortBinding {
  readonly protocol: 'tcp' | 'udp'
  readonly containerPort: number
  /** "0.0.0.0" where the user named none. */
  readonly hostIp: string
  readonly hostPort: number
}

export type ContainerStatus = 'created' | 'running' | 'exited' | 'dead'

export interface ContainerState {
  readonly status: ContainerStatus
  readonly pid: number | null
  readonly exitCode: number | null
  readonly oomKilled: boolean
  readonly error: string
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
}

/** A container of Patchbay's own: what runs, and how it is limited. */
export interface Container {
  readonly id: ContainerId
  readonly name: string
  /** As the user named it, "busybox:latest". */
  readonly image: string
  readonly imageId: string
  /** Argument list; never a shell string. */
  readonly command: readonly string[]
  readonly env: readonly string[]
  readonly workingDir: string
  readonly user: string
  readonly hostname: string
  readonly domainname: string
  readonly labels: Readonly<Record<string, string>>
  /** "default", a network's name, "host" or "none". */
  readonly networkMode: string
  readonly ports: readonly PortBinding[]
  readonly dns: readonly string[]
  readonly dnsSearch: readonly string[]
  readonly extraHosts: Readonly<Record<string, string>>
  /** Upper bound of processes; null: none. */
  readonly pidsLimit: number | null
  /** Bytes; null: none. */
  readonly memoryBytes: number | null
  readonly capAdd: readonly string[]
  readonly capDrop: readonly string[]
  readonly autoRemove: boolean
  /** The network stack it has while it runs. */
  readonly sandbox: Sandbox | null
  readonly state: ContainerState
  readonly createdAt: Date
}

/** A container's network stack: a network namespace with a resolver in it. */
export interface Sandbox {
  readonly id: SandboxId
  /** Path of the namespace: `$PATCHBAY_RUN_DIR/netns/<first 12 of the id>`; "host" for the host's own. */
  readonly key: string
}
