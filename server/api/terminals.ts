import { setTimeout as wait } from 'node:timers/promises'
import type { TerminalSize } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import type { Engine, Terminal, TerminalInput } from '../engine/contract'
import type { Session } from './auth'
import type { TerminalEvent } from './contract'
import { createBacklog } from './terminal-backlog'

/** All that are open at once, of everybody. */
const mostOpen = 32
/** A page that is loaded anew, or a stream that is taken up again, finds its terminals within this. */
const graceMs = 5_000

type TerminalEngine = Pick<Engine, 'openTerminal' | 'resizeExec' | 'hangUpExec' | 'getExec'>

/**
 * Terminals that pages have open. One belongs to the session that opened it, and ends when nobody watches it any more,
 * when that session is signed out, and with the daemon.
 */
export class Terminals {
  readonly #engine: TerminalEngine
  readonly #graceMs: number
  readonly #open = new Map<string, OpenTerminal>()
  readonly #followed = new WeakSet<AbortSignal>()
  #opening = 0

  constructor(engine: TerminalEngine, options: { graceMs?: number } = {}) {
    this.#engine = engine
    this.#graceMs = options.graceMs ?? graceMs
  }

  /** Throws unavailable when too many are open, and what the engine throws where the command cannot begin. */
  async open(owner: Session, container: string, input: TerminalInput, actor: string): Promise<string> {
    if (this.#open.size + this.#opening >= mostOpen) {
      throw new PatchbayError('unavailable', `${mostOpen} terminals are open; close one of them first`)
    }
    this.#opening += 1
    try {
      const terminal = await this.#engine.openTerminal(container, input, { actor })
      const opened = new OpenTerminal(this.#engine, terminal, owner, this.#graceMs, (id) => this.#open.delete(id))
      this.#open.set(opened.id, opened)
      this.#endWith(owner)
      return opened.id
    } finally {
      this.#opening -= 1
    }
  }

  /** What it shows behind a position; ends with one event that says how it ended. */
  async *watch(owner: Session, id: string, from: number, signal: AbortSignal): AsyncGenerator<TerminalEvent> {
    const terminal = this.#findOwn(owner, id)
    if (terminal) yield* terminal.watch(from, signal)
    // A thrown error would make the browser ask again for what will not mend.
    else yield { type: 'gone' }
  }

  async write(owner: Session, id: string, data: string): Promise<void> {
    await this.#getOwn(owner, id).write(data)
  }

  async resize(owner: Session, id: string, size: TerminalSize): Promise<void> {
    await this.#getOwn(owner, id).resize(size)
  }

  /** The page has shown all up to this position; what is behind it may follow. */
  seen(owner: Session, id: string, position: number): void {
    this.#findOwn(owner, id)?.seen(position)
  }

  /** Quiet when there is none. */
  close(owner: Session, id: string): void {
    this.#findOwn(owner, id)?.close()
  }

  closeAll(): void {
    for (const terminal of this.#open.values()) terminal.close()
  }

  /** One listener a session, however many terminals it opens. */
  #endWith({ signedOut }: Session): void {
    const closeOwn = () => {
      for (const terminal of this.#open.values()) if (terminal.isSignedOut) terminal.close()
    }
    if (signedOut.aborted) closeOwn()
    else if (!this.#followed.has(signedOut)) signedOut.addEventListener('abort', closeOwn)
    this.#followed.add(signedOut)
  }

  #getOwn(owner: Session, id: string): OpenTerminal {
    const terminal = this.#findOwn(owner, id)
    if (terminal) return terminal
    throw new PatchbayError('not-found', 'this terminal is no longer open')
  }

  #findOwn(owner: Session, id: string): OpenTerminal | undefined {
    const terminal = this.#open.get(id)
    return terminal?.isOf(owner) ? terminal : undefined
  }
}

class OpenTerminal {
  readonly id: string
  readonly #engine: TerminalEngine
  readonly #terminal: Terminal
  readonly #owner: Session
  readonly #graceMs: number
  readonly #backlog = createBacklog()
  readonly #closing = new AbortController()
  readonly #forget: (id: string) => void
  #watcher: AbortController | undefined
  #leaving: NodeJS.Timeout | undefined

  constructor(
    engine: TerminalEngine,
    terminal: Terminal,
    owner: Session,
    graceMs: number,
    forget: (id: string) => void,
  ) {
    this.#engine = engine
    this.#terminal = terminal
    this.id = terminal.exec.id
    this.#owner = owner
    this.#graceMs = graceMs
    this.#forget = forget
    this.#waitForWatcher()
    void this.#pump()
  }

  isOf(session: Session): boolean {
    return this.#owner.hash === session.hash
  }

  get isSignedOut(): boolean {
    return this.#owner.signedOut.aborted
  }

  readonly close = (): void => {
    if (this.#closing.signal.aborted) return
    this.#closing.abort()
    clearTimeout(this.#leaving)
    this.#engine.hangUpExec(this.id)
    this.#terminal.attachment.close()
    this.#backlog.end()
    this.#forget(this.id)
  }

  async write(data: string): Promise<void> {
    await this.#terminal.attachment.write(Buffer.from(data))
  }

  /** Quiet when the command has ended meanwhile. */
  async resize(size: TerminalSize): Promise<void> {
    if (this.#engine.getExec(this.id).status === 'running') await this.#engine.resizeExec(this.id, size)
  }

  seen(position: number): void {
    this.#backlog.forgetTo(position)
  }

  /** One page at a time: a later one takes it over. */
  async *watch(from: number, signal: AbortSignal): AsyncGenerator<TerminalEvent> {
    const watcher = new AbortController()
    this.#watcher?.abort()
    this.#watcher = watcher
    clearTimeout(this.#leaving)
    try {
      const until = AbortSignal.any([signal, watcher.signal])
      for await (const { end, bytes } of this.#backlog.read(from, until)) {
        yield { type: 'output', end, data: bytes.toString('base64') }
      }
      if (!until.aborted) yield await this.#ending()
    } finally {
      if (this.#watcher === watcher) this.#waitForWatcher()
    }
  }

  async #ending(): Promise<TerminalEvent> {
    if (this.#closing.signal.aborted) return { type: 'gone' }
    // The streams end a moment before the exit code is known.
    for (let tries = 0; tries < 20 && this.#engine.getExec(this.id).exitCode === null; tries++) await wait(10)
    return { type: 'end', exitCode: this.#engine.getExec(this.id).exitCode }
  }

  #waitForWatcher(): void {
    clearTimeout(this.#leaving)
    this.#leaving = setTimeout(this.close, this.#graceMs)
    this.#leaving.unref()
  }

  /** A page that does not keep up holds the program back. */
  async #pump(): Promise<void> {
    try {
      for await (const { bytes } of this.#terminal.attachment.output) await this.#backlog.put(bytes)
    } finally {
      this.#backlog.end()
    }
  }
}
