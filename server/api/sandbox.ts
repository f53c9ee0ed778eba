import type { SandboxView } from './contract'
import * as input from './input'
import { listEndpoints } from './picture'
import { protectedProcedure, router } from './trpc'

export const sandboxRouter = router({
  list: protectedProcedure.input(input.nothing).query(async ({ ctx }): Promise<SandboxView[]> => {
    const endpoints = await listEndpoints(ctx)
    return ctx.engine.listContainers().flatMap(({ id, name, sandbox }) =>
      sandbox === null
        ? []
        : {
            id: sandbox.id,
            key: sandbox.key,
            containerId: id,
            containerName: name,
            endpoints: endpoints.filter(({ containerId }) => containerId === id),
          },
    )
  }),
})
