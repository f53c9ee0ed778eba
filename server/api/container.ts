import { containerLogRouter } from './container-log'
import type { ExecView } from './contract'
import * as input from './input'
import { listContainers, listEndpoints } from './picture'
import { protectedProcedure, router } from './trpc'
import { changeView, containerDetail, containerView } from './view'

export const containerRouter = router({
  list: protectedProcedure.input(input.nothing).query(({ ctx }) => listContainers(ctx)),

  inspect: protectedProcedure.input(input.containerReference).query(async ({ ctx, input: { container } }) => {
    const { id } = ctx.engine.getContainer(container)
    const endpoints = (await listEndpoints(ctx)).filter(({ containerId }) => containerId === id)
    return containerDetail(ctx, ctx.engine.getContainer(id), endpoints)
  }),

  create: protectedProcedure
    .input(input.containerCreate)
    .mutation(async ({ ctx, input: { dryRun, start, ...container } }) => {
      const options = { actor: ctx.actor, dryRun }
      const change = start
        ? await ctx.engine.runContainer(container, options)
        : await ctx.engine.createContainer(container, options)
      return changeView(change, (result) => containerView(ctx, result))
    }),

  start: protectedProcedure.input(input.containerStart).mutation(async ({ ctx, input: { container, dryRun } }) => {
    const change = await ctx.engine.startContainer(container, { actor: ctx.actor, dryRun })
    return changeView(change, (result) => containerView(ctx, result))
  }),

  stop: protectedProcedure
    .input(input.containerStop)
    .mutation(async ({ ctx, input: { container, timeoutMs, dryRun } }) => {
      const change = await ctx.engine.stopContainer(container, { actor: ctx.actor, timeoutMs, dryRun })
      return changeView(change, (result) => containerView(ctx, result))
    }),

  restart: protectedProcedure
    .input(input.containerStop)
    .mutation(async ({ ctx, input: { container, timeoutMs, dryRun } }) => {
      const change = await ctx.engine.restartContainer(container, { actor: ctx.actor, timeoutMs, dryRun })
      return changeView(change, (result) => containerView(ctx, result))
    }),

  pause: protectedProcedure.input(input.containerStart).mutation(async ({ ctx, input: { container, dryRun } }) => {
    const change = await ctx.engine.pauseContainer(container, { actor: ctx.actor, dryRun })
    return changeView(change, (result) => containerView(ctx, result))
  }),

  unpause: protectedProcedure.input(input.containerStart).mutation(async ({ ctx, input: { container, dryRun } }) => {
    const change = await ctx.engine.unpauseContainer(container, { actor: ctx.actor, dryRun })
    return changeView(change, (result) => containerView(ctx, result))
  }),

  update: protectedProcedure
    .input(input.containerUpdate)
    .mutation(async ({ ctx, input: { container, dryRun, ...update } }) => {
      const change = await ctx.engine.updateContainer(container, update, { actor: ctx.actor, dryRun })
      return changeView(change, (result) => containerView(ctx, result))
    }),

  remove: protectedProcedure
    .input(input.containerRemove)
    .mutation(async ({ ctx, input: { container, force, dryRun } }) => {
      const change = await ctx.engine.removeContainer(container, { actor: ctx.actor, force, dryRun })
      return changeView(change, (result) => containerView(ctx, result))
    }),

  exec: protectedProcedure
    .input(input.containerExec)
    .mutation(({ ctx, input: { container, command } }): Promise<ExecView> => ctx.engine.exec(container, command)),

  log: containerLogRouter,
})
