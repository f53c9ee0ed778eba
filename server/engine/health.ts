import { setTimeout } from 'node:timers/promises'
import type { Container, Healthcheck } from '../cnm/container'
import { messageOf } from '../cnm/errors'
import type { ContainerId } from '../cnm/ids'
import type { Readiness } from '../dns/contract'
import type { EngineEvent, Health, HealthResult } from './contract'
import type { Records } from './records'

const resultsKept = 5
const outputKept = 4096
/** What Node's timers can hold. */
const longestTimerMs = 2 ** 31 - 1
/** What a killed command gives. */
const killedExitCode = 137

/** Of a container that has just started. */
export const startingHealth: Health = { status: 'starting', failingStreak: 0, log: [] }

/** Whether others shall be sent to it; one that is not asked is ready. */
export function readinessOf(health: Health | undefined): Readiness {
  return health === undefined || health.status === 'healthy' ? 'ready' : health.status
}

/** What one more answer makes of it. Failures in the time that it may take to start do not count. */
export function nextHealth(
  before: Health,
  result: HealthResult,
  check: Pick<Healthcheck, 'retries' | 'startPeriodMs'>,
  startedAt: Date,
): Health {
  const log = [...before.log, result].slice(-resultsKept)
  if (result.exitCode === 0) return { status: 'healthy', failingStreak: 0, log }
  const isEarly = before.status === 'starting' && result.start.getTime() - startedAt.getTime() < check.startPeriodMs
  const failingStreak = isEarly ? before.failingStreak : before.failingStreak + 1
  return { status: failingStreak >= check.retries ? 'unhealthy' : before.status, failingStreak, log }
}

type Run = (
  id: ContainerId,
  command: readonly string[],
  timeoutMs: number,
) => Promise<{ exitCode: number; stdout: string; stderr: string }>

/** Asks the containers that want to be asked, and remembers what they said. Costs nothing where there are none. */
export class HealthChecks {
  private readonly records: Records
  private readonly run: Run
  private readonly announce: (event: EngineEvent) => void
  private readonly known = new Map<ContainerId, Health>()
  private readonly loops = new Map<ContainerId, AbortController>()

  constructor(records: Records, run: Run, announce: (event: EngineEvent) => void) {
    this.records = records
    this.run = run
    this.announce = announce
  }

  /** Undefined for one that is not asked. */
  of({ id, options }: Pick<Container, 'id' | 'options'>): Health | undefined {
    return isAsked(options.healthcheck) ? (this.known.get(id) ?? startingHealth) : undefined
  }

  /** Begins and ends the asking as the record of the container says; quiet where all is so already. */
  follow(id: ContainerId): void {
    const container = this.records.containers.get(id)
    if (!container) this.known.delete(id)
    const wanted = container && isAsked(container.options.healthcheck) && canBeAsked(container)
    if (!wanted) {
      this.loops.get(id)?.abort()
      this.loops.delete(id)
    } else if (!this.loops.has(id)) {
      const ending = new AbortController()
      this.loops.set(id, ending)
      void this.ask(container, ending.signal)
    }
  }

  close(): void {
    for (const ending of this.loops.values()) ending.abort()
    this.loops.clear()
  }

  private async ask({ id, options: { healthcheck: check }, state }: Container, ended: AbortSignal): Promise<void> {
    const startedAt = state.startedAt ?? new Date()
    if (!check) return
    // After a pause it goes on where it was.
    if (!this.isOfThisRun(id, startedAt)) this.put(id, { ...startingHealth, log: this.known.get(id)?.log ?? [] })
    for (;;) {
      await setTimeout(Math.min(check.intervalMs, longestTimerMs), undefined, { signal: ended, ref: false }).catch(
        () => undefined,
      )
      if (ended.aborted) return
      const result = await this.probe(id, check)
      if (ended.aborted) return
      this.put(id, nextHealth(this.known.get(id) ?? startingHealth, result, check, startedAt))
    }
  }

  private isOfThisRun(id: ContainerId, startedAt: Date): boolean {
    const last = this.known.get(id)?.log.at(-1)
    return last !== undefined && last.start >= startedAt
  }

  private async probe(id: ContainerId, check: Healthcheck): Promise<HealthResult> {
    const start = new Date()
    try {
      const { exitCode, stdout, stderr } = await this.run(id, commandOf(check), check.timeoutMs)
      const end = new Date()
      const isLate = exitCode === killedExitCode && end.getTime() - start.getTime() >= check.timeoutMs
      if (!isLate) return { start, end, exitCode, output: `${stdout}${stderr}`.slice(0, outputKept) }
      return { start, end, exitCode: -1, output: `Health check exceeded timeout (${check.timeoutMs} ms)` }
    } catch (error) {
      return { start, end: new Date(), exitCode: -1, output: messageOf(error) }
    }
  }

  private put(id: ContainerId, health: Health): void {
    const before = this.known.get(id)?.status
    this.known.set(id, health)
    if (health.status !== before && !(before === undefined && health.status === 'starting')) {
      this.announce({ type: 'health', id, status: health.status })
    }
  }
}

function isAsked(check: Healthcheck | null): check is Healthcheck {
  return check !== null && check.test[0] !== 'NONE'
}

function canBeAsked({ state }: Container): boolean {
  return state.status === 'running' && !state.paused
}

function commandOf({ test }: Healthcheck): readonly string[] {
  const [kind, ...rest] = test
  return kind === 'CMD-SHELL' ? ['/bin/sh', '-c', rest.join(' ')] : rest
}
