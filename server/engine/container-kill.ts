import type { Container } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { sentence } from '../cnm/sentence'
import { parseSignal } from '../runtime/signals'
import type { EngineContext } from './context'
import { cancelRestart } from './restarts'

const sigkill = 9

/**
 * What a person sends ends the cycle of restarts, whatever the container makes of it: Docker's rule.
 * Does not wait for the lock of a stop that gives it time to end. Gives the signal's number.
 */
export async function killContainer(ctx: EngineContext, reference: string, signal: string): Promise<number> {
  const container = ctx.records.getContainer(reference)
  const number = parseSignal(signal)
  if (container.state.restarting) {
    await cancel(ctx, container)
    return number
  }
  const { id, state } = runningContainer(ctx, reference)
  ctx.restarts.endByHand(id)
  await ctx.runtime.kill(id, signal)
  if (state.paused && ends(container, number)) await goOn(ctx, container)
  return number
}

async function cancel(ctx: EngineContext, { id }: Container): Promise<void> {
  await ctx.locks.run([`container:${id}`], async () => {
    const container = ctx.records.containers.get(id)
    if (container?.state.restarting) await cancelRestart(ctx, container)
  })
}

/** Throws conflict for one that does not run. */
export function runningContainer(ctx: EngineContext, reference: string): Container {
  const container = ctx.records.getContainer(reference)
  if (container.state.status === 'running') return container
  throw new PatchbayError('conflict', sentence`container ${container.name} is not running; start it first`, {
    ...{ reason: 'container-not-running', data: { id: container.id } },
  })
}

/** SIGKILL and the signal that the container is stopped with; a frozen one has to go on to end by it. */
function ends({ options: { stopSignal } }: Container, signal: number): boolean {
  return signal === sigkill || stopSignal === null || signal === parseSignal(stopSignal)
}

async function goOn(ctx: EngineContext, { id }: Container): Promise<void> {
  await ctx.runtime.resume(id)
  await ctx.locks.run([`container:${id}`], async () => {
    const container = ctx.records.containers.get(id)
    if (!container?.state.paused) return
    await ctx.journal.write({ putContainers: [{ ...container, state: { ...container.state, paused: false } }] })
  })
}
