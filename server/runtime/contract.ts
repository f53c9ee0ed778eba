import type { Container, Healthcheck, Limited, TerminalSize } from '../cnm/container'
import type { ContainerId } from '../cnm/ids'
import type { Netns } from '../plan/object'

/** What a container of an image gets unless told otherwise: the `config` of its Docker configuration. */
export interface ImageConfig {
  readonly entrypoint: readonly string[]
  /** Arguments of the entrypoint, or the whole command where there is none. */
  readonly command: readonly string[]
  /** "NAME=value" */
  readonly env: readonly string[]
  readonly workingDir: string
  readonly user: string
  readonly labels: Readonly<Record<string, string>>
  /** "80/tcp" */
  readonly exposedPorts: readonly string[]
  /** Absolute paths that each container gets a volume of its own for. */
  readonly volumes: readonly string[]
  /** null: SIGTERM */
  readonly stopSignal: string | null
  /** null: nobody asks its containers. */
  readonly healthcheck: Healthcheck | null
}

export interface Image {
  /** "sha256:" and 64 digits. */
  readonly id: string
  readonly tags: readonly string[]
  readonly createdAt: Date
  readonly sizeBytes: number
  readonly config: ImageConfig
}

export interface ImportOptions {
  /** The image's name; none where absent. */
  readonly reference?: string
  /** Lines of a Dockerfile: "CMD sh", "ENV A=b". */
  readonly changes: readonly string[]
  readonly message?: string
}

/** How far a load is: a layer by its digest, in bytes of the archive; or what of a layer is not kept. */
export type LoadProgress =
  | { readonly kind: 'layer'; readonly layer: string; readonly current: number; readonly total: number }
  | { readonly kind: 'left-out'; readonly layer: string; readonly members: readonly string[] }

export interface LoadedImage {
  readonly id: string
  readonly tags: readonly string[]
}

export interface LayerHistory {
  readonly createdAt: Date | null
  readonly createdBy: string
  readonly comment: string
  readonly sizeBytes: number
}

/** What of an image matters to those who look closer. */
export interface ImageDetail {
  /** The configuration as it came, by the OCI image specification. */
  readonly raw: Readonly<Record<string, unknown>>
  /** Digests of the uncompressed layers, the lowest first. */
  readonly layers: readonly string[]
  /** The newest first. */
  readonly history: readonly LayerHistory[]
  readonly taggedAt: Date | null
  /** Absolute path of what the layers make together. */
  readonly rootfs: string
}

/** What changes images, and what takes them out and in. Which image is used is for the engine to say. */
export interface Images {
  /** Makes an image of the archive (tar, or tar.gz) of a root file system. Nothing is left when it fails. */
  import(source: AsyncIterable<Uint8Array>, options: ImportOptions): Promise<Image>
  /** Takes in all images of an archive (Docker's, or an OCI layout), or none. */
  load(source: AsyncIterable<Uint8Array>, told: (progress: LoadProgress) => void): Promise<LoadedImage[]>
  /** An archive that `load` and a Docker Engine take. Throws not-found before anything is given. */
  save(references: readonly string[]): AsyncIterable<Buffer>
  /** By the whole id. */
  detail(id: string): Promise<ImageDetail>
  /** Gives an image a name, and takes it from whoever had it. */
  tag(id: string, name: string): Promise<void>
  untag(tags: readonly string[]): Promise<void>
  /** Gives the digests of the layers that went with it. With `keepFiles` containers made of it can still be started. */
  remove(id: string, options: { keepFiles: boolean }): Promise<string[]>
  /** Removes for good what was removed while containers needed it. */
  sweep(isNeeded: (id: string) => boolean): Promise<void>
}

/** What `docker cp` wants to know of a path. */
export interface PathStat {
  readonly name: string
  readonly size: number
  /** Go's os.FileMode. */
  readonly mode: number
  readonly modifiedAt: Date
  /** Where a link leads to, inside the container; empty for others. */
  readonly linkTarget: string
}

export interface FileChange {
  readonly kind: 'added' | 'modified' | 'deleted'
  /** Absolute, inside the container. */
  readonly path: string
}

export interface WriteOptions {
  /** Throws invalid-parameter where a directory would be replaced by something else, or the other way round. */
  readonly keepKinds: boolean
  /** Everything belongs to the container's user, not to whom the archive names. */
  readonly asUser: boolean
}

export interface CommitOptions {
  readonly reference?: string
  readonly comment?: string
  readonly author?: string
  /** Lines of a Dockerfile: "CMD sh", "ENV A=b". */
  readonly changes: readonly string[]
}

/**
 * The files of containers, whether they run or not. Paths are absolute inside the container; neither
 * a link nor a race leads out of it. While one that does not run is looked at it cannot be started.
 */
export interface Filesystem {
  /** Throws not-found. */
  stat(container: Container, path: string): Promise<PathStat>
  /** A tar of the thing and what is in it. The archive has to be read to its end, or returned. */
  read(container: Container, path: string): Promise<{ stat: PathStat; archive: AsyncGenerator<Buffer> }>
  /** Lays a tar (or tar.gz) out below a directory that is there. Throws forbidden where that is read-only. */
  write(container: Container, path: string, archive: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<void>
  /** A tar of the root file system, without what is mounted in it. */
  export(container: Container): AsyncGenerator<Buffer>
  /** What the container has changed of its image. */
  changes(container: Container): Promise<FileChange[]>
  /** Makes an image of the container; gives its id. */
  commit(container: Container, options: CommitOptions): Promise<string>
}

/** A directory that outlives the containers that mount it. */
export interface Volume {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly createdAt: Date
  /** Absolute path on the host of what containers see. */
  readonly mountpoint: string
  /** Nobody gave it a name: it goes with the container that it was made for. */
  readonly isAnonymous: boolean
}

/** Volumes by name, kept below the data directory. Who uses which is for the engine to say. */
export interface VolumeStore {
  /** By name. */
  list(): Promise<Volume[]>
  find(name: string): Promise<Volume | undefined>
  /** Gives the volume of that name, made if need be; one with a random name where there is none. Throws invalid-parameter. */
  ensure(name: string | undefined, labels?: Readonly<Record<string, string>>): Promise<Volume>
  /** With all that is in it. Quiet when there is none. */
  remove(name: string): Promise<void>
  /** Bytes of its files. */
  sizeOf(name: string): Promise<number>
}

/** Files that the engine writes into a container: whole contents. */
export interface ContainerFiles {
  readonly hosts: string
  readonly resolvConf: string
  readonly hostname: string
}

/** The files of another container, as they are and as they become. */
export interface SharedFiles {
  readonly sharedWith: ContainerId
}

export interface ExitEvent {
  readonly containerId: ContainerId
  readonly exitCode: number
  readonly oomKilled: boolean
  readonly finishedAt: Date
}

export interface LogLine {
  readonly stream: 'stdout' | 'stderr'
  readonly time: Date
  /** The same to the nanosecond, as RFC 3339 in UTC: stamps compare like texts. */
  readonly stamp: string
  /** As they were written, without the line feed. */
  readonly bytes: Buffer
  /** The same line goes on in the next of this stream: it is long. */
  readonly isPart: boolean
}

export interface LogOptions {
  /** The last so many of what is there; all where absent. */
  tail?: number
  follow?: boolean
  signal?: AbortSignal
}

export interface OutputChunk {
  readonly stream: LogLine['stream']
  readonly bytes: Buffer
}

/** A client at the streams of a program: a container's first one, or one that exec started. */
export interface Attachment {
  /** What the program writes from now on; ends when it has ended. One that reads slowly holds the program back. */
  readonly output: AsyncIterable<OutputChunk>
  /** What the program shall read; resolves when there is room for more. Dropped where it reads nothing. */
  write(bytes: Buffer): Promise<void>
  /** The client writes no more: the program reads its end where its input is for one client, else the client leaves. */
  endInput(): void
  /** The client leaves; the program goes on. */
  close(): void
}

export interface ExecOptions {
  /** Absent: the container's own. */
  user?: string
  env?: string[]
  workingDir?: string
}

export interface ExecRequest extends ExecOptions {
  readonly command: readonly string[]
  /** A terminal of its own; its output then comes as "stdout" alone. */
  readonly terminal?: boolean
  readonly size?: TerminalSize
  readonly input: boolean
  /** False: what it writes is dropped, and nobody can be attached. */
  readonly attached: boolean
  /** Nobody can reach it without this daemon: the next one ends it, where this one is killed. */
  readonly endsWithDaemon?: boolean
}

/** A command that runs in a container. */
export interface RunningExec {
  /** As the host counts. */
  readonly pid: number
  readonly attachment: Attachment
  /** 128 and the signal where a signal ended it. */
  readonly exitCode: Promise<number>
  /** Quiet when it has ended. */
  resize(size: TerminalSize): Promise<void>
  /** As when the person at a terminal has gone: SIGHUP, and SIGKILL to what does not heed it. Quiet when it has ended. */
  hangUp(): void
}

export interface ExecResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** As `ps` prints it, a container's rows alone. */
export interface ProcessTable {
  readonly titles: readonly string[]
  readonly processes: readonly (readonly string[])[]
}

interface Counters {
  readonly bytes: number
  readonly packets: number
  readonly errors: number
  readonly dropped: number
}

export interface InterfaceCounters {
  readonly received: Counters
  readonly sent: Counters
}

export interface BlockCounter {
  readonly major: number
  readonly minor: number
  /** "Read", "Write" and others; "read" and "write" where control groups are of version 2. */
  readonly op: string
  readonly value: number
}

/** What a container has taken of the host since it started. */
export interface ContainerStats {
  readonly readAt: Date
  /** Time that the host's processors have counted, idle or not. */
  readonly hostNs: number
  readonly processors: number
  readonly cpu: {
    readonly totalNs: number
    readonly userNs: number
    readonly kernelNs: number
    /** By processor; empty where the kernel does not say. */
    readonly eachNs: readonly number[]
    readonly periods: number
    readonly throttledPeriods: number
    readonly throttledNs: number
  }
  readonly memory: {
    readonly usageBytes: number
    /** null where the kernel does not say. */
    readonly maxUsageBytes: number | null
    /** Its limit, or the host's memory. */
    readonly limitBytes: number
    /** The kernel's own words and numbers (`memory.stat`). */
    readonly details: Readonly<Record<string, number>>
  }
  readonly pids: { readonly current: number; readonly limit: number | null }
  readonly block: { readonly bytes: readonly BlockCounter[]; readonly requests: readonly BlockCounter[] }
  /** By name inside the container, loopback left out. */
  readonly interfaces: Readonly<Record<string, InterfaceCounters>>
}

export interface StopOptions {
  /** From the signal to SIGKILL; Infinity: SIGKILL never comes. */
  timeoutMs: number
  /** "SIGTERM" where absent. */
  signal?: string
}

/** Containers as processes: runc under conmon, which outlives the daemon, keeps the log and the exit code. */
export interface Runtime {
  readonly volumes: VolumeStore
  readonly images: Images
  readonly filesystem: Filesystem
  /** Makes busybox:latest from the host's static busybox if there is no such image. */
  ensureBusybox(): Promise<void>
  listImages(): Promise<Image[]>
  /** By tag (":latest" assumed), id or unique prefix of the id; throws not-found with what to do, conflict where it fits several. */
  findImage(reference: string): Promise<Image>

  /** Lays out bundle and root file system (overlay on the image). */
  prepare(container: Container): Promise<void>
  /**
   * `runc create` inside `netns`: the process exists, its program has not begun. Gives the pid.
   * `netns` is 'host' for host networking.
   */
  create(container: Container, netns: Netns, files: ContainerFiles | SharedFiles): Promise<{ pid: number }>
  /** Lets the program of a created container run. */
  start(id: ContainerId): Promise<void>
  /** Rewrites /etc/hosts and /etc/resolv.conf of a container in place (same inode: they are bind mounts). */
  writeFiles(id: ContainerId, files: ContainerFiles): Promise<void>
  /** The signal, then SIGKILL after `timeoutMs`; resolves when it has ended. Quiet when it does not run. */
  stop(id: ContainerId, options: StopOptions): Promise<ExitEvent | undefined>
  kill(id: ContainerId, signal: string): Promise<void>
  /** Freezes all its processes; they go on at `resume`. */
  pause(id: ContainerId): Promise<void>
  /** Quiet when nothing is frozen. */
  resume(id: ContainerId): Promise<void>
  isPaused(id: ContainerId): Promise<boolean>
  /** Puts the limits on a running container. */
  updateLimits(id: ContainerId, limited: Limited): Promise<void>
  /** What it takes of the host; undefined when it does not run. Reads files, runs nothing. */
  stats(id: ContainerId): Promise<ContainerStats | undefined>
  /** `ps` with these options, its processes alone. */
  listProcesses(id: ContainerId, options: readonly string[]): Promise<ProcessTable>
  /** Sentences on what a container asks for and this host's control groups cannot hold. */
  limitWarnings(limited: Limited): string[]
  /** Ends and removes the runc container of a start that failed; quiet when there is none. */
  discard(id: ContainerId): Promise<void>
  /** Removes bundle, root file system and log. Quiet when there are none. */
  remove(id: ContainerId): Promise<void>

  /** Attaches to the container's own program, also before its start: then nothing that it writes is missed. */
  attach(container: Container, options: { input: boolean }): Promise<Attachment>
  /** Throws conflict when it does not run. */
  resize(id: ContainerId, size: TerminalSize): Promise<void>
  /** Throws conflict where the container does not run, and as `startError` says where the command cannot begin. */
  startExec(id: ContainerId, request: ExecRequest): Promise<RunningExec>
  /** Runs a command to its end and gives what it wrote, up to a limit. */
  exec(id: ContainerId, command: readonly string[], options: ExecOptions & { timeoutMs?: number }): Promise<ExecResult>
  /**
   * Lines so far, then, with follow, lines as they come until the signal aborts or the container ends. From when this
   * resolves they are there, also if the container is removed; they have to be read, or begun.
   */
  logs(id: ContainerId, options: LogOptions): Promise<AsyncIterable<LogLine>>

  /** Pid while the container runs (checked against the process's start time, so that a reused pid is not mistaken), else undefined. */
  findPid(id: ContainerId): Promise<number | undefined>
  /** The recorded end of a container that ended while no daemon watched. */
  findExit(id: ContainerId): Promise<ExitEvent | undefined>
  /** Calls back once for each container that ends, from now on. */
  onExit(listener: (event: ExitEvent) => void): void

  close(): Promise<void>
}
