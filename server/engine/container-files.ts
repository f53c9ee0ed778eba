import { messageOf } from '../cnm/errors'
import type { EngineContext } from './context'
import type { ContainerFilesystem } from './contract'

export function createContainerFilesystem(ctx: EngineContext): ContainerFilesystem {
  const { filesystem } = ctx.runtime
  const get = (reference: string) => ctx.records.getContainer(reference)
  return {
    stat: async (reference, path) => filesystem.stat(get(reference), path),
    read: async (reference, path) => filesystem.read(get(reference), path),
    write: async (reference, path, archive, options) => filesystem.write(get(reference), path, archive, options),
    export: (reference) => filesystem.export(get(reference)),
    changes: async (reference) => filesystem.changes(get(reference)),
    commit: (reference, options) => commit(ctx, reference, options),
  }
}

async function commit(
  ctx: EngineContext,
  reference: string,
  { pause, ...options }: Parameters<ContainerFilesystem['commit']>[1],
): Promise<string> {
  const { id } = ctx.records.getContainer(reference)
  return ctx.locks.run([`container:${id}`], async () => {
    const container = ctx.records.getContainer(id)
    const isToPause = pause && container.state.status === 'running' && !container.state.paused
    if (isToPause) await ctx.runtime.pause(id)
    try {
      return await ctx.runtime.filesystem.commit(container, options)
    } finally {
      // It may have been killed meanwhile: then nothing is frozen.
      if (isToPause) await ctx.runtime.resume(id).catch((error: unknown) => console.error(messageOf(error)))
    }
  })
}
