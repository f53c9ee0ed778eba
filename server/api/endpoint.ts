import * as input from './input'
import { listEndpoints } from './picture'
import { protectedProcedure, router } from './trpc'
import { changeView, endpointView } from './view'

export const endpointRouter = router({
  list: protectedProcedure.input(input.nothing).query(({ ctx }) => listEndpoints(ctx)),

  shapingBounds: protectedProcedure
    .input(input.networkReference)
    .query(({ ctx, input: { network } }) => ctx.engine.shapingBounds(network)),

  update: protectedProcedure
    .input(input.endpointUpdate)
    .mutation(async ({ ctx, input: { network, container, dryRun, ...update } }) => {
      const change = await ctx.engine.updateEndpoint({ network, container }, update, { actor: ctx.actor, dryRun })
      return changeView(change, (updated) => endpointView(ctx, updated))
    }),
})
