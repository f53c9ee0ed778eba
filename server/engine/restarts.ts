import type { Container } from '../cnm/container'
import type { ContainerId } from '../cnm/ids'
import type { EngineContext } from './context'

const firstDelayMs = 100
const longestDelayMs = 60_000
/** A run of this length makes good for the failures before it. */
const longRunMs = 10_000

/** Starts that are due by a restart policy: one a container at most. */
export class Restarts {
  private readonly timers = new Map<ContainerId, NodeJS.Timeout>()
  private readonly delays = new Map<ContainerId, number>()
  private readonly byHand = new Set<ContainerId>()
  private closed = false

  get isClosed(): boolean {
    return this.closed
  }

  /** The end that is to come is a person's will. */
  endByHand(id: ContainerId): void {
    this.byHand.add(id)
  }

  isByHand(id: ContainerId): boolean {
    return this.byHand.has(id)
  }

  /** Calls back after the policy's delay, which doubles from one short run to the next. */
  schedule(id: ContainerId, ranForMs: number, callback: () => void): void {
    if (this.closed) return
    const delay = nextDelayMs(this.delays.get(id), ranForMs)
    this.delays.set(id, delay)
    clearTimeout(this.timers.get(id))
    const timer = setTimeout(() => {
      this.timers.delete(id)
      callback()
    }, delay)
    this.timers.set(id, timer.unref())
  }

  /** Quiet when none is due. The next one begins with the shortest delay again. */
  cancel(id: ContainerId): void {
    clearTimeout(this.timers.get(id))
    this.timers.delete(id)
    this.delays.delete(id)
    this.byHand.delete(id)
  }

  close(): void {
    this.closed = true
    for (const id of [...this.timers.keys()]) this.cancel(id)
  }
}

/** Docker's back-off: 100 ms, doubled up to a minute, and anew after a run of ten seconds. */
export function nextDelayMs(lastDelayMs: number | undefined, ranForMs: number): number {
  if (lastDelayMs === undefined || ranForMs >= longRunMs) return firstDelayMs
  return Math.min(lastDelayMs * 2, longestDelayMs)
}

/** Whether its policy starts a container again that has ended with `exitCode`. */
export function startsAgain({ options: { restartPolicy }, state }: Container, exitCode: number): boolean {
  if (state.stoppedByHand) return false
  switch (restartPolicy.name) {
    case 'no':
      return false
    case 'always':
    case 'unless-stopped':
      return true
    case 'on-failure': {
      const { maximumRetryCount: most } = restartPolicy
      return exitCode !== 0 && (most === 0 || state.restartCount < most)
    }
  }
}

/** Whether a daemon that has just started starts a container that does not run. */
export function startsWithDaemon({ options: { restartPolicy }, state }: Container): boolean {
  if (state.restarting) return true
  if (state.startedAt === null) return false
  return restartPolicy.name === 'always' || (restartPolicy.name === 'unless-stopped' && !state.stoppedByHand)
}

/** The container stays as it ended. To be called under its lock. */
export async function cancelRestart(ctx: EngineContext, container: Container): Promise<Container> {
  ctx.restarts.cancel(container.id)
  const stopped: Container = { ...container, state: { ...container.state, restarting: false, stoppedByHand: true } }
  await ctx.journal.write({ putContainers: [stopped] })
  return stopped
}
