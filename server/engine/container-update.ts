import type { Container } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { shortId } from '../cnm/ids'
import { finish } from './change'
import { checkLimits, withSwap } from './container-limits'
import { checkRestartPolicy } from './container-options'
import type { EngineContext } from './context'
import type { Change, ChangeOptions, ContainerUpdateInput } from './contract'

/** Limits hold at once on one that runs; a restart policy from its next end on. */
export async function updateContainer(
  ctx: EngineContext,
  reference: string,
  input: ContainerUpdateInput,
  options: ChangeOptions,
): Promise<Change<Container>> {
  const { id } = ctx.records.getContainer(reference)
  return ctx.locks.run([`container:${id}`], async () => {
    const container = ctx.records.getContainer(id)
    const result = updated(container, input)
    const isLive = container.state.status === 'running' && holdsOther(container, result)
    const commands = isLive ? [`runc update --resources - ${shortId(id)}`] : []
    if (options.dryRun) return { result, operation: null, commands, interruptions: [] }
    const began = performance.now()
    const intent = { verb: 'container.update' as const, subjects: [result.name], records: { containerId: id } }
    const operation = await ctx.journal.begin({ ...intent, actor: options.actor, commands }, {})
    try {
      if (isLive) await ctx.runtime.updateLimits(id, result)
    } catch (error) {
      await ctx.journal.end(operation, { status: 'failed', error, durationMs: performance.now() - began })
      throw error
    }
    return finish(ctx, { result, after: { putContainers: [result] } }, operation, began)
  })
}

function updated(container: Container, { memoryBytes, pidsLimit, options = {} }: ContainerUpdateInput): Container {
  const merged: Container = {
    ...container,
    memoryBytes: memoryBytes ?? container.memoryBytes,
    pidsLimit: pidsLimit === undefined ? container.pidsLimit : pidsLimit,
    options: { ...container.options, ...options },
  }
  if (container.autoRemove && merged.options.restartPolicy.name !== 'no') {
    throw new PatchbayError(
      'conflict',
      `restart policy cannot be updated because container ${container.name} is removed when it ends`,
      { field: 'restartPolicy' },
    )
  }
  checkRestartPolicy(merged.options.restartPolicy, false)
  return checkLimits(withSwap(merged))
}

/** Whether anything but the restart policy is another. */
function holdsOther(before: Container, after: Container): boolean {
  const limits = ({ memoryBytes, pidsLimit, options: { restartPolicy: _, ...options } }: Container) =>
    JSON.stringify([memoryBytes, pidsLimit, options])
  return limits(before) !== limits(after)
}
