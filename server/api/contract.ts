import type { ExtraHost } from '../cnm/container'
import type { ErrorKind } from '../cnm/errors'
import type { Sentence, Told } from '../cnm/sentence'
import type { ContainerView, EndpointView, OperationView } from '../observe/snapshot'
import type { ExecResult } from '../runtime/contract'

/** What a change did, or with `dryRun` would do: then `operation` is null and nothing was recorded. */
export interface ChangeView<Result> {
  readonly result: Result
  readonly operation: OperationView | null
  /** The commands, as one would type them in a shell. */
  readonly commands: string[]
  /** What running containers notice of it. */
  readonly interruptions: Sentence[]
  /** What may go wrong with it later. */
  readonly warnings?: Sentence[]
}

/** `error.data.patchbay` of every failed call; the error's message is its sentence in English. */
export interface ErrorView {
  readonly kind: ErrorKind
  readonly told: Told
  /** Path of the input that the sentence is about ("name", "ports.0.hostPort"); null: the whole call. */
  readonly field: string | null
  readonly data: Readonly<Record<string, unknown>>
}

/** A container with everything that it was made with. */
export interface ContainerDetail extends ContainerView {
  readonly imageId: string
  readonly env: readonly string[]
  readonly workingDir: string
  readonly user: string
  readonly domainname: string
  readonly labels: Readonly<Record<string, string>>
  readonly dns: readonly string[]
  readonly dnsSearch: readonly string[]
  readonly extraHosts: readonly ExtraHost[]
  readonly capAdd: readonly string[]
  readonly capDrop: readonly string[]
  readonly autoRemove: boolean
  readonly endpoints: readonly EndpointView[]
}

/** A container's network stack, while it has one. */
export interface SandboxView {
  readonly id: string
  /** Path of the network namespace; "host" for the host's own. */
  readonly key: string
  readonly containerId: string
  readonly containerName: string
  readonly endpoints: readonly EndpointView[]
}

export interface ImageView {
  readonly id: string
  readonly tags: readonly string[]
  readonly createdAt: string
  readonly sizeBytes: number
  readonly command: readonly string[]
}

export interface DriverView {
  readonly name: string
  /** One sentence for people. */
  readonly description: string
  /** False: its networks are predefined and users cannot make more. */
  readonly creatable: boolean
  readonly usesIpam: boolean
  /** What it needs of the kernel. */
  readonly requires: readonly string[]
  /** Why no network of it can be made on this host; null: one can. */
  readonly lack: Told | null
  /** Options that stay as they are once a network is there. */
  readonly fixedOptions: readonly string[]
  /** JSON Schema of the driver options, for forms. */
  readonly options: Readonly<Record<string, unknown>>
}

export interface LogLineView {
  readonly stream: 'stdout' | 'stderr'
  readonly time: string
  readonly text: string
}

/** A container's log as it grows. `end`: the container has ended. `failed`: the log cannot be read; no more comes. */
export type LogEvent =
  | { readonly type: 'line'; readonly line: LogLineView }
  | { readonly type: 'end' }
  | { readonly type: 'failed'; readonly message: Told }

export type ExecView = ExecResult

/**
 * What a terminal shows, as base64, up to the position `end` of the whole. `end`: its command has ended. `gone`: there is
 * no such terminal any more; no more comes.
 */
export type TerminalEvent =
  | { readonly type: 'output'; readonly end: number; readonly data: string }
  | { readonly type: 'end'; readonly exitCode: number | null }
  | { readonly type: 'gone' }

export interface UserView {
  readonly name: string
}
