import type { DriftView } from './snapshot'

/** Who is written into the history for what repairs itself. */
export const automaticActor = 'automatic repair'

export interface AutomaticRepairSettings {
  readonly on: boolean
  /** So long a difference has to stand before it is repaired: somebody may be at work. */
  readonly afterSeconds: number
}

export const defaultSettings: AutomaticRepairSettings = { on: false, afterSeconds: 30 }

/** What comes back after so many repairs within `memoryMs` is left to people. */
const mostRepairs = 3
const memoryMs = 15 * 60_000
/** Between two repairs; what is found meanwhile is mended with the next. */
const restMs = 5_000
const longestWaitMs = 60_000

export interface AutomaticRepair {
  readonly settings: AutomaticRepairSettings
  /** What was given up before is tried again. */
  configure(settings: AutomaticRepairSettings): void
  /** What is found is another now. */
  look(): void
  /** What is going to become of a difference. */
  verdictOn(drift: DriftView): DriftView['automatic']
  close(): void
}

/**
 * Repairs by itself what bears Patchbay's mark, once it has stood for a while and no operation runs. `quietInMs` is 0
 * where none runs or has just ended. `changed`: a verdict is another.
 */
export function createAutomaticRepair(options: {
  readonly found: () => readonly DriftView[]
  readonly repair: (keys: readonly string[]) => Promise<unknown>
  readonly quietInMs: () => number
  readonly changed: () => void
  readonly failed: (error: unknown) => void
}): AutomaticRepair {
  let settings = defaultSettings
  let timer: NodeJS.Timeout | undefined
  let isRepairing = false
  let restUntil = 0
  const standing = new Map<string, number>()
  const repairs = new Map<string, readonly number[]>()

  const isOurs = (drift: DriftView) => !drift.byHand && drift.kind !== 'obstacle' && drift.commands.length > 0
  const timesOf = (key: string) => (repairs.get(key) ?? []).filter((at) => at > Date.now() - memoryMs)
  const hasGivenUp = (key: string) => timesOf(key).length >= mostRepairs
  const dueAt = (key: string) => (standing.get(key) ?? Date.now()) + settings.afterSeconds * 1000

  function look() {
    clearTimeout(timer)
    if (!settings.on) return
    const ours = options.found().filter(isOurs)
    note(ours.map(({ key }) => key))
    const waiting = ours.filter(({ key }) => !hasGivenUp(key))
    if (waiting.length === 0 || isRepairing) return
    const now = Date.now()
    const due = waiting.filter(({ key }) => dueAt(key) <= now)
    const quietInMs = Math.max(options.quietInMs(), restUntil - now)
    if (due.length > 0 && quietInMs <= 0) void repair(due)
    else wait(due.length > 0 ? quietInMs : Math.min(...waiting.map(({ key }) => dueAt(key))) - now)
  }

  function note(keys: readonly string[]) {
    const now = Date.now()
    for (const key of keys) if (!standing.has(key)) standing.set(key, now)
    const known = new Set(keys)
    for (const key of standing.keys()) if (!known.has(key)) standing.delete(key)
  }

  function wait(ms: number) {
    timer = setTimeout(look, Math.min(Math.max(ms, 20), longestWaitMs))
    timer.unref()
  }

  async function repair(due: readonly DriftView[]) {
    isRepairing = true
    for (const { key } of due) {
      repairs.set(key, [...timesOf(key), Date.now()])
      standing.delete(key)
    }
    try {
      await options.repair(due.flatMap(({ keys }) => keys))
    } catch (error) {
      options.failed(error)
    } finally {
      isRepairing = false
      restUntil = Date.now() + restMs
      options.changed()
      wait(restMs)
    }
  }

  return {
    get settings() {
      return settings
    },
    configure(next) {
      settings = next
      standing.clear()
      repairs.clear()
      look()
      options.changed()
    },
    look,
    verdictOn(drift) {
      if (!settings.on || !isOurs(drift)) return undefined
      const times = timesOf(drift.key).length
      if (times >= mostRepairs) return { state: 'gaveUp', times }
      return { state: 'waiting', at: new Date(dueAt(drift.key)).toISOString() }
    },
    close: () => clearTimeout(timer),
  }
}
