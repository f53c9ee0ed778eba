/** Somebody waits until it rings, or until a time has passed. Ends all waiting with the signal. */
export interface Bell {
  ring(): void
  /** What has rung before counts no more. */
  hush(): void
  /** True: it has rung. */
  wait(ms: number): Promise<boolean>
  /** Whether it rings or not. */
  sleep(ms: number): Promise<void>
}

export function createBell(signal: AbortSignal): Bell {
  let hasRung = false
  let wake: (() => void) | null = null

  function rest(ms: number, wakes: boolean): Promise<void> {
    if (signal.aborted || ms <= 0) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        wake = null
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal.addEventListener('abort', done)
      if (wakes) wake = done
    })
  }

  return {
    ring() {
      hasRung = true
      wake?.()
    },
    hush() {
      hasRung = false
    },
    async wait(ms) {
      if (!hasRung) await rest(ms, true)
      return hasRung
    },
    sleep: (ms) => rest(ms, false),
  }
}
