import type { Container } from '../cnm/container'
import { messageOf } from '../cnm/errors'
import type { ContainerId } from '../cnm/ids'
import type { ExitEvent } from '../runtime/contract'
import type { RecordChange } from '../store/contract'
import { erasing, exited, leavePlan } from './container-end'
import { startByPolicy } from './container-start'
import type { EngineContext } from './context'
import { startsAgain, startsWithDaemon } from './restarts'

/** What follows when a container has ended by itself: its sandbox goes, its exit code is kept, its policy starts it again. */
export async function handleExit(ctx: EngineContext, event: ExitEvent): Promise<void> {
  await ctx.locks.run([`container:${event.containerId}`], async () => {
    const container = ctx.records.containers.get(event.containerId)
    if (container?.state.status !== 'running') return
    // A restart that held the lock meanwhile has begun another run: this end is of the one before.
    if ((await ctx.runtime.findPid(container.id)) !== undefined) return
    const plan = leavePlan(ctx, container)
    const stoppedByHand = container.state.stoppedByHand || ctx.restarts.isByHand(container.id)
    const ended = { ...container, state: { ...container.state, stoppedByHand } }
    const { change, again } = endedByItself(ctx, ended, event)
    await ctx.journal.write(change)
    await ctx.kernel.apply(plan)
    if (again) scheduleStart(ctx, container, event)
    else if (container.autoRemove) await erasing(ctx, ctx.records.getContainer(container.id), { actor: 'patchbay' })
  })
}

/** Records of a container that has ended by itself, and whether its policy starts it again. */
export function endedByItself(
  ctx: EngineContext,
  container: Container,
  event: Omit<ExitEvent, 'containerId'> | undefined,
): { change: RecordChange; again: boolean } {
  const again = startsAgain(container, event?.exitCode ?? 0)
  const change = exited(ctx, container, event)
  if (!again) return { change, again }
  const restartCount = container.state.restartCount + 1
  const waiting = change.putContainers.map((one) => ({
    ...one,
    state: { ...one.state, restarting: true, restartCount },
  }))
  return { change: { ...change, putContainers: waiting }, again }
}

/** After the start of a daemon: those that ran by their policy run again. Does not wait for them. */
export function startAgain(ctx: EngineContext): void {
  const due = [...ctx.records.containers.values()]
    .filter((container) => container.state.status !== 'running' && startsWithDaemon(container))
    // Who shares another's network comes after it.
    .sort((one, other) => Number(sharesNetwork(one)) - Number(sharesNetwork(other)))
  void (async () => {
    for (const { id } of due) await startQuietly(ctx, id)
  })()
}

function sharesNetwork({ networkMode }: Container): boolean {
  return networkMode.startsWith('container:')
}

function scheduleStart(ctx: EngineContext, { id, state }: Container, { finishedAt }: ExitEvent): void {
  const ranForMs = finishedAt.getTime() - (state.startedAt ?? finishedAt).getTime()
  ctx.restarts.schedule(id, ranForMs, () => void startQuietly(ctx, id))
}

/** Why a start failed stands in the history and in the container's own state. */
async function startQuietly(ctx: EngineContext, id: ContainerId): Promise<void> {
  await startByPolicy(ctx, id).catch((error: unknown) => {
    console.error(`a container could not be started again: ${messageOf(error)}`)
  })
}
