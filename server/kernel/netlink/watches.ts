import type { FoundNetns } from '../../cnm/netns-state'
import type { NetnsPart, NetnsReader } from '../netns-contract'

interface Watch {
  readonly netns: FoundNetns
  /** What the daemon's namespace calls that one; -1: it is its own; null: not known yet, or gone. */
  number: number | null
  changed(what: NetnsPart): void
  lost(): void
}

/** Who is told of what the agent hears. */
export interface Watches extends Pick<NetnsReader, 'watch' | 'watchFound' | 'watchRules'> {
  readonly areNeeded: boolean
  /** An event of the agent. */
  take(letter: string, body: Buffer): void
  /** The agent has died: a new one is asked, later and later, and all are told that they may have missed something. */
  restart(): void
  close(): void
}

const bits: readonly (readonly [number, NetnsPart])[] = [
  [1, 'links'],
  [2, 'addresses'],
  [4, 'routes'],
  [8, 'rules'],
  [16, 'neighbours'],
  [32, 'fdb'],
]
const own = -1
const shortestDelayMs = 250
const longestDelayMs = 10_000

export function createWatches(agent: {
  ask(letter: string): Promise<unknown>
  number(netns: FoundNetns): Promise<number>
  /** That number means nothing any more; null: none does. */
  gone(number: number | null): void
}): Watches {
  const watches = new Set<Watch>()
  const finders = new Set<() => void>()
  const ruleWatches = new Set<{ changed(number: number): void; lost(): void }>()
  let beginning: Promise<unknown> | null = null
  let retry: NodeJS.Timeout | undefined
  let delayMs = shortestDelayMs

  const areWatched = () => watches.size + finders.size > 0

  function begin(): Promise<unknown> {
    beginning ??= agent.ask('M').then(() => {
      delayMs = shortestDelayMs
    })
    return beginning
  }

  function end(): void {
    if (areWatched() || beginning === null) return
    beginning = null
    agent.gone(null)
    clearTimeout(retry)
    agent.ask('m').catch(() => undefined) // what has died watches nothing
  }

  /** Events of before it has its number are missed, so that whoever reads after `watch` is told again. */
  async function enter(watch: Watch): Promise<void> {
    try {
      await begin()
      watch.number = watch.netns.isHost ? own : await agent.number(watch.netns)
    } catch {
      watch.number = null
    }
    if (watches.has(watch)) watch.lost()
  }

  function restart(): void {
    beginning = null
    agent.gone(null)
    if (!areWatched() && ruleWatches.size === 0) return
    clearTimeout(retry)
    retry = setTimeout(() => {
      for (const watch of watches) void enter(watch)
      if (areWatched()) begin().then(tellFinders, () => undefined)
      if (ruleWatches.size > 0) beginRules().then(tellRulesLost, () => undefined)
    }, delayMs)
    delayMs = Math.min(delayMs * 2, longestDelayMs)
  }

  /** What has died begins anew in `restart`. */
  async function beginRules(): Promise<void> {
    await agent.ask('K')
    delayMs = shortestDelayMs
  }

  function tellRulesLost(): void {
    for (const { lost } of ruleWatches) lost()
  }

  function tellRules(body: Buffer): void {
    for (let at = 0; at + 4 <= body.length; at += 4) {
      for (const { changed } of ruleWatches) changed(body.readInt32LE(at))
    }
  }

  function tellFinders(): void {
    for (const changed of finders) changed()
  }

  function tellChanged(body: Buffer): void {
    for (let at = 0; at + 8 <= body.length; at += 8) {
      const number = body.readInt32LE(at)
      const mask = body.readUInt32LE(at + 4)
      for (const watch of watches) {
        if (watch.number !== number) continue
        for (const [bit, part] of bits) if (mask & bit) watch.changed(part)
      }
    }
  }

  function tellGone(body: Buffer): void {
    for (let at = 0; at + 4 <= body.length; at += 4) {
      const number = body.readInt32LE(at)
      agent.gone(number)
      for (const watch of watches) {
        if (watch.number !== number) continue
        // It may have been given to another meanwhile, and that be this one.
        watch.number = null
        void enter(watch)
      }
    }
  }

  return {
    get areNeeded() {
      return areWatched() || ruleWatches.size > 0
    },
    watch(netns, changed, lost) {
      const watch: Watch = { netns, number: null, changed, lost }
      watches.add(watch)
      void enter(watch)
      return () => {
        watches.delete(watch)
        end()
      }
    },
    watchFound(changed) {
      const finder = () => changed()
      finders.add(finder)
      begin().then(finder, () => undefined)
      return () => {
        finders.delete(finder)
        end()
      }
    },
    watchRules(changed, lost) {
      const watch = { changed, lost }
      ruleWatches.add(watch)
      beginRules().catch(lost)
      return () => {
        ruleWatches.delete(watch)
        if (ruleWatches.size === 0) agent.ask('k').catch(() => undefined)
      }
    },
    take(letter, body) {
      if (letter === 'r') {
        tellRules(body)
        return
      }
      if (letter === 'v') {
        tellChanged(body)
        return
      }
      if (letter === 'g') tellGone(body)
      if (letter === 'l') {
        agent.gone(null)
        for (const watch of watches) watch.lost()
        tellRulesLost()
      }
      tellFinders()
    },
    restart,
    close() {
      clearTimeout(retry)
      watches.clear()
      finders.clear()
      ruleWatches.clear()
    },
  }
}
