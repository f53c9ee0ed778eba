import type { TerminalSize } from '../cnm/container'
import { isPatchbayError, PatchbayError } from '../cnm/errors'
import { type ContainerId, createId } from '../cnm/ids'
import { sentence } from '../cnm/sentence'
import type { Attachment, RunningExec, Runtime } from '../runtime/contract'
import type { Exec, ExecId, ExecInput } from './contract'

/** Ended ones are asked for once more, right after; the oldest are forgotten. */
const mostKept = 1_000

interface Entry {
  record: Exec
  running?: RunningExec
}

/** Commands that clients run in containers: in memory, as Docker keeps them. */
export class Execs {
  readonly #runtime: Pick<Runtime, 'startExec'>
  readonly #entries = new Map<string, Entry>()

  constructor(runtime: Pick<Runtime, 'startExec'>) {
    this.#runtime = runtime
  }

  create(containerId: ContainerId, input: ExecInput): Exec {
    const record: Exec = {
      ...input,
      id: createId<ExecId>(),
      containerId,
      status: 'created',
      pid: null,
      exitCode: null,
    }
    this.#forgetOldest()
    this.#entries.set(record.id, { record })
    return record
  }

  get(id: string): Exec {
    return this.#find(id).record
  }

  list(containerId: ContainerId): Exec[] {
    const records = [...this.#entries.values()].map(({ record }) => record)
    return records.filter((record) => record.containerId === containerId && record.status !== 'ended')
  }

  async start(id: string, options: { size?: TerminalSize; detached?: boolean }): Promise<Attachment> {
    const entry = this.#find(id)
    const { containerId, status, input, ...request } = entry.record
    if (status !== 'created') throw new PatchbayError('conflict', sentence`exec ${id} has been started already`)
    entry.record = { ...entry.record, status: 'running' }
    const attached = options.detached !== true
    try {
      const size = options.size
      const running = await this.#runtime.startExec(containerId, {
        ...request,
        size,
        attached,
        endsWithDaemon: attached && request.terminal,
        input: input && attached,
      })
      entry.running = running
      entry.record = { ...entry.record, pid: running.pid }
      void running.exitCode.then((exitCode) => end(entry, exitCode))
      return running.attachment
    } catch (error) {
      const code = isPatchbayError(error) ? error.data.exitCode : undefined
      end(entry, typeof code === 'number' ? code : 126)
      throw error
    }
  }

  async resize(id: string, size: TerminalSize): Promise<void> {
    const { running, record } = this.#find(id)
    if (!running || record.status !== 'running')
      throw new PatchbayError('conflict', sentence`exec ${id} is not running`)
    await running.resize(size)
  }

  /** Of one that was started, once it has ended; null where nobody knows. */
  async exitCode(id: string): Promise<number | null> {
    const { running, record } = this.#find(id)
    return running ? running.exitCode : record.exitCode
  }

  hangUp(id: string): void {
    this.#find(id).running?.hangUp()
  }

  #find(id: string): Entry {
    const entry = this.#entries.get(id)
    if (entry) return entry
    throw new PatchbayError('not-found', sentence`No such exec instance: ${id}`)
  }

  #forgetOldest(): void {
    for (const [id, { record }] of this.#entries) {
      if (this.#entries.size < mostKept) return
      if (record.status !== 'running') this.#entries.delete(id)
    }
  }
}

/** The record of one that could not begin has its exit code too. */
function end(entry: Entry, exitCode: number): void {
  entry.record = { ...entry.record, status: 'ended', exitCode }
  entry.running = undefined
}
