/**
 * Time that reading may take: a share of all time, saved up to a burst. What changes now and then is read at once, however
 * large it is; what changes all the time costs no more than the share.
 */
export interface Allowance {
  /** Milliseconds until the next reading; 0: at once. */
  readonly waitMs: number
  spend(ms: number): void
}

export function createAllowance({ share, burstMs }: { share: number; burstMs: number }): Allowance {
  let saved = burstMs
  let at = performance.now()

  function settle(): void {
    const now = performance.now()
    saved = Math.min(burstMs, saved + (now - at) * share)
    at = now
  }

  return {
    get waitMs() {
      settle()
      return Math.max(0, -saved / share)
    },
    spend(ms) {
      settle()
      saved -= ms
    },
  }
}
