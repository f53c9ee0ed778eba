import type { Container } from '../../cnm/container'
import { PatchbayError } from '../../cnm/errors'
import { type ContainerId, createId, shortId } from '../../cnm/ids'
import type { Netns } from '../../plan/object'
import type { ContainerFiles, ExecResult, ExitEvent, Image, LogLine, Runtime, SharedFiles } from '../contract'
import { emptyConfig } from '../images/config'
import { matchImage } from '../images/reference'
import { createFakeFilesystem, createFakeImages } from './fake-images'
import { createFakeStreams, type FakeStreams } from './fake-streams'
import { createFakeVolumes } from './fake-volumes'

export const fakeBusybox: Image = {
  id: `sha256:${'b'.repeat(64)}`,
  tags: ['busybox:latest'],
  createdAt: new Date(0),
  sizeBytes: 1_982_256,
  config: { ...emptyConfig, command: ['sh'], env: ['PATH=/bin'] },
}

interface Run {
  pid: number
  netns: Netns
  files: ContainerFiles | SharedFiles
  phase: 'created' | 'running'
  paused: boolean
}

/** The methods that a test can make fail. */
type Act =
  | 'updateLimits'
  | 'prepare'
  | 'create'
  | 'start'
  | 'writeFiles'
  | 'stop'
  | 'remove'
  | 'exec'
  | 'startExec'
  | 'resize'

/** Containers in memory, for the engine's tests: ends and failures happen when the test says so. */
export interface FakeRuntime extends Runtime {
  /** What was asked, oldest first: "create 0123456789ab /run/netns/…". */
  readonly calls: string[]
  /** Containers that are laid out. */
  readonly prepared: ReadonlySet<ContainerId>
  readonly runs: ReadonlyMap<ContainerId, Readonly<Run>>
  /** The next call of this method throws. */
  failNext(act: Act, error?: Error): void
  /** The program ends. */
  end(id: ContainerId, exitCode: number, options?: { oomKilled?: boolean }): void
  /** The daemon was killed: who listened is called no more. */
  abandon(): void
  /** The program ends while no daemon is there: nobody is called back, findExit knows. */
  endUnseen(id: ContainerId, exitCode: number): void
  print(id: ContainerId, text: string, stream?: LogLine['stream']): void
  /** What the next exec gives. */
  execResult: ExecResult
  /** Where clients are attached to containers. */
  readonly streams: FakeStreams
}

export function createFakeRuntime(images: readonly Image[] = [fakeBusybox]): FakeRuntime {
  const calls: string[] = []
  const prepared = new Set<ContainerId>()
  const runs = new Map<ContainerId, Run>()
  const exits = new Map<ContainerId, ExitEvent>()
  const logs = new Map<ContainerId, LogLine[]>()
  const failures = new Map<Act, Error>()
  const listeners: ((event: ExitEvent) => void)[] = []
  const streams = createFakeStreams()
  let nextPid = 1_000

  function note(
    act: Act | 'kill' | 'discard' | 'pause' | 'resume' | 'hangUp',
    id: ContainerId,
    ...words: string[]
  ): void {
    calls.push([act, shortId(id), ...words].join(' '))
    const failure = failures.get(act as Act)
    failures.delete(act as Act)
    if (failure) throw failure
  }

  function finish(id: ContainerId, exitCode: number, oomKilled: boolean): ExitEvent | undefined {
    if (!runs.delete(id)) return undefined
    const event = { containerId: id, exitCode, oomKilled, finishedAt: new Date() }
    exits.set(id, event)
    streams.end(id)
    return event
  }

  function announce(event: ExitEvent | undefined): ExitEvent | undefined {
    if (event) for (const listener of listeners) listener(event)
    return event
  }

  function getRun(id: ContainerId): Run {
    const found = runs.get(id)
    if (!found) throw new PatchbayError('conflict', `container ${shortId(id)} is not running`)
    return found
  }

  function checkPrepared(id: ContainerId): void {
    if (!prepared.has(id)) throw new PatchbayError('not-found', `container ${shortId(id)} has no files here`)
  }

  return {
    calls,
    prepared,
    runs,
    streams,
    volumes: createFakeVolumes(),
    images: createFakeImages(),
    filesystem: createFakeFilesystem(),
    execResult: { exitCode: 0, stdout: '', stderr: '' },
    failNext: (act, error = new PatchbayError('system', `${act} failed on purpose`)) => void failures.set(act, error),
    end: (id, exitCode, options) => void announce(finish(id, exitCode, options?.oomKilled ?? false)),
    abandon: () => void listeners.splice(0),
    endUnseen: (id, exitCode) => void finish(id, exitCode, false),
    print(id, text, stream = 'stdout') {
      logs.set(id, [...(logs.get(id) ?? []), lineOf(stream, text)])
      streams.give(id, { stream, bytes: Buffer.from(`${text}\n`) })
    },

    ensureBusybox: async () => undefined,
    listImages: async () => [...images],
    findImage: async (reference) => matchImage(images, reference),

    async prepare(container: Container) {
      note('prepare', container.id)
      matchImage(images, container.imageId)
      prepared.add(container.id)
    },
    async create(container, netns, files) {
      note('create', container.id, netns)
      checkPrepared(container.id)
      if (runs.has(container.id)) throw new PatchbayError('conflict', `container ${container.name} is running already`)
      exits.delete(container.id)
      const pid = nextPid++
      runs.set(container.id, { pid, netns, files, phase: 'created', paused: false })
      return { pid }
    },
    async start(id) {
      note('start', id)
      getRun(id).phase = 'running'
    },
    async writeFiles(id, files) {
      note('writeFiles', id)
      checkPrepared(id)
      const found = runs.get(id)
      if (found) found.files = files
    },
    async stop(id, { timeoutMs, signal = 'SIGTERM' }) {
      note('stop', id, String(timeoutMs), signal)
      return announce(finish(id, 143, false))
    },
    async kill(id, signal) {
      note('kill', id, signal)
      getRun(id)
      announce(finish(id, 137, false))
    },
    async pause(id) {
      note('pause', id)
      getRun(id).paused = true
    },
    async resume(id) {
      note('resume', id)
      const found = runs.get(id)
      if (found) found.paused = false
    },
    isPaused: async (id) => runs.get(id)?.paused ?? false,
    async updateLimits(id) {
      note('updateLimits', id)
      getRun(id)
    },
    limitWarnings: () => [],
    stats: async () => undefined,
    listProcesses: async () => ({ titles: ['PID'], processes: [] }),
    async discard(id) {
      note('discard', id)
      runs.delete(id)
    },
    async remove(id) {
      note('remove', id)
      runs.delete(id)
      prepared.delete(id)
      exits.delete(id)
      logs.delete(id)
    },
    async attach({ id }) {
      checkPrepared(id)
      return streams.attach(id)
    },
    async resize(id, { rows, columns }) {
      note('resize', id, String(rows), String(columns))
      getRun(id)
    },
    async startExec(id, { command }) {
      note('startExec', id, ...command)
      getRun(id)
      const execId = createId<ContainerId>()
      const attachment = streams.attach(execId)
      const { exitCode, stdout, stderr } = this.execResult
      streams.give(execId, { stream: 'stdout', bytes: Buffer.from(stdout) })
      streams.give(execId, { stream: 'stderr', bytes: Buffer.from(stderr) })
      streams.end(execId)
      return {
        ...{ pid: nextPid++, attachment, exitCode: Promise.resolve(exitCode) },
        resize: async () => undefined,
        hangUp: () => note('hangUp', id),
      }
    },
    async exec(id, command) {
      note('exec', id, ...command)
      getRun(id)
      return this.execResult
    },
    async logs(id, { tail }) {
      checkPrepared(id)
      const lines = logs.get(id) ?? []
      return each(tail === undefined ? lines : lines.slice(Math.max(0, lines.length - tail)))
    },

    findPid: async (id) => runs.get(id)?.pid,
    findExit: async (id) => (runs.has(id) ? undefined : exits.get(id)),
    onExit: (listener) => void listeners.push(listener),
    close: async () => undefined,
  }
}

function lineOf(stream: LogLine['stream'], text: string): LogLine {
  const time = new Date()
  return { stream, time, stamp: time.toISOString(), bytes: Buffer.from(text), isPart: false }
}

async function* each(lines: readonly LogLine[]): AsyncGenerator<LogLine> {
  yield* lines
}
