/** Something that runs only while somebody needs it. */
export interface Activity {
  /** Starts it if it does not run, waits until it is ready, and gives how to let go of it. Throws what starting threw. */
  hold(): Promise<() => void>
  /** Stops it now, whoever holds it. */
  close(): void
}

/**
 * `start` gives how to stop. After the last holder has let go, it goes on for `lingerMs`, so that
 * a page that is loaded anew finds it running.
 */
export function createActivity(start: () => Promise<() => void>, lingerMs: number): Activity {
  let holders = 0
  let running: Promise<() => void> | null = null
  let lingering: NodeJS.Timeout | undefined

  function stop() {
    const stopping = running
    running = null
    clearTimeout(lingering)
    stopping?.then((end) => end()).catch(() => undefined) // what did not start has nothing to stop
  }

  function release() {
    holders -= 1
    if (holders > 0 || running === null) return
    clearTimeout(lingering)
    lingering = setTimeout(stop, lingerMs)
    lingering.unref()
  }

  return {
    async hold() {
      clearTimeout(lingering)
      holders += 1
      const starting = running ?? start()
      running = starting
      try {
        await starting
      } catch (error) {
        holders -= 1
        if (running === starting) running = null
        throw error
      }
      let held = true
      return () => {
        if (held) release()
        held = false
      }
    },
    close: stop,
  }
}

/** What `make` yields, while `activity` runs for it. */
export async function* during<Event>(
  activity: Activity,
  make: () => AsyncIterable<Event>,
): AsyncGenerator<Event, void, undefined> {
  const release = await activity.hold()
  try {
    yield* make()
  } finally {
    release()
  }
}

/** Starts all; when one cannot start, stops the others and throws its error. Gives how to stop all. */
export async function startAll(starts: readonly (() => Promise<() => void>)[]): Promise<() => void> {
  const results = await Promise.allSettled(starts.map((start) => start()))
  const stop = () => {
    for (const result of results) if (result.status === 'fulfilled') result.value()
  }
  const failure = results.find((result) => result.status === 'rejected')
  if (failure) {
    stop()
    throw failure.reason
  }
  return stop
}
