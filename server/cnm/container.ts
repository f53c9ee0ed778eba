import type { ContainerId, SandboxId } from './ids'
import type { Policy } from './policy'
import { type Said, type Sentence, sentence } from './sentence'

export type PortProtocol = 'tcp' | 'udp' | 'sctp'

/** A port of a container's that is to be reached through the host, as the user asked. */
export interface PortRequest {
  readonly protocol: PortProtocol
  readonly containerPort: number
  /** "" where the user named none: every address. */
  readonly hostIp: string
  /** 0: one of the host's choice, at each start anew. */
  readonly hostPort: number
  /** Last of a range that the host port is chosen from; absent: `hostPort` alone. */
  readonly hostPortEnd?: number
}

/** A port of the host's that leads to a container now. */
export interface PortBinding {
  readonly protocol: PortProtocol
  readonly containerPort: number
  /** "0.0.0.0" for every IPv4 address, "::" for every IPv6 one. */
  readonly hostIp: string
  readonly hostPort: number
}

export type ContainerStatus = 'created' | 'running' | 'exited' | 'dead'

/** Within sentences. */
export const statusWords: Readonly<Record<ContainerStatus, Sentence>> = {
  created: sentence`created`,
  running: sentence`running`,
  exited: sentence`exited`,
  dead: sentence`dead`,
}

/** As people see it: what is paused or waits to be started again has a word of its own. */
export type ShownStatus = ContainerStatus | 'paused' | 'restarting'

export function shownStatus({ state }: Pick<Container, 'state'>): ShownStatus {
  if (state.restarting) return 'restarting'
  return state.paused ? 'paused' : state.status
}

export interface ContainerState {
  readonly status: ContainerStatus
  /** Its processes are frozen: running, but not going on. */
  readonly paused: boolean
  /** Ended, and about to be started again by its restart policy. */
  readonly restarting: boolean
  /** Starts by the restart policy since the last start by a person. */
  readonly restartCount: number
  /** A person stopped it: "unless-stopped" then leaves it so. */
  readonly stoppedByHand: boolean
  readonly pid: number | null
  readonly exitCode: number | null
  readonly oomKilled: boolean
  readonly error: Said
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
}

/** Of a container that has never run. */
export const createdState: ContainerState = {
  status: 'created',
  paused: false,
  restarting: false,
  restartCount: 0,
  stoppedByHand: false,
  pid: null,
  exitCode: null,
  oomKilled: false,
  error: '',
  startedAt: null,
  finishedAt: null,
}

export interface RestartPolicy {
  readonly name: 'no' | 'always' | 'unless-stopped' | 'on-failure'
  /** Starts that "on-failure" tries; 0: without end. */
  readonly maximumRetryCount: number
}

/** A directory or file of the host's, a volume, or memory, seen inside the container at `target`. */
export interface Mount {
  readonly type: 'bind' | 'volume' | 'tmpfs'
  /** Absolute path of the host's for a bind, the volume's name for a volume, empty for tmpfs. */
  readonly source: string
  /** Absolute path inside the container. */
  readonly target: string
  readonly readOnly: boolean
  /** Mount options as given ("rshared", "z", "size=64m"). */
  readonly options: readonly string[]
  /** Written in short (`-v`, `--tmpfs`): a directory of the host's that is missing is made. */
  readonly short: boolean
  /** A volume that was made for this container alone, and goes with it. */
  readonly anonymous: boolean
}

/** A bound on what each of its processes may take (`ulimit`); -1: none. */
export interface Ulimit {
  /** "nofile" */
  readonly name: string
  readonly soft: number
  readonly hard: number
}

/** A command in the container that says whether it is well. */
export interface Healthcheck {
  /** "CMD" and an argument list, "CMD-SHELL" and one line for a shell, or "NONE": switched off. */
  readonly test: readonly string[]
  readonly intervalMs: number
  readonly timeoutMs: number
  /** Failures in this time after the start do not count. */
  readonly startPeriodMs: number
  /** Failures in a row that make it unhealthy. */
  readonly retries: number
}

export interface TerminalSize {
  readonly rows: number
  readonly columns: number
}

/** How a container runs, where that is not the default. */
export interface ContainerOptions {
  /** What stands before the command. */
  readonly entrypoint: readonly string[]
  readonly tty: boolean
  /** Of its terminal at the start; null: the terminal has none until a client tells one. */
  readonly terminalSize: TerminalSize | null
  /** Its standard input stays open while nobody is attached. */
  readonly openStdin: boolean
  /** Its standard input closes when the first who attached to it goes. */
  readonly stdinOnce: boolean
  /** Streams that the client which made it said it would attach to: told again, and nothing follows from it. */
  readonly announced: readonly ('stdin' | 'stdout' | 'stderr')[]
  /** Ports that it says it serves: "80/tcp". */
  readonly exposedPorts: readonly string[]
  /** Every exposed port is published on a port of the host's choice. */
  readonly publishAll: boolean
  readonly dnsOptions: readonly string[]
  readonly sysctls: Readonly<Record<string, string>>
  readonly readOnly: boolean
  readonly mounts: readonly Mount[]
  /** Containers whose mounts it has too: "name" or "name:ro". */
  readonly volumesFrom: readonly string[]
  /** An init process that reaps is the first one. */
  readonly init: boolean
  /** Thousand-millionths of a core; null: no limit. */
  readonly nanoCpus: number | null
  /** Microseconds of processor time in each period; null: no limit. */
  readonly cpuQuotaUs: number | null
  readonly cpuPeriodUs: number | null
  /** Weight against others when the processors are busy; null: 1024. */
  readonly cpuShares: number | null
  /** "0-3,5"; empty: all. */
  readonly cpusetCpus: string
  readonly cpusetMems: string
  /** Memory and swap together; -1: swap without limit; null: twice the memory. */
  readonly memorySwapBytes: number | null
  /** What it is pressed down to when memory is short; null: none. */
  readonly memoryReservationBytes: number | null
  readonly ulimits: readonly Ulimit[]
  /** Size of /dev/shm; null: 64 MiB. */
  readonly shmSizeBytes: number | null
  /** As given: "no-new-privileges". */
  readonly securityOpt: readonly string[]
  /** Further groups of its processes, by name or number. */
  readonly groupAdd: readonly string[]
  /** -1000 (never) to 1000: how readily the kernel ends it when memory is short. */
  readonly oomScoreAdj: number
  readonly healthcheck: Healthcheck | null
  readonly restartPolicy: RestartPolicy
  /** "SIGTERM" where null. */
  readonly stopSignal: string | null
  /** Seconds from the stop signal to SIGKILL; 10 where null. */
  readonly stopTimeoutSeconds: number | null
  /** Networks that were not there when it was made, with the settings of its endpoints: looked for when it starts. */
  readonly awaitedNetworks: readonly AwaitedNetwork[]
  /** Containers that it knows by another name on the default bridge: "name:alias". */
  readonly links: readonly string[]
}

export interface AwaitedNetwork {
  readonly network: string
  readonly settings: Readonly<Record<string, unknown>>
}

export const defaultContainerOptions: ContainerOptions = {
  entrypoint: [],
  tty: false,
  terminalSize: null,
  openStdin: false,
  stdinOnce: false,
  announced: [],
  exposedPorts: [],
  publishAll: false,
  dnsOptions: [],
  sysctls: {},
  readOnly: false,
  mounts: [],
  volumesFrom: [],
  init: false,
  nanoCpus: null,
  cpuQuotaUs: null,
  cpuPeriodUs: null,
  cpuShares: null,
  cpusetCpus: '',
  cpusetMems: '',
  memorySwapBytes: null,
  memoryReservationBytes: null,
  ulimits: [],
  shmSizeBytes: null,
  securityOpt: [],
  groupAdd: [],
  oomScoreAdj: 0,
  healthcheck: null,
  restartPolicy: { name: 'no', maximumRetryCount: 0 },
  stopSignal: null,
  stopTimeoutSeconds: null,
  awaitedNetworks: [],
  links: [],
}

/** The options that hold on to a running container, and can change while it runs. */
export type LimitOptions = Pick<
  ContainerOptions,
  | 'nanoCpus'
  | 'cpuQuotaUs'
  | 'cpuPeriodUs'
  | 'cpuShares'
  | 'cpusetCpus'
  | 'cpusetMems'
  | 'memorySwapBytes'
  | 'memoryReservationBytes'
>

/** All of a container that limits what it takes of the host. */
export type Limited = Pick<Container, 'memoryBytes' | 'pidsLimit'> & { readonly options: LimitOptions }

/** A line of /etc/hosts; one name may have several. */
export interface ExtraHost {
  readonly name: string
  /** An address, or "host-gateway" for the host as the default bridge sees it. */
  readonly address: string
}

/** The argument list of its first process. */
export function argvOf({ options, command }: Pick<Container, 'options' | 'command'>): readonly string[] {
  return [...options.entrypoint, ...command]
}

/** A container of Patchbay's own: what runs, and how it is limited. */
export interface Container {
  readonly id: ContainerId
  readonly name: string
  /** As the user named it, "busybox:latest". */
  readonly image: string
  readonly imageId: string
  /** Argument list, after the entrypoint's; never a shell string. */
  readonly command: readonly string[]
  readonly env: readonly string[]
  readonly workingDir: string
  readonly user: string
  readonly hostname: string
  readonly domainname: string
  readonly labels: Readonly<Record<string, string>>
  /** "default", a network's name or id, "host", "none", or "container:<id>" for the stack of another container. */
  readonly networkMode: string
  /** Ports to publish. */
  readonly ports: readonly PortRequest[]
  /** What is published now, host ports chosen; empty while it has no sandbox. */
  readonly published: readonly PortBinding[]
  readonly dns: readonly string[]
  readonly dnsSearch: readonly string[]
  readonly extraHosts: readonly ExtraHost[]
  /** Upper bound of processes; null: none. */
  readonly pidsLimit: number | null
  /** Bytes; null: none. */
  readonly memoryBytes: number | null
  readonly capAdd: readonly string[]
  readonly capDrop: readonly string[]
  readonly autoRemove: boolean
  readonly options: ContainerOptions
  /** Absent: none. It holds on all its networks. */
  readonly policy?: Policy | undefined
  /** The network stack it has while it runs; another container's where its network mode says so. */
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
