import * as input from './input'
import { protectedProcedure, router } from './trpc'
import { changeView, serviceView } from './view'

export const serviceRouter = router({
  list: protectedProcedure
    .input(input.nothing)
    .query(({ ctx }) => ctx.engine.listServices().map((service) => serviceView(ctx, service))),

  inspect: protectedProcedure.input(input.serviceReference).query(async ({ ctx, input: { service } }) => {
    const found = ctx.engine.getService(service)
    const traffic = await ctx.engine.serviceTraffic(found.id)
    return {
      ...serviceView(ctx, found),
      connections: Object.fromEntries(traffic.map(({ containerId, connections }) => [containerId, connections])),
    }
  }),

  create: protectedProcedure.input(input.serviceCreate).mutation(async ({ ctx, input: { dryRun, ...service } }) => {
    const change = await ctx.engine.createService(service, { actor: ctx.actor, dryRun })
    return changeView(change, (created) => serviceView(ctx, created))
  }),

  update: protectedProcedure
    .input(input.serviceUpdate)
    .mutation(async ({ ctx, input: { service, dryRun, ...update } }) => {
      const change = await ctx.engine.updateService(service, update, { actor: ctx.actor, dryRun })
      return changeView(change, (updated) => serviceView(ctx, updated))
    }),

  remove: protectedProcedure.input(input.serviceRemove).mutation(async ({ ctx, input: { service, dryRun } }) => {
    const change = await ctx.engine.removeService(service, { actor: ctx.actor, dryRun })
    return changeView(change, (removed) => serviceView(ctx, removed))
  }),
})
