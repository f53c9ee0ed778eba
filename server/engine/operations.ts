import { messageOf, toldBy } from '../cnm/errors'
import { createId, type OperationId } from '../cnm/ids'
import type { Operation, OperationVerb } from '../cnm/operation'
import type { RecordChange, Store } from '../store/contract'
import type { EngineEvent } from './contract'
import type { Records } from './records'

const keptInMemory = 200

/** What an operation is about, before it runs. */
export interface Intent {
  readonly verb: OperationVerb
  readonly subjects: readonly string[]
  readonly records: Readonly<Record<string, string>>
  readonly actor: string
  readonly commands: readonly string[]
}

/** The engine's journal: records the intent before the kernel is touched, and the result after. */
export class Journal {
  private readonly store: Store
  private readonly records: Records
  private readonly listeners = new Set<(event: EngineEvent) => void>()
  private latest: Operation[] = []
  private behind: Promise<unknown> = Promise.resolve()

  constructor(store: Store, records: Records) {
    this.store = store
    this.records = records
  }

  async load(): Promise<void> {
    this.latest = await this.store.listOperations(keptInMemory)
  }

  list(): readonly Operation[] {
    return this.latest
  }

  subscribe(listener: (event: EngineEvent) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Writes records and intent in one transaction; in the place of the operation `id`, where that is given. */
  async begin(intent: Intent, change: RecordChange, id = createId<OperationId>()): Promise<Operation> {
    const operation: Operation = {
      id,
      ...intent,
      status: 'running',
      error: null,
      startedAt: new Date(),
      durationMs: null,
    }
    await this.write({ ...change, putOperation: operation })
    return operation
  }

  /**
   * Writes how it ended, with the records as they are now. Where the disk does not take it the log tells so, and the end
   * stands: the kernel is so already, and a new daemon finishes what the disk has as running.
   */
  async end(operation: Operation, result: EndResult, change: RecordChange = {}): Promise<Operation> {
    const ended = this.endBehind(operation, result, change)
    await this.flush()
    return ended
  }

  /**
   * As `end`, without waiting for the disk. For changes that a new daemon would finish in the same
   * way if this one were killed now: their intent says it all.
   */
  endBehind(operation: Operation, result: EndResult, change: RecordChange = {}): Operation {
    const ended = endedOperation(operation, result)
    const whole = { ...change, putOperation: ended }
    this.accept(whole)
    const written = this.store.change(whole).catch((error: unknown) => {
      console.error(`the end of ${operation.verb} could not be written: ${messageOf(error)}`)
    })
    this.behind = Promise.all([this.behind, written])
    return ended
  }

  /** Resolves when everything has been written. */
  async flush(): Promise<void> {
    await this.behind
  }

  /** Tells what no record holds. */
  announce(event: EngineEvent): void {
    for (const listener of this.listeners) listener(event)
  }

  /** Changes records outside of an operation (a container ended by itself). */
  async write(change: RecordChange): Promise<void> {
    await this.store.change(change)
    this.accept(change)
  }

  private accept(change: RecordChange): void {
    this.records.apply(change)
    if (change.putOperation) this.remember(change.putOperation)
    this.emit(change)
  }

  private remember(operation: Operation): void {
    const others = this.latest.filter((known) => known.id !== operation.id)
    this.latest = [operation, ...others].slice(0, keptInMemory)
  }

  private emit(change: RecordChange): void {
    const events: EngineEvent[] = [
      ...(change.addNetworks ?? []).map(({ id }) => ({ type: 'network' as const, id })),
      ...(change.putNetworks ?? []).map(({ id }) => ({ type: 'network' as const, id })),
      ...(change.removeNetworks ?? []).map((id) => ({ type: 'network' as const, id })),
      ...(change.putContainers ?? []).map(({ id }) => ({ type: 'container' as const, id })),
      ...(change.removeContainers ?? []).map((id) => ({ type: 'container' as const, id })),
      ...(change.putEndpoints ?? []).map(({ id }) => ({ type: 'endpoint' as const, id })),
      ...(change.removeEndpoints ?? []).map((id) => ({ type: 'endpoint' as const, id })),
      ...(change.putServices ?? []).map(({ id }) => ({ type: 'service' as const, id })),
      ...(change.removeServices ?? []).map((id) => ({ type: 'service' as const, id })),
      ...(change.putOperation ? [{ type: 'operation' as const, operation: change.putOperation }] : []),
    ]
    for (const event of events) this.announce(event)
  }
}

function endedOperation(operation: Operation, result: EndResult): Operation {
  return {
    ...operation,
    status: result.status,
    commands: result.commands ?? operation.commands,
    error: result.error === undefined ? null : toldBy(result.error),
    durationMs: result.durationMs,
  }
}

export interface EndResult {
  readonly status: 'done' | 'failed' | 'finished' | 'undone'
  readonly durationMs: number
  readonly commands?: readonly string[]
  readonly error?: unknown
}
