/** Work that is asked for often and done seldom. */
export interface Coalesced {
  /** Asks for the work; it begins at the latest `delayMs` later, and never twice at a time. */
  soon(): void
  /** Does what was asked for now, if anything was; waits for it. */
  flush(): Promise<void>
  close(): void
}

/** `failed` gets what `work` throws; the work is not tried again by itself. */
export function coalesce(options: {
  readonly delayMs: number | (() => number)
  readonly work: () => Promise<void> | void
  readonly failed: (error: unknown) => void
}): Coalesced {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | null = null
  let asked = false
  let closed = false

  function delay() {
    return typeof options.delayMs === 'number' ? options.delayMs : options.delayMs()
  }

  async function work() {
    clearTimeout(timer)
    timer = undefined
    asked = false
    try {
      await options.work()
    } catch (error) {
      if (!closed) options.failed(error)
    }
  }

  function begin(): Promise<void> {
    running = work().finally(() => {
      running = null
      if (asked && !closed) schedule()
    })
    return running
  }

  function schedule() {
    if (timer === undefined && running === null) timer = setTimeout(() => void begin(), delay())
  }

  return {
    soon() {
      if (closed) return
      asked = true
      schedule()
    },
    async flush() {
      while (running) await running
      if (asked && !closed) await begin()
    },
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}

/** Does the work again and again, `intervalMs` after it has ended; gives how to stop. */
export function repeat(
  intervalMs: number,
  work: () => Promise<void> | void,
  failed: (error: unknown) => void,
): () => void {
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  async function round() {
    try {
      await work()
    } catch (error) {
      if (!stopped) failed(error)
    }
    if (!stopped) timer = setTimeout(() => void round(), intervalMs)
  }
  timer = setTimeout(() => void round(), intervalMs)
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}

/** The same work, never twice at a time: a call waits for those before it. */
export function inTurn(work: () => Promise<void>): () => Promise<void> {
  let last: Promise<void> = Promise.resolve()
  return () => {
    last = last.then(work, work)
    return last
  }
}
