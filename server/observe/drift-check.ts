import { isDeepStrictEqual } from 'node:util'
import type { DriftView } from './snapshot'
import { coalesce, repeat } from './timing'

const glanceMs = 20
const confirmMs = 50
const busyRetryMs = 100
/** After a check of 30 ms, the next that is asked for by events waits 60 ms; 300 ms where a glance saw nothing new. */
const restFactor = 2
const idleRestFactor = 10
/** One that comes by the clock may take a hundredth. */
const longRestFactor = 100

/** Compares what is wanted with the kernel, again and again. */
export interface DriftCheck {
  readonly found: readonly DriftView[]
  /** Something changed on the host that drift may come from: looks first whether it seems to. */
  glance(): void
  /** Something changed inside a sandbox, where only a check can tell. */
  check(): void
  start(): () => void
}

/**
 * What a check finds is shown when it was suspected before (by a glance or an earlier check), and only if
 * no operation was running and nothing that is wanted changed meanwhile: a change on its way is no drift.
 * `suspect` gives keys without asking the kernel; `generation` is another number after every change of
 * what is wanted.
 */
export function createDriftCheck(options: {
  readonly intervalMs: number
  readonly suspect: () => Promise<readonly string[]>
  readonly find: () => Promise<DriftView[]>
  readonly isQuiet: () => boolean
  readonly generation: () => number
  readonly changed: () => void
  readonly failed: (error: unknown) => void
}): DriftCheck {
  let found: readonly DriftView[] = []
  let suspected = new Set<string>()
  let lastSeen = ''
  let endedAt = 0
  let tookMs = 0
  let checkAgain: (afterMs: number) => void = () => undefined
  let glanceAgain: (afterMs: number) => void = () => undefined

  async function glance() {
    if (!options.isQuiet()) return glanceAgain(busyRetryMs)
    const keys = await options.suspect()
    if (found.length === 0 && keys.length === 0) return
    const seen = `${options.generation()} ${keys.join('\n')}`
    const isNews = seen !== lastSeen
    lastSeen = seen
    for (const key of keys) suspected.add(key)
    checkAgain(rest(isNews ? restFactor : idleRestFactor))
  }

  /** What is left of a rest that many times as long as the last check. */
  function rest(factor: number) {
    return Math.max(0, endedAt + tookMs * factor - performance.now())
  }

  async function check() {
    const generation = options.generation()
    if (!options.isQuiet()) return checkAgain(busyRetryMs)
    const began = performance.now()
    const now = await options.find()
    endedAt = performance.now()
    tookMs = endedAt - began
    if (!options.isQuiet() || options.generation() !== generation) return checkAgain(busyRetryMs)
    const known = new Set(found.map((one) => one.key))
    const sure = now.filter(({ key }) => known.has(key) || suspected.has(key))
    suspected = new Set(now.map(({ key }) => key))
    if (!isDeepStrictEqual(sure, found)) {
      found = sure
      options.changed()
    }
    if (sure.length < now.length) checkAgain(confirmMs)
  }

  return {
    get found() {
      return found
    },
    glance: () => glanceAgain(glanceMs),
    check: () => checkAgain(Math.max(glanceMs, rest(restFactor))),
    start() {
      const checking = createAlarm(check, options.failed)
      const glancing = createAlarm(glance, options.failed)
      checkAgain = checking.set
      glanceAgain = glancing.set
      checkAgain(0)
      const stopRepeating = repeat(
        options.intervalMs,
        () => {
          if (rest(longRestFactor) === 0) checkAgain(0)
        },
        options.failed,
      )
      return () => {
        stopRepeating()
        checking.close()
        glancing.close()
        checkAgain = () => undefined
        glanceAgain = () => undefined
      }
    },
  }
}

/** Work after a time that is given with each call; the first of several calls sets it. */
function createAlarm(work: () => Promise<void> | void, failed: (error: unknown) => void) {
  let delayMs = 0
  const waiting = coalesce({ delayMs: () => delayMs, work, failed })
  return {
    set(afterMs: number) {
      delayMs = afterMs
      waiting.soon()
    },
    close: waiting.close,
  }
}
