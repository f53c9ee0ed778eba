import type { Family } from '../cnm/address'
import type {
  Container,
  ContainerOptions,
  ExtraHost,
  LimitOptions,
  PortBinding,
  PortProtocol,
  TerminalSize,
} from '../cnm/container'
import type { Endpoint } from '../cnm/endpoint'
import type { ContainerId } from '../cnm/ids'
import type { Lease } from '../cnm/lease'
import type { Network } from '../cnm/network'
import type { Operation } from '../cnm/operation'
import type { Sentence } from '../cnm/sentence'
import type { Service, ServiceMember } from '../cnm/service'
import type { ShapingInput } from '../cnm/shaping'
import type { Queries, ResolvableName } from '../dns/contract'
import type { PoolInput } from '../ipam/network-pool'
import type { DefaultPoolInput } from '../ipam/pools'
import type { KernelObject } from '../plan/object'
import type { Step } from '../plan/plan'
import type {
  Attachment,
  CommitOptions,
  ContainerStats,
  ExecOptions,
  ExecResult,
  FileChange,
  Image,
  ImageDetail,
  ImportOptions,
  LoadedImage,
  LoadProgress,
  LogLine,
  LogOptions,
  PathStat,
  ProcessTable,
  Volume,
  WriteOptions,
} from '../runtime/contract'

/** Inputs are raw but typed: the engine checks every value and throws before anything runs. */
export interface NetworkCreateInput {
  name: string
  driver?: string
  internal?: boolean
  attachable?: boolean
  /** Addresses of this family; on where absent. */
  ipv4?: boolean
  /** Addresses of this family; off where absent. */
  ipv6?: boolean
  /** "default" where absent. */
  ipamDriver?: string
  ipamOptions?: Record<string, string>
  /** Keeps this configuration for others, and makes nothing. */
  configOnly?: boolean
  /** Name of the configuration-only network to take pools, options and labels from. */
  configFrom?: string
  /** "local" where absent; there is no other. */
  scope?: string
  /** Refused: there is no swarm. */
  ingress?: boolean
  /** Address pools of either family; one of each family that the network has is picked where none is given. */
  pools?: PoolInput[]
  /** The only pool, where there is one. */
  subnet?: string
  gateway?: string
  ipRange?: string
  auxAddresses?: Record<string, string>
  options?: Record<string, string>
  labels?: Record<string, string>
  /** Records and upstream servers for the resolver of its containers. */
  names?: NetworkNamesInput
  /** Who may begin what with its containers; also as driver options, `patchbay.policy.ingress` and its kin. */
  policy?: PolicyInput
}

/** A list that is absent is empty for a new network, and stays as it is for one that is changed. */
export interface NetworkNamesInput {
  /** "9.9.9.9", "9.9.9.9:5353", "2001:db8::53", "[2001:db8::53]:5353". */
  upstreams?: string[]
  records?: { name: string; type: string; value: string }[]
}

/** The ranges that automatic subnets are cut from. */
export interface DefaultPoolsView {
  /** Who named them: a person in the settings, the environment, nobody. */
  readonly origin: 'setting' | 'environment' | 'builtin'
  readonly named: readonly DefaultPoolInput[]
  /** Those named, and for a family without one those that there are anyway. */
  readonly inEffect: readonly DefaultPoolInput[]
}

/** What can be asked of the joint between a container and a network. */
export interface EndpointInput {
  ipv4Address?: string
  ipv6Address?: string
  /** Further addresses of the interface, in 169.254.0.0/16 or fe80::/64. */
  linkLocalIps?: string[]
  macAddress?: string
  aliases?: string[]
  /** "container:alias": names that only this container knows others by. */
  links?: string[]
  /** The highest one has the default route; 0 where absent. */
  gwPriority?: number
  /** Options of the endpoint under Docker's names. */
  driverOpts?: Record<string, string>
  /** Rates, delay, loss and MTU; all of it, also where something is changed. */
  shaping?: ShapingInput
}

/** What is not mentioned stays as it is. */
export interface NetworkUpdateInput {
  name?: string
  internal?: boolean
  attachable?: boolean
  /** All of them. */
  labels?: Record<string, string>
  /** Each of its lists whole. */
  names?: NetworkNamesInput
  /** All of the driver's options. */
  options?: Record<string, string>
  /** On, with a subnet picked where none is given; off, its subnets going. */
  ipv4?: boolean
  ipv6?: boolean
  /**
   * All subnets. Of one that is there already, what is not mentioned stays; an empty `ipRange` is none. One of a family
   * that the network does not have brings that with it.
   */
  pools?: PoolInput[]
  /** The whole of it; an empty one takes it away. */
  policy?: PolicyInput
}

/** What is not mentioned stays as it is; an empty address is again one of the network's choice. */
export type EndpointUpdateInput = EndpointInput

export interface ServicePortInput {
  /** tcp where absent. */
  protocol?: string
  port: number
  /** The members' port; the same where absent. */
  targetPort?: number
  /** Port of the host's that leads there, too. */
  hostPort?: number | null
  hostIp?: string
}

/** Members are all that any of containers, labels and alias name. */
export interface ServiceInput {
  ipv4Address?: string
  ipv6Address?: string
  ports?: ServicePortInput[]
  /** By name or id. */
  containers?: string[]
  memberLabels?: Record<string, string>
  memberAlias?: string
  /** By container; 1 where not named. */
  weights?: Record<string, number>
  /** "none" or "client". */
  affinity?: string
}

export interface ServiceCreateInput extends ServiceInput {
  name: string
  network: string
  ports: ServicePortInput[]
}

/** What is not mentioned stays as it is. */
export interface ServiceUpdateInput extends ServiceInput {
  name?: string
}

/** A member, and the connections that were given to it since it became one, or since its address is what it is. */
export interface MemberTraffic extends ServiceMember {
  readonly connections: number
}

export interface ConnectInput extends EndpointInput {
  network: string
  container: string
}

export interface PortInput {
  /** "tcp" where absent. */
  protocol?: PortProtocol
  containerPort: number
  /** Every address of the host's where absent or empty. */
  hostIp?: string
  /** Absent or 0: one of the host's choice; with `hostPortEnd`: the first free of a range. */
  hostPort?: number
  hostPortEnd?: number
}

export interface ContainerCreateInput extends EndpointInput {
  name?: string
  image?: string
  command?: string[]
  env?: string[]
  workingDir?: string
  user?: string
  hostname?: string
  domainname?: string
  labels?: Record<string, string>
  /** A network's name or id, "host", "none", or "container:" and whose network it shares; "bridge" where absent. */
  network?: string
  /** Networks that it is on besides. */
  joins?: Omit<ConnectInput, 'container'>[]
  /** Docker's leniency: a network that is not there is looked for at the start, ports that a network cannot publish are left out. */
  lenient?: boolean
  ports?: PortInput[]
  dns?: string[]
  dnsSearch?: string[]
  /** In the order of the lines; a record gives each name one address. */
  extraHosts?: readonly ExtraHost[] | Readonly<Record<string, string>>
  pidsLimit?: number
  memoryBytes?: number
  capAdd?: string[]
  capDrop?: string[]
  autoRemove?: boolean
  options?: Partial<ContainerOptions>
  /** Who may begin what with it, and it with others; also as labels, `patchbay.policy.ingress` and its kin. */
  policy?: PolicyInput
}

export interface VolumeCreateInput {
  /** Absent: a random one. */
  name?: string
  /** "local" where absent; there is no other. */
  driver?: string
  options?: Record<string, string>
  labels?: Record<string, string>
}

/** Named volumes, and who mounts them. */
export interface Volumes {
  list(): Promise<Volume[]>
  /** Throws not-found. */
  get(name: string): Promise<Volume>
  /** Gives the one that is there already, as Docker does. */
  create(input: VolumeCreateInput): Promise<Volume>
  /** Throws conflict while a container, running or not, mounts it. */
  remove(name: string): Promise<void>
  usersOf(name: string): readonly Container[]
  sizeOf(name: string): Promise<number>
}

export interface ExecInput extends ExecOptions {
  readonly command: readonly string[]
  readonly terminal: boolean
  /** Whether a client shall write to it. */
  readonly input: boolean
}

/** A command that was asked for in a running container. Kept until some time after its end, and not over a restart. */
export interface Exec extends ExecInput {
  readonly id: ExecId
  readonly containerId: ContainerId
  readonly status: 'created' | 'running' | 'ended'
  /** As the host counts; null until it runs. */
  readonly pid: number | null
  /** null until it has ended. */
  readonly exitCode: number | null
}

/** A person at a command in a container. */
export interface TerminalInput {
  /** The image's `sh` where absent or empty. */
  readonly command?: readonly string[]
  readonly user?: string
  readonly size: TerminalSize
}

export interface Terminal {
  readonly id: string
  /** Ends with the command. One that reads slowly holds the program back. */
  readonly output: AsyncIterable<Buffer>
  write(bytes: Buffer): Promise<void>
  /** Quiet when the command has ended. */
  resize(size: TerminalSize): Promise<void>
  /** Of a command whose output has ended; null where nobody knows any more. */
  exitCode(): Promise<number | null>
  /** Ends what the command runs as if the person at it had gone. Quiet when it has ended. */
  hangUp(): void
}

/** Throws not-found, conflict while the container does not run, and invalid-parameter where the command cannot begin. */
export type OpenTerminal = (reference: string, input: TerminalInput, options: { actor: string }) => Promise<Terminal>

export type ExecId = string & { readonly __id: 'exec' }

/** As typed; see Policy. What is not mentioned is allowed. */
export interface PolicyInput {
  ingress?: string
  egress?: string
  rules?: PolicyRuleInput[]
}

export interface PolicyRuleInput {
  action: string
  direction: string
  /** Anybody where absent. A container or network by name or id, a subnet of either family or a single address. */
  peer?: { kind: string; name?: string; subnet?: string }
  /** "any" where absent. */
  protocol?: string
  /** "80,443,8000-8010"; all where absent or empty. */
  ports?: string
}

/** The administrator's own chain, PATCHBAY-USER, each rule as one types it behind `iptables -A PATCHBAY-USER`. */
export interface UserRules {
  readonly family: Family
  readonly rules: readonly string[]
}

export interface UserRulesInput {
  family: Family
  /** All of them. */
  rules: string[]
  /** What they were when somebody began to change them: where they are others now, nothing is done. */
  former?: string[]
}

/** What is not mentioned stays as it is. */
export interface ContainerUpdateInput {
  /** The whole of it; an empty one takes it away. */
  policy?: PolicyInput
  memoryBytes?: number
  /** null: no limit. */
  pidsLimit?: number | null
  options?: Partial<LimitOptions & Pick<ContainerOptions, 'restartPolicy'>>
  /** All ports to publish, in a change of their own. */
  ports?: PortInput[]
}

/** The files of containers, by the runtime's contract. */
export interface ContainerFilesystem {
  stat(reference: string, path: string): Promise<PathStat>
  read(reference: string, path: string): Promise<{ stat: PathStat; archive: AsyncGenerator<Buffer> }>
  write(reference: string, path: string, archive: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<void>
  export(reference: string): AsyncGenerator<Buffer>
  changes(reference: string): Promise<FileChange[]>
  /** With `pause` its processes are frozen meanwhile, so that what they write is in the image whole or not at all. */
  commit(reference: string, options: CommitOptions & { pause: boolean }): Promise<string>
}

/** What the removal of an image did. */
export interface ImageRemoval {
  readonly untagged: readonly string[]
  /** Digests: the image's id, and those of layers that no other image has. */
  readonly deleted: readonly string[]
}

/** Images, and who uses them. References are names, ids or unique prefixes of ids. */
export interface EngineImages {
  import(source: AsyncIterable<Uint8Array>, options: ImportOptions): Promise<Image>
  load(source: AsyncIterable<Uint8Array>, told: (progress: LoadProgress) => void): Promise<LoadedImage[]>
  save(references: readonly string[]): AsyncIterable<Buffer>
  get(reference: string): Promise<Image>
  detail(id: string): Promise<ImageDetail>
  tag(reference: string, name: string): Promise<void>
  /**
   * A name is taken away; with the last one, or by its id, the image goes. Throws conflict, as Docker
   * does, where a container uses it; with `force` only where that one runs.
   */
  remove(reference: string, options: { force: boolean }): Promise<ImageRemoval>
  usersOf(id: string): readonly Container[]
}

export interface HealthResult {
  readonly start: Date
  readonly end: Date
  /** 0: well; -1: it could not be asked, or took too long. */
  readonly exitCode: number
  readonly output: string
}

export interface Health {
  readonly status: 'starting' | 'healthy' | 'unhealthy'
  readonly failingStreak: number
  /** The last ones, oldest first. */
  readonly log: readonly HealthResult[]
}

export interface ChangeOptions {
  /** Who asks; written into the operation. */
  actor: string
  /** True: checks everything and gives the commands, but changes nothing. */
  dryRun?: boolean
}

export interface ConnectOptions extends ChangeOptions {
  /** Only with `dryRun`: as it is once the container has left this network for the other, as a cable does that is moved. */
  leaving?: string
}

export interface RepairOptions extends ChangeOptions {
  /**
   * Keys of what is to be mended, and nothing else. Absent: all that bears Patchbay's mark; what somebody else put there
   * goes only where its key is named.
   */
  keys?: readonly string[]
}

export interface StopChangeOptions extends ChangeOptions {
  /** From the stop signal to SIGKILL, Infinity for never; the container's own where absent. */
  timeoutMs?: number
  /** Instead of the container's own stop signal. */
  signal?: string
}

export interface RemoveChangeOptions extends ChangeOptions {
  /** One that runs is ended first. */
  force?: boolean
  /** The volumes go too that were made for it alone. */
  volumes?: boolean
}

/** What a change did, or with `dryRun` would do (status "planned", nothing recorded). */
export interface Change<Result> {
  readonly result: Result
  readonly operation: Operation | null
  /** The commands, as one would type them in a shell. */
  readonly commands: readonly string[]
  /** The same as values, where it was only planned. */
  readonly steps?: readonly Step[]
  /** What may go wrong with it later, absent: nothing that is known. */
  readonly warnings?: readonly Sentence[]
  /** What running containers notice of it: connections that end, ways that move. Mostly empty. */
  readonly interruptions: readonly Sentence[]
}

export interface Noted {
  readonly verb: 'trace.send' | 'reach.verify' | 'capture.start' | 'container.terminal'
  readonly subjects: readonly string[]
  /** What one would type for it. */
  readonly commands?: readonly string[]
}

export type EngineEvent =
  | { readonly type: 'network' | 'container' | 'endpoint' | 'service'; readonly id: string }
  | { readonly type: 'operation'; readonly operation: Operation }
  | { readonly type: 'health'; readonly id: string; readonly status: Health['status'] }
  | {
      readonly type: 'image'
      readonly action: 'import' | 'load' | 'tag' | 'untag' | 'delete'
      readonly id: string
      readonly name: string
    }
  | { readonly type: 'volume'; readonly action: 'create' | 'destroy'; readonly name: string }

export interface ShapingBounds {
  /** Why this kernel cannot do a part, in words; null: it can. */
  readonly lacks: Readonly<Record<'bitsPerSecond' | 'delayMs' | 'lossPercent', Sentence | null>>
  /** The MTU of the network's links, which no endpoint can have more than; null where nobody knows. */
  readonly mtu: number | null
}

/**
 * The controller. References are names, ids or unique prefixes of ids, as Docker resolves them.
 * Every change runs: check, look up, reserve, record the intent, apply, record the result, emit.
 */
export interface Engine {
  listNetworks(): readonly Network[]
  findNetwork(reference: string): Network | undefined
  getNetwork(reference: string): Network
  createNetwork(input: NetworkCreateInput, options: ChangeOptions): Promise<Change<Network>>
  removeNetwork(reference: string, options: ChangeOptions): Promise<Change<Network>>
  /** Changes it where it is, with the containers on it. */
  updateNetwork(reference: string, input: NetworkUpdateInput, options: ChangeOptions): Promise<Change<Network>>
  connect(input: ConnectInput, options: ConnectOptions): Promise<Change<Endpoint>>
  disconnect(
    input: { network: string; container: string; force?: boolean },
    options: ChangeOptions,
  ): Promise<Change<Endpoint>>
  /** Changes what is asked of the joint between a container and a network, also while the container runs. */
  updateEndpoint(
    joint: { network: string; container: string },
    input: EndpointUpdateInput,
    options: ChangeOptions,
  ): Promise<Change<Endpoint>>

  /** What automatic subnets are cut from. */
  defaultPools(): Promise<DefaultPoolsView>
  /** For networks made from now on; none: back to those of the environment, or Docker's. */
  updateDefaultPools(pools: readonly DefaultPoolInput[], options: ChangeOptions): Promise<Change<DefaultPoolsView>>

  listServices(): readonly Service[]
  getService(reference: string): Service
  createService(input: ServiceCreateInput, options: ChangeOptions): Promise<Change<Service>>
  updateService(reference: string, input: ServiceUpdateInput, options: ChangeOptions): Promise<Change<Service>>
  removeService(reference: string, options: ChangeOptions): Promise<Change<Service>>
  /** As the rules have them. */
  serviceMembers(service: Pick<Service, 'id'>): readonly ServiceMember[]
  /** Counted by the rules: two processes. */
  serviceTraffic(reference: string): Promise<MemberTraffic[]>

  listContainers(): readonly Container[]
  getContainer(reference: string): Container
  createContainer(input: ContainerCreateInput, options: ChangeOptions): Promise<Change<Container>>
  /** Creates and starts; a container that cannot be started does not stay. */
  runContainer(input: ContainerCreateInput, options: ChangeOptions): Promise<Change<Container>>
  startContainer(reference: string, options: ChangeOptions): Promise<Change<Container>>
  stopContainer(reference: string, options: StopChangeOptions): Promise<Change<Container>>
  restartContainer(reference: string, options: StopChangeOptions): Promise<Change<Container>>
  /** Freezes its processes where they are, until `unpauseContainer`. */
  pauseContainer(reference: string, options: ChangeOptions): Promise<Change<Container>>
  unpauseContainer(reference: string, options: ChangeOptions): Promise<Change<Container>>
  /** Limits and restart policy, also of one that runs. */
  updateContainer(reference: string, input: ContainerUpdateInput, options: ChangeOptions): Promise<Change<Container>>
  /** What its health check says; undefined where it has none. */
  health(container: Pick<Container, 'id' | 'options'>): Health | undefined
  /** What it takes of the host now; undefined when it does not run. */
  stats(reference: string): Promise<ContainerStats | undefined>
  /** `ps` with these options, its processes alone. Throws conflict when it does not run. */
  listProcesses(reference: string, options: readonly string[]): Promise<ProcessTable>
  /** Sentences on limits of its that this host cannot hold. */
  limitWarnings(container: Container): string[]
  /** Its names on networks change with it; aliases and the host name stay. */
  renameContainer(reference: string, name: string, options: ChangeOptions): Promise<Change<Container>>
  /** Sends a signal ("KILL", "SIGHUP", "1"). What the container makes of it, its end too, shows by itself. Gives its number. */
  killContainer(reference: string, signal: string): Promise<number>
  removeContainer(reference: string, options: RemoveChangeOptions): Promise<Change<Container>>
  /**
   * A client at the streams of a container's program, also before its start: then nothing that it writes is missed.
   * `input`: the client writes, too. Throws conflict while it is paused or restarting.
   */
  attach(reference: string, options: { input: boolean }): Promise<Attachment>
  /** Of a container with a terminal; nothing happens to others. Throws conflict when it does not run. */
  resize(reference: string, size: TerminalSize): Promise<void>
  /** Runs a command in a container to its end. */
  exec(
    reference: string,
    command: readonly string[],
    options?: ExecOptions & { timeoutMs?: number },
  ): Promise<ExecResult>
  /** Notes a command that shall run in a container, with or without a terminal; `startExec` runs it. */
  createExec(reference: string, input: ExecInput): Exec
  /**
   * Starts it, once. Detached: what it writes is dropped. A command that cannot begin gives an error with Docker's exit
   * code in its `data`, as `exitCode`.
   */
  startExec(id: string, options?: { size?: TerminalSize; detached?: boolean }): Promise<Attachment>
  /** Throws not-found, also for one that ended long ago. */
  getExec(id: string): Exec
  /** Those of a container that have not ended. */
  listExecs(reference: string): readonly Exec[]
  /** Throws conflict when it does not run. */
  resizeExec(id: string, size: TerminalSize): Promise<void>
  /** `createExec` and `startExec` of a command with a terminal, written down as an operation. */
  readonly openTerminal: OpenTerminal
  logs(reference: string, options: LogOptions): Promise<AsyncIterable<LogLine>>

  listEndpoints(): readonly Endpoint[]
  /** Names by which the containers on its network reach an endpoint. */
  dnsNames(endpoint: Endpoint): readonly string[]
  /** What a DHCP server has lent it, where that is where its address comes from. */
  lease(endpoint: Pick<Endpoint, 'id'>): Lease | undefined
  /** The ports that a container publishes now; while it does not run, those whose host port is named. */
  publishedPorts(container: Container): readonly PortBinding[]

  /** What a container can look up now, by network; nothing while it has no sandbox. */
  listNames(reference: string): ResolvableName[]
  /** What containers ask the resolver. */
  readonly queries: Queries

  listImages(): Promise<Image[]>
  readonly images: EngineImages
  readonly files: ContainerFilesystem
  readonly volumes: Volumes
  listOperations(): readonly Operation[]

  /** All drivers by name, with what this host lacks for a network of it, in words; null: nothing. */
  driverLacks(): Promise<ReadonlyMap<string, Sentence | null>>

  /** How far an endpoint of a network can be shaped; throws not-found. */
  shapingBounds(network: string): Promise<ShapingBounds>

  userRules(family: Family): Promise<UserRules>
  updateUserRules(input: UserRulesInput, options: ChangeOptions): Promise<Change<UserRules>>

  /** Does what changes no record, but is somebody's doing all the same: the journal has who, what and how it ended. */
  note<Result>(what: Noted, work: () => Promise<Result>, options: { actor: string }): Promise<Result>

  /** All that ought to be in the kernel now, for drift checks. */
  wanted(): KernelObject[]
  /** Brings the kernel to what is wanted. Nothing is flushed, and no rule moves that stands where it should. */
  reconcile(options: RepairOptions): Promise<Change<{ steps: number }>>

  /** Called after every change of records or states; returns how to stop listening. */
  subscribe(listener: (event: EngineEvent) => void): () => void
  close(): Promise<void>
}
