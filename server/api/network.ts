import * as input from './input'
import { listEndpoints, listNetworks } from './picture'
import { protectedProcedure, router } from './trpc'
import { changeView, endpointView, networkView } from './view'

export const networkRouter = router({
  list: protectedProcedure.input(input.nothing).query(({ ctx }) => listNetworks(ctx)),

  inspect: protectedProcedure.input(input.networkReference).query(async ({ ctx, input: { network } }) => {
    const { id } = ctx.engine.getNetwork(network)
    const endpoints = (await listEndpoints(ctx)).filter(({ networkId }) => networkId === id)
    return { ...networkView(ctx, ctx.engine.getNetwork(id)), endpoints }
  }),

  create: protectedProcedure.input(input.networkCreate).mutation(async ({ ctx, input: { dryRun, ...network } }) => {
    const change = await ctx.engine.createNetwork(network, { actor: ctx.actor, dryRun })
    return changeView(change, (created) => networkView(ctx, created, dryRun ? 'missing' : 'up'))
  }),

  update: protectedProcedure
    .input(input.networkUpdate)
    .mutation(async ({ ctx, input: { network, dryRun, ...update } }) => {
      const change = await ctx.engine.updateNetwork(network, update, { actor: ctx.actor, dryRun })
      return changeView(change, (updated) => networkView(ctx, updated))
    }),

  remove: protectedProcedure.input(input.networkRemove).mutation(async ({ ctx, input: { network, dryRun } }) => {
    const change = await ctx.engine.removeNetwork(network, { actor: ctx.actor, dryRun })
    return changeView(change, (removed) => networkView(ctx, removed, dryRun ? 'up' : 'missing'))
  }),

  connect: protectedProcedure
    .input(input.networkConnect)
    .mutation(async ({ ctx, input: { dryRun, leaving, ...joint } }) => {
      const change = await ctx.engine.connect(joint, { actor: ctx.actor, dryRun, ...(leaving ? { leaving } : {}) })
      return changeView(change, (endpoint) => endpointView(ctx, endpoint, dryRun ? 'missing' : 'up'))
    }),

  disconnect: protectedProcedure
    .input(input.networkDisconnect)
    .mutation(async ({ ctx, input: { dryRun, ...joint } }) => {
      const change = await ctx.engine.disconnect(joint, { actor: ctx.actor, dryRun })
      return changeView(change, (endpoint) => endpointView(ctx, endpoint, dryRun ? 'up' : 'missing'))
    }),
})
