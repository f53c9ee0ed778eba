import { join } from 'node:path'
import type { Netns } from '../plan/object'
import type { Plan } from '../plan/plan'
import { applyPlan } from './apply'
import type { HostFacts, Kernel } from './contract'
import { createExecutor } from './executor'
import { readFacts, readSlowFacts, type SlowFacts } from './facts'
import { createIpBatches } from './ip-batches'
import { createIpQuery } from './ip-query'
import { observe } from './observe'
import { createRestoreBatch } from './restore-batch'
import { createSockets, type SocketListener } from './sockets'

export interface KernelOptions {
  /** `$PATCHBAY_RUN_DIR`; namespaces lie in `netns` below it. */
  readonly runDir: string
  /** Told every socket that was opened inside a sandbox. Close it through a plan, not by itself. */
  readonly onSocket: SocketListener
}

/** The kernel of the namespace that the daemon was started in. */
export function createKernel({ runDir, onSocket }: KernelOptions): Kernel {
  const ip = createIpBatches()
  const firewall = createRestoreBatch()
  const sockets = createSockets(onSocket)
  const query = createIpQuery()
  const executor = createExecutor({ ip, firewall, sockets })
  const slowFacts = createSlowFacts(() => readSlowFacts(query))
  // Where a program is missing, the first plan that needs it says so.
  for (const tool of [ip, firewall]) tool.warm().catch(() => undefined)

  return {
    apply: async (plan) => {
      const applied = await applyPlan(plan, executor)
      if (plan.steps.some(({ object }) => object.kind === 'policy')) slowFacts.forget()
      for (const netns of sandboxesThatLostLinks(plan)) ip.renew(netns)
      return applied
    },
    observe: async (wanted, look) => {
      // A plan follows, where others may have interfered: names that ip remembers may mean other links now.
      if (look === undefined) await Promise.all([ip.recycle(), query.recycle()])
      return observe({ directory: join(runDir, 'netns'), query, sockets }, wanted, look ?? 'everything')
    },
    facts: async (): Promise<HostFacts> => readFacts(await slowFacts.get()),
    close: async () => {
      await Promise.all([ip.close(), firewall.close(), query.close(), sockets.closeAll()])
    },
  }
}

function sandboxesThatLostLinks(plan: Plan): Netns[] {
  return plan.steps.flatMap(({ verb, object }) =>
    verb === 'remove' && object.kind === 'link' && object.type === 'veth' ? [object.peer.netns] : [],
  )
}

const freshMs = 2000

/**
 * What was read stays good for a moment; after that an older answer is given at once, while a newer one
 * is fetched for the next.
 */
function createSlowFacts(read: () => Promise<SlowFacts>) {
  let known: Promise<SlowFacts> | undefined
  let readAt = 0
  function readAnew(): Promise<SlowFacts> {
    readAt = performance.now()
    const reading = read()
    reading.then(
      () => {
        known = reading
      },
      () => undefined,
    )
    return reading
  }
  return {
    get: (): Promise<SlowFacts> => {
      if (known === undefined) return readAnew()
      if (performance.now() - readAt > freshMs) void readAnew().catch(() => undefined)
      return known
    },
    forget: () => {
      known = undefined
    },
  }
}
