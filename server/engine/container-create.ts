import type { Container } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { type ContainerId, createId } from '../cnm/ids'
import { checkContainerName } from '../cnm/names'
import { finish, type PlannedChange, perform, preview } from './change'
import { erase, removeContainer } from './container-end'
import { buildContainer, checkNameIsFree } from './container-input'
import { startContainer } from './container-start'
import type { EngineContext } from './context'
import type { Change, ChangeOptions, ContainerCreateInput } from './contract'
import { buildEndpoint } from './endpoints'

export async function createContainer(
  ctx: EngineContext,
  input: ContainerCreateInput,
  options: ChangeOptions,
): Promise<Change<Container>> {
  const image = await ctx.runtime.findImage(input.image || 'busybox:latest')
  return ctx.locks.run(['container names'], async () => {
    const container = buildContainer(ctx, input, image, createId<ContainerId>())
    const network = ctx.records.getNetwork(input.network || 'bridge')
    const endpoint = buildEndpoint(ctx, network, container, input, options)
    if (container.ports.length > 0 && !ctx.drivers.get(network.driver).hasInterfaces) {
      throw new PatchbayError(
        'invalid-parameter',
        `ports cannot be published on network ${network.name}; choose a bridge network`,
        {
          field: 'ports',
        },
      )
    }
    const change: PlannedChange<Container> = {
      result: container,
      intent: {
        verb: 'container.create',
        subjects: [container.name],
        records: { containerId: container.id },
        actor: options.actor,
      },
      before: { putContainers: [container], putEndpoints: [endpoint] },
    }
    if (options.dryRun) return preview(change)
    const operation = await ctx.journal.begin({ ...change.intent, commands: [] }, change.before ?? {})
    const began = performance.now()
    try {
      await ctx.runtime.prepare(container)
    } catch (error) {
      await ctx.runtime.remove(container.id)
      await ctx.journal.end(
        operation,
        { status: 'failed', error, durationMs: performance.now() - began },
        erase(ctx, container),
      )
      throw error
    }
    return finish(ctx, change, operation, began)
  })
}

export async function runContainer(
  ctx: EngineContext,
  input: ContainerCreateInput,
  options: ChangeOptions,
): Promise<Change<Container>> {
  const created = await createContainer(ctx, input, options)
  if (options.dryRun) return created
  try {
    return await startContainer(ctx, created.result.id, options)
  } catch (error) {
    const { id } = created.result
    if (ctx.records.containers.has(id)) await removeContainer(ctx, id, { ...options, force: true })
    throw error
  }
}

export async function renameContainer(
  ctx: EngineContext,
  reference: string,
  wanted: string,
  options: ChangeOptions,
): Promise<Change<Container>> {
  const { id } = ctx.records.getContainer(reference)
  const name = checkContainerName(wanted)
  return ctx.locks.run([`container:${id}`, 'container names'], async () => {
    const container = ctx.records.getContainer(id)
    if (container.name === name) {
      throw new PatchbayError('invalid-parameter', `container ${name} has that name already; give another one`, {
        field: 'name',
      })
    }
    checkNameIsFree(ctx, name)
    const renamed: Container = { ...container, name }
    const change: PlannedChange<Container> = {
      result: renamed,
      intent: {
        verb: 'container.rename',
        subjects: [name, container.name],
        records: { containerId: id },
        actor: options.actor,
      },
      before: { putContainers: [renamed] },
      undo: { putContainers: [container] },
    }
    return options.dryRun ? preview(change) : perform(ctx, change)
  })
}
