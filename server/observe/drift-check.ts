import { isDeepStrictEqual } from 'node:util'
import type { Look } from '../kernel/contract'
import { isWithin, wider } from './look'
import type { DriftView } from './snapshot'
import { coalesce, repeat } from './timing'

const glanceMs = 20
const confirmMs = 50
/** After a look of 30 ms, the next that is asked for by events waits 60 ms; 300 ms where a glance saw nothing new. */
const restFactor = 2
const idleRestFactor = 10
/** One that comes by the clock may take a two-hundredth: two processors can be at work in it. */
const longRestFactor = 200

/** Compares what is wanted with the kernel, again and again. */
export interface DriftCheck {
  readonly found: readonly DriftView[]
  /** Something changed on the host that drift may come from: looks first whether it seems to. */
  glance(): void
  /** Routes of the host changed, of which only the kernel can tell what is wrong. */
  checkHost(): void
  /** Something changed inside a sandbox, where only such a look into the sandboxes can tell. */
  check(look: Exclude<Look, 'host'>): void
  start(): () => void
}

/**
 * What a check finds is shown when it was suspected before (by a glance or an earlier check), and only if
 * no operation was running and nothing that is wanted changed meanwhile: a change on its way is no drift.
 * `suspect` gives keys without asking the kernel; `quietInMs` is 0 where no operation runs or has just ended;
 * `generation` is another number after every change of what is wanted. What events tell of the host is looked
 * for there; a wider look follows with a longer rest, and one at everything by the clock.
 */
export function createDriftCheck(options: {
  readonly intervalMs: number
  readonly suspect: () => Promise<readonly string[]>
  readonly find: (look: Look) => Promise<DriftView[]>
  readonly quietInMs: () => number
  readonly generation: () => number
  readonly changed: () => void
  readonly failed: (error: unknown) => void
}): DriftCheck {
  let found: readonly DriftView[] = []
  let suspected = new Set<string>()
  let lastSeen = ''
  const near = createPace()
  const far = createPace()
  let farLook: Look = 'links'
  /** Of what is wanted, when the sandboxes were last looked into. */
  let farGeneration = options.generation()
  let glanceAgain: SetAlarm = () => undefined
  let lookNear: SetAlarm = () => undefined
  let lookFar: SetAlarm = () => undefined

  async function glance() {
    const quietInMs = options.quietInMs()
    if (quietInMs > 0) return glanceAgain(quietInMs)
    askAfterChange()
    const keys = await options.suspect()
    const seen = keys.length === 0 ? '' : `${options.generation()} ${keys.join('\n')}`
    const isNews = seen !== lastSeen
    lastSeen = seen
    if (found.length === 0 && keys.length === 0) return
    for (const key of keys) suspected.add(key)
    lookNear(near.rest(isNews ? restFactor : idleRestFactor))
  }

  /** What was found in sandboxes may have been repaired by a change: what happened there meanwhile was its own doing. */
  function askAfterChange() {
    const inside = found.filter(({ key }) => !isWithin('host', key))
    if (inside.length === 0 || options.generation() === farGeneration) return
    askFar(inside.every(({ key }) => isWithin('links', key)) ? 'links' : 'everything', far.rest(restFactor))
  }

  async function checkNear() {
    const before = found
    await check('host', near, lookNear)
    // What hangs on a link inside a sandbox belongs to the same finding.
    if (found !== before) askFar('links', far.rest(idleRestFactor))
  }

  async function checkFar() {
    const look = farLook
    farLook = 'links'
    farGeneration = options.generation()
    await check(look, far, (afterMs) => askFar(look, afterMs))
  }

  function askFar(look: Look, afterMs: number) {
    farLook = wider(farLook, look)
    lookFar(afterMs)
  }

  async function check(look: Look, pace: Pace, again: SetAlarm) {
    const quietInMs = options.quietInMs()
    if (quietInMs > 0) return again(quietInMs)
    const generation = options.generation()
    const now = await pace.time(() => options.find(look))
    if (options.quietInMs() > 0 || options.generation() !== generation) return again(options.quietInMs())
    if (!take(look, now)) again(confirmMs)
  }

  /** What the look did not reach stays as it was found. False: something new is to be confirmed. */
  function take(look: Look, now: readonly DriftView[]): boolean {
    const known = new Set(found.map((one) => one.key))
    const sure = now.filter(({ key }) => known.has(key) || suspected.has(key))
    const next = [...sure, ...found.filter(({ key }) => !isWithin(look, key))]
    suspected = new Set([...now.map(({ key }) => key), ...[...suspected].filter((key) => !isWithin(look, key))])
    if (!isDeepStrictEqual(next, found)) {
      found = next
      options.changed()
    }
    return sure.length === now.length
  }

  return {
    get found() {
      return found
    },
    glance: () => glanceAgain(glanceMs),
    checkHost: () => lookNear(Math.max(glanceMs, near.rest(restFactor))),
    check: (look) => askFar(look, Math.max(glanceMs, far.rest(restFactor))),
    start() {
      const alarms = [glance, checkNear, checkFar].map((work) => createAlarm(work, options.failed))
      const nothing = () => undefined
      ;[glanceAgain = nothing, lookNear = nothing, lookFar = nothing] = alarms.map(({ set }) => set)
      const askEverything = () => {
        if (far.rest(longRestFactor) === 0) askFar('everything', 0)
      }
      askFar('everything', 0)
      const stopRepeating = repeat(options.intervalMs, askEverything, options.failed)
      return () => {
        stopRepeating()
        for (const alarm of alarms) alarm.close()
        glanceAgain = lookNear = lookFar = nothing
      }
    },
  }
}

type Pace = ReturnType<typeof createPace>

/** How long looking takes, and how long it rests therefore. */
function createPace() {
  let endedAt = 0
  let tookMs = 0
  return {
    async time<Result>(work: () => Promise<Result>): Promise<Result> {
      const began = performance.now()
      try {
        return await work()
      } finally {
        endedAt = performance.now()
        tookMs = endedAt - began
      }
    },
    /** What is left of a rest that many times as long as the last look. */
    rest: (factor: number) => Math.max(0, endedAt + tookMs * factor - performance.now()),
  }
}

type SetAlarm = (afterMs: number) => void

/** Work after a time that is given with each call; the soonest of several counts. */
function createAlarm(work: () => Promise<void> | void, failed: (error: unknown) => void) {
  const waiting = coalesce({ delayMs: 0, work, failed })
  let timer: NodeJS.Timeout | undefined
  let dueAt = Number.POSITIVE_INFINITY
  return {
    set: (afterMs: number) => {
      const due = performance.now() + afterMs
      if (timer !== undefined && due >= dueAt) return
      clearTimeout(timer)
      dueAt = due
      timer = setTimeout(() => {
        timer = undefined
        waiting.soon()
      }, afterMs)
    },
    close: () => {
      clearTimeout(timer)
      waiting.close()
    },
  }
}
