/** An event under the version that the picture has after it. */
export interface Versioned<Event> {
  readonly version: number
  readonly event: Event
}

/**
 * A picture and what happened to it, for any number of followers. All followers share one ring
 * of the latest events: a follower holds nothing but the version that it has seen, and whoever
 * falls behind the ring gets the whole picture anew, so that no follower costs memory.
 */
export interface Feed<Event> {
  readonly version: number
  append(event: Event): void
  /** The picture is another one: every follower gets it whole. */
  restart(): void
  /** The whole picture first, or the events since `seen` where the ring still has them; then what comes. Ends with `signal`. */
  follow(signal: AbortSignal, seen?: number): AsyncGenerator<Versioned<Event>>
  /** Ends all followers. */
  close(): void
}

/** `whole` gives the picture as one event; at most `limit` events are kept. */
export function createFeed<Event>(options: { limit: number; whole: () => Event }): Feed<Event> {
  let ring: Versioned<Event>[] = []
  let version = 0
  let closed = false
  const wakers = new Set<() => void>()

  function advance() {
    for (const wake of wakers) wake()
    wakers.clear()
  }

  function since(seen: number | undefined): readonly Versioned<Event>[] | null {
    if (seen === version) return []
    const oldest = ring[0]?.version
    if (seen === undefined || seen > version || oldest === undefined || seen < oldest - 1) return null
    return ring.slice(seen - oldest + 1)
  }

  return {
    get version() {
      return version
    },
    append(event) {
      version += 1
      ring.push({ version, event })
      if (ring.length > options.limit) ring.shift()
      advance()
    },
    restart() {
      version += 1
      ring = []
      advance()
    },
    async *follow(signal, seen) {
      let at = seen
      while (!signal.aborted && !closed) {
        const missed = since(at)
        if (missed === null) {
          at = version
          yield { version, event: options.whole() }
        } else {
          for (const one of missed) {
            if (signal.aborted || closed) return
            at = one.version
            yield one
          }
        }
        if (at === version && !closed) await nextAdvance(wakers, signal)
      }
    },
    close() {
      closed = true
      advance()
    },
  }
}

function nextAdvance(wakers: Set<() => void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      wakers.delete(done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    wakers.add(done)
    signal.addEventListener('abort', done)
  })
}
