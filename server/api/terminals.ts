import type { TerminalSize } from '../cnm/container'
import { sentence } from '../cnm/sentence'
import type { OpenTerminal, Terminal, TerminalInput } from '../engine/contract'
import type { Session } from './auth'
import type { TerminalEvent } from './contract'
import { type Held, Holdings } from './holdings'
import { createBacklog } from './terminal-backlog'

/** Of everybody, at once. */
const mostOpen = 32

/** Terminals that pages have open. */
export class Terminals {
  readonly #open: OpenTerminal
  readonly #held: Holdings<HeldTerminal>

  constructor(open: OpenTerminal, options: { graceMs?: number } = {}) {
    this.#open = open
    this.#held = new Holdings({
      most: mostOpen,
      tooMany: (most) => sentence`${most} terminals are open; close one of them first`,
      ...options,
    })
  }

  /** Throws unavailable when too many are open, and what the engine throws where the command cannot begin. */
  async open(owner: Session, container: string, input: TerminalInput, actor: string): Promise<string> {
    const opened = await this.#held.add(
      owner,
      async () => new HeldTerminal(await this.#open(container, input, { actor })),
    )
    return opened.id
  }

  /** What it shows behind a position; ends with one event that says how it ended. */
  watch(owner: Session, id: string, from: number, signal: AbortSignal): AsyncGenerator<TerminalEvent, void> {
    return this.#held.watch<TerminalEvent>(owner, id, signal, (terminal, until) => terminal.watch(from, until), {
      type: 'gone',
    })
  }

  async write(owner: Session, id: string, data: string): Promise<void> {
    await this.#held.get(owner, id).write(data)
  }

  async resize(owner: Session, id: string, size: TerminalSize): Promise<void> {
    await this.#held.get(owner, id).resize(size)
  }

  /** The page has shown all up to this position; what is behind it may follow. */
  seen(owner: Session, id: string, position: number): void {
    this.#held.find(owner, id)?.seen(position)
  }

  /** Quiet when there is none. */
  close(owner: Session, id: string): void {
    this.#held.close(owner, id)
  }

  closeAll(): void {
    this.#held.closeAll()
  }
}

class HeldTerminal implements Held {
  readonly id: string
  readonly #terminal: Terminal
  readonly #backlog = createBacklog()
  #isClosed = false

  constructor(terminal: Terminal) {
    this.#terminal = terminal
    this.id = terminal.id
    void this.#pump()
  }

  close(): void {
    this.#isClosed = true
    this.#terminal.hangUp()
    this.#backlog.end()
  }

  async write(data: string): Promise<void> {
    await this.#terminal.write(Buffer.from(data))
  }

  async resize(size: TerminalSize): Promise<void> {
    await this.#terminal.resize(size)
  }

  seen(position: number): void {
    this.#backlog.forgetTo(position)
  }

  async *watch(from: number, signal: AbortSignal): AsyncGenerator<TerminalEvent> {
    for await (const { end, bytes } of this.#backlog.read(from, signal)) {
      yield { type: 'output', end, data: bytes.toString('base64') }
    }
    if (signal.aborted || this.#isClosed) return
    yield { type: 'end', exitCode: await this.#terminal.exitCode() }
  }

  /** A page that does not keep up holds the program back. */
  async #pump(): Promise<void> {
    try {
      for await (const bytes of this.#terminal.output) await this.#backlog.put(bytes)
    } finally {
      this.#backlog.end()
    }
  }
}
