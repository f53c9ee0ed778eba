import type { OutputChunk } from '../contract'

/** What one client may have waiting before the program is held back. */
const mostWaitingBytes = 256 * 1024

/** The clients of one program's output: each gets all of it from the moment that it joins, at its own pace within bounds. */
export interface Audience {
  readonly size: number
  join(): Seat
  /** Undefined while all keep up; else resolves when they do. */
  give(chunk: OutputChunk): Promise<void> | undefined
  /** Those who do not keep up leave. */
  dropSlow(): void
  /** All have what is waiting for them, and then the end. */
  end(): void
}

export interface Seat {
  readonly output: AsyncGenerator<OutputChunk, void>
  leave(): void
}

export function createAudience(): Audience {
  const places = new Set<Place>()
  let resume: (() => void) | undefined
  const moved = () => {
    if ([...places].some((place) => place.isFull)) return
    resume?.()
    resume = undefined
  }
  const leave = (place: Place) => {
    places.delete(place)
    place.close()
    moved()
  }
  return {
    get size() {
      return places.size
    },
    join() {
      const place = new Place(moved)
      places.add(place)
      return { output: outputOf(place, () => leave(place)), leave: () => leave(place) }
    },
    give(chunk) {
      for (const place of places) place.put(chunk)
      if (![...places].some((place) => place.isFull)) return undefined
      return new Promise((resolve) => {
        resume = resolve
      })
    },
    dropSlow() {
      for (const place of places) if (place.isFull) leave(place)
    },
    end() {
      for (const place of places) place.end()
    },
  }
}

async function* outputOf(place: Place, leave: () => void): AsyncGenerator<OutputChunk, void> {
  try {
    for (;;) {
      const chunk = await place.take()
      if (chunk === undefined) return
      yield chunk
    }
  } finally {
    leave()
  }
}

/** What waits for one client. */
class Place {
  readonly #taken: () => void
  #waiting: OutputChunk[] = []
  #bytes = 0
  #isOver = false
  #wake: (() => void) | undefined

  constructor(taken: () => void) {
    this.#taken = taken
  }

  get isFull(): boolean {
    return this.#bytes > mostWaitingBytes
  }

  put(chunk: OutputChunk): void {
    this.#waiting.push(chunk)
    this.#bytes += chunk.bytes.length
    this.#wake?.()
  }

  async take(): Promise<OutputChunk | undefined> {
    while (this.#waiting.length === 0 && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    const chunk = this.#waiting.shift()
    this.#bytes -= chunk?.bytes.length ?? 0
    this.#taken()
    return chunk
  }

  end(): void {
    this.#isOver = true
    this.#wake?.()
  }

  close(): void {
    this.#waiting = []
    this.#bytes = 0
    this.end()
  }
}
