import type { TerminalEvent } from '@/server/api/contract'

export interface TerminalSize {
  readonly rows: number
  readonly columns: number
}

/** The part of the API that a terminal speaks to. */
export interface TerminalApi {
  open(size: TerminalSize): Promise<string>
  /** Gives how to stop watching. */
  watch(terminal: string, onEvent: (event: TerminalEvent) => void): () => void
  write(terminal: string, data: string): Promise<unknown>
  resize(terminal: string, size: TerminalSize): Promise<unknown>
  seen(terminal: string, position: number): Promise<unknown>
  close(terminal: string): Promise<unknown>
}

export type TerminalState =
  | { readonly state: 'opening' | 'open' | 'gone' }
  | { readonly state: 'ended'; readonly exitCode: number | null }
  | { readonly state: 'failed'; readonly message: string }

export interface Screen {
  /** Calls back when it has been shown. */
  show(bytes: Uint8Array, shown: () => void): void
  tell(state: TerminalState): void
}

/** So much is shown before the daemon hears of it; far less than it lets out unseen. */
const toldEvery = 96 * 1024
/** Of one call. */
const mostTyped = 16_000

/** Carries what a person types and what a program shows: keys in their order, output no faster than it is shown. */
export class TerminalConnection {
  readonly #api: TerminalApi
  readonly #screen: Screen
  #terminal: string | undefined
  #stop: () => void = () => undefined
  #isClosed = false
  #typed = ''
  #isSending = false
  #size: TerminalSize | undefined
  /** Positions: what was given to the screen, what it has shown, and what the daemon knows of. */
  #given = 0
  #told = 0

  constructor(api: TerminalApi, screen: Screen) {
    this.#api = api
    this.#screen = screen
  }

  async open(size: TerminalSize): Promise<void> {
    this.#size = size
    this.#screen.tell({ state: 'opening' })
    try {
      const terminal = await this.#api.open(size)
      if (this.#isClosed) return void quietly(this.#api.close(terminal))
      this.#terminal = terminal
      this.#screen.tell({ state: 'open' })
      this.#stop = this.#api.watch(terminal, (event) => this.#take(event))
      if (this.#size !== size) this.resize(this.#size)
      this.#send()
    } catch (error) {
      this.#screen.tell({ state: 'failed', message: error instanceof Error ? error.message : String(error) })
    }
  }

  type(text: string): void {
    this.#typed += text
    this.#send()
  }

  resize(size: TerminalSize): void {
    this.#size = size
    if (this.#terminal !== undefined) quietly(this.#api.resize(this.#terminal, size))
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#stop()
    if (this.#terminal !== undefined) quietly(this.#api.close(this.#terminal))
  }

  #take(event: TerminalEvent): void {
    if (this.#isClosed) return
    if (event.type === 'output') {
      // A stream that was taken up again may repeat what was given before.
      if (event.end <= this.#given) return
      this.#given = event.end
      this.#screen.show(bytesOf(event.data), () => this.#shown(event.end))
      return
    }
    this.#stop()
    this.#screen.tell(event.type === 'end' ? { state: 'ended', exitCode: event.exitCode } : { state: 'gone' })
    this.close()
  }

  #shown(position: number): void {
    if (position - this.#told < toldEvery || this.#terminal === undefined || this.#isClosed) return
    this.#told = position
    quietly(this.#api.seen(this.#terminal, position))
  }

  /** One call at a time: two on their way might arrive in another order. */
  #send(): void {
    if (this.#isSending || this.#terminal === undefined || this.#typed === '' || this.#isClosed) return
    this.#isSending = true
    const text = this.#typed.slice(0, mostTyped)
    this.#typed = this.#typed.slice(text.length)
    this.#api
      .write(this.#terminal, text)
      .catch(() => undefined)
      .finally(() => {
        this.#isSending = false
        this.#send()
      })
  }
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
}

/** What failed shows by the stream, or does not matter any more. */
function quietly(call: Promise<unknown>): void {
  call.catch(() => undefined)
}
