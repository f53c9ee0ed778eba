/** Collects what a watch gives, and waits for events that fit. */
export function collect<Event>(watch: (signal: AbortSignal) => AsyncIterable<Event>) {
  const stopping = new AbortController()
  const events: Event[] = []
  const arrivals: number[] = []
  const wakers = new Set<() => void>()
  const ended = (async () => {
    for await (const event of watch(stopping.signal)) {
      events.push(event)
      arrivals.push(performance.now())
      for (const wake of wakers) wake()
    }
  })()

  return {
    events,
    /** The first event at or after `from` that fits, and when it came; fails after two seconds. */
    async until(fits: (event: Event) => boolean, from = 0): Promise<{ event: Event; at: number }> {
      const deadline = performance.now() + 2_000
      for (;;) {
        const index = events.findIndex((event, place) => place >= from && fits(event))
        const event = events[index]
        if (event !== undefined) return { event, at: arrivals[index] ?? 0 }
        if (performance.now() > deadline) throw new Error(`no such event in ${JSON.stringify(events).slice(0, 4000)}`)
        await new Promise<void>((resolve) => {
          const done = () => {
            wakers.delete(done)
            clearTimeout(timer)
            resolve()
          }
          const timer = setTimeout(done, 100)
          wakers.add(done)
        })
      }
    },
    async stop() {
      stopping.abort()
      await ended
    },
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
