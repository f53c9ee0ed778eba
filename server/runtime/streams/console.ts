import type { Attachment, OutputChunk } from '../contract'
import { createAudience } from './audience'
import { createDeferred } from './deferred'
import { type Relay, startRelay } from './relay'

/** How often one looks whether a program that a client holds back has ended meanwhile. */
const patienceMs = 3_000
/** conmon's number of the error stream. */
const errorsNumber = 3

export interface ConsoleOptions {
  /** Where conmon has its attach socket. */
  readonly dir: string
  /** "once": it ends when the first client that writes has gone or ended its side. "open": clients come and go. */
  readonly input: 'none' | 'once' | 'open'
  isRunning(): Promise<boolean>
  /** Clients hear of the end after this, where it is given: conmon closes the streams before it tells the exit code. */
  readonly known?: Promise<unknown>
}

/** The streams of one program and the clients at them. */
export interface Console {
  /** Also before the program is there: then nothing that it writes is missed. */
  attach(withInput: boolean): Attachment
  /** Reaches for the program as soon as it has been made. Throws system when it cannot be reached though it runs. */
  connect(made: Promise<unknown>): Promise<void>
  /** Lets all clients go, and does nothing to the program. */
  close(): void
  /** The program has ended, or the last client has gone and nothing has to be kept: it is of no use any more. */
  readonly over: Promise<void>
}

/**
 * Docker's rules: all clients see all output, one that does not read holds the program back, and a client that goes
 * leaves the program as it was. One who does not read either after the program has ended is let go, for conmon tells
 * the end only when its output has been taken.
 */
export function createConsole({ dir, input, isRunning, known }: ConsoleOptions): Console {
  const audience = createAudience()
  const over = createDeferred<void>()
  const connected = createDeferred<Relay | undefined>()
  let relay: Relay | undefined
  let inputHasEnded = false

  function finish(): void {
    audience.end()
    relay?.end()
    connected.resolve(undefined)
    over.resolve()
  }

  function leftAlone(): void {
    const mayGo = input !== 'once' || inputHasEnded || relay === undefined
    if (audience.size === 0 && mayGo) finish()
  }

  function endInput(): void {
    if (inputHasEnded) return
    inputHasEnded = true
    void connected.promise.then((found) => found?.endInput())
  }

  async function pump(source: Relay): Promise<void> {
    for await (const packet of source.packets) {
      const full = audience.give(chunkOf(packet))
      if (full) await patiently(full)
    }
    await known
    finish()
  }

  async function patiently(full: Promise<void>): Promise<void> {
    const look = async () => {
      if (!(await isRunning())) audience.dropSlow()
    }
    const timer = setInterval(() => void look(), patienceMs)
    await full
    clearInterval(timer)
  }

  return {
    over: over.promise,
    attach(withInput) {
      const seat = audience.join()
      const writes = withInput && input !== 'none'
      const close = () => {
        seat.leave()
        if (writes && input === 'once') endInput()
        leftAlone()
      }
      return {
        output: seat.output,
        async write(bytes) {
          if (writes && !inputHasEnded) await (await connected.promise)?.write(bytes)
        },
        endInput() {
          if (writes && input === 'once') endInput()
          else if (writes) close()
        },
        close,
      }
    },
    async connect(made) {
      relay = startRelay(dir, input === 'once')
      try {
        await made
        await relay.connect()
      } catch (error) {
        finish()
        if (await isRunning()) throw error
        return
      }
      void pump(relay)
      connected.resolve(relay)
      leftAlone()
    },
    close: finish,
  }
}

function chunkOf(packet: Buffer): OutputChunk {
  return { stream: packet[0] === errorsNumber ? 'stderr' : 'stdout', bytes: packet.subarray(1) }
}
