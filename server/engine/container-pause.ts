import type { Container } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { shortId } from '../cnm/ids'
import { sentence } from '../cnm/sentence'
import { finish } from './change'
import type { EngineContext } from './context'
import type { Change, ChangeOptions } from './contract'

export function pauseContainer(
  ctx: EngineContext,
  reference: string,
  options: ChangeOptions,
): Promise<Change<Container>> {
  return setPaused(ctx, reference, true, options)
}

export function unpauseContainer(
  ctx: EngineContext,
  reference: string,
  options: ChangeOptions,
): Promise<Change<Container>> {
  return setPaused(ctx, reference, false, options)
}

async function setPaused(
  ctx: EngineContext,
  reference: string,
  paused: boolean,
  options: ChangeOptions,
): Promise<Change<Container>> {
  const { id } = ctx.records.getContainer(reference)
  return ctx.locks.run([`container:${id}`], async () => {
    const container = ctx.records.getContainer(id)
    checkCan(container, paused)
    const commands = [`runc ${paused ? 'pause' : 'resume'} ${shortId(id)}`]
    if (options.dryRun) return { result: container, operation: null, commands, interruptions: [] }
    const began = performance.now()
    const intent = {
      verb: paused ? ('container.pause' as const) : ('container.unpause' as const),
      subjects: [container.name],
      records: { containerId: id },
      actor: options.actor,
    }
    const operation = await ctx.journal.begin({ ...intent, commands }, {})
    try {
      await (paused ? ctx.runtime.pause(id) : ctx.runtime.resume(id))
    } catch (error) {
      await ctx.journal.end(operation, { status: 'failed', error, durationMs: performance.now() - began })
      throw error
    }
    const result: Container = { ...container, state: { ...container.state, paused } }
    return finish(ctx, { result, after: { putContainers: [result] } }, operation, began)
  })
}

function checkCan({ id, name, state }: Container, pausing: boolean): void {
  if (!pausing) {
    if (!state.paused)
      throw new PatchbayError('conflict', sentence`container ${name} is not paused`, {
        ...{ reason: 'container-not-paused', data: { id } },
      })
    return
  }
  if (state.restarting) {
    throw new PatchbayError('conflict', sentence`container ${name} is restarting, wait until it is running`)
  }
  if (state.status !== 'running') {
    throw new PatchbayError('conflict', sentence`container ${name} is not running`, {
      ...{ reason: 'container-not-running', data: { id } },
    })
  }
  if (state.paused) throw new PatchbayError('conflict', sentence`container ${name} is already paused`)
}
