/** What may be on its way to a page that has not said that it has shown it; enough for a screen that scrolls fast. */
const mostUnseenBytes = 512 * 1024
/** Of one event. */
const mostAtOnceBytes = 64 * 1024

/** Output of a terminal by its position, from what the page has not shown yet. */
export interface Backlog {
  /** Resolves when there is room for more. */
  put(bytes: Buffer): Promise<void>
  /** All before this position has been shown. */
  forgetTo(position: number): void
  /** What lies behind `from`, as it comes, to the end or until the signal. `end`: the position behind it. */
  read(from: number, signal: AbortSignal): AsyncGenerator<{ end: number; bytes: Buffer }>
  end(): void
}

export function createBacklog(): Backlog {
  let kept: Buffer[] = []
  /** Positions of the first byte that is kept, and of the next to come. */
  let [start, end] = [0, 0]
  let isOver = false
  let moved = signalOnce()

  function tell(): void {
    moved.resolve()
    moved = signalOnce()
  }

  function from(position: number): Buffer {
    const all = Buffer.concat(kept)
    return all.subarray(Math.max(0, position - start), Math.max(0, position - start) + mostAtOnceBytes)
  }

  return {
    async put(bytes) {
      if (isOver) return
      kept.push(bytes)
      end += bytes.length
      tell()
      while (end - start > mostUnseenBytes && !isOver) await moved.promise
    },
    forgetTo(position) {
      const upTo = Math.min(position, end)
      if (upTo <= start) return
      kept = [Buffer.concat(kept).subarray(upTo - start)]
      start = upTo
      tell()
    },
    async *read(position, signal) {
      let next = Math.min(Math.max(position, start), end)
      const leave = () => tell()
      signal.addEventListener('abort', leave)
      try {
        while (!signal.aborted) {
          const bytes = from(next)
          if (bytes.length > 0) {
            next = Math.max(next, start) + bytes.length
            yield { end: next, bytes }
          } else if (isOver) return
          else await moved.promise
        }
      } finally {
        signal.removeEventListener('abort', leave)
      }
    },
    end() {
      isOver = true
      tell()
    },
  }
}

function signalOnce(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
