import type { Sandbox } from '../cnm/container'
import { createId, type SandboxId, shortId } from '../cnm/ids'
import type { Kernel } from '../kernel/contract'
import { diff } from '../plan/diff'
import type { KernelObject } from '../plan/object'
import { describeSandbox } from './describe'

/**
 * A few sandboxes made ahead of time, resolver and all, so that starting a container does not wait
 * for a namespace and its sockets.
 */
export class SandboxPool {
  private readonly kernel: Kernel
  private readonly runDir: string
  private readonly size: number
  private warm: Sandbox[] = []
  private filling: Promise<void> | undefined
  private closed = false
  private paused = false

  constructor(kernel: Kernel, runDir: string, size: number) {
    this.kernel = kernel
    this.runDir = runDir
    this.size = size
  }

  list(): readonly Sandbox[] {
    return this.warm
  }

  /** The sandbox that the next start takes, and what of it exists already. Nothing is taken. */
  peek(): { sandbox: Sandbox; present: KernelObject[] } {
    const ready = this.warm[0]
    return ready ? { sandbox: ready, present: describeSandbox(ready) } : { sandbox: this.name(), present: [] }
  }

  take(): { sandbox: Sandbox; present: KernelObject[] } {
    const next = this.peek()
    this.warm = this.warm.filter((sandbox) => sandbox.id !== next.sandbox.id)
    return next
  }

  /** Makes sandboxes in the background until there are enough. */
  refill(): void {
    if (this.closed || this.paused || this.filling) return
    this.filling = this.fill().finally(() => {
      this.filling = undefined
    })
  }

  /** Runs while none is being made, so that what is there is what is listed. */
  async whilePaused<Result>(work: () => Promise<Result>): Promise<Result> {
    this.paused = true
    try {
      await this.filling
      return await work()
    } finally {
      this.paused = false
      this.refill()
    }
  }

  /** Removes what was made ahead. */
  async close(): Promise<void> {
    this.closed = true
    await this.filling
    const present = this.warm.flatMap(describeSandbox)
    this.warm = []
    if (present.length > 0) await this.kernel.apply(diff([], present))
  }

  private async fill(): Promise<void> {
    while (!this.closed && !this.paused && this.warm.length < this.size) {
      const sandbox = this.name()
      try {
        await this.kernel.apply(diff(describeSandbox(sandbox), []))
      } catch (error) {
        console.error(`a sandbox could not be made ahead: ${String(error)}`)
        return // the next start makes its own, and says what is wrong
      }
      this.warm = [...this.warm, sandbox]
    }
  }

  private name(): Sandbox {
    const id = createId<SandboxId>()
    return { id, key: `${this.runDir}/netns/${shortId(id)}` }
  }
}
