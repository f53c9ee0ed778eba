import { tracked } from '@trpc/server'
import { exportGraph, exportMermaid } from '../observe/export'
import * as input from './input'
import { readPast, readSnapshot } from './picture'
import { liveSignal, parseEventId, protectedProcedure, publicProcedure, router } from './trpc'
import { changeView } from './view'

export const hostRouter = router({
  /** The daemon is there. Open to anybody, so it says nothing else. */
  ping: publicProcedure.input(input.nothing).query(() => ({ ready: true as const })),

  inspect: protectedProcedure.input(input.nothing).query(async ({ ctx }) => (await readSnapshot(ctx.observer)).host),

  /** The graph for scripts; docs/export.md describes it. */
  export: protectedProcedure.input(input.exportedMoment).query(async ({ ctx, input: request }) => {
    const at = request?.at
    const picture = at === undefined ? await readSnapshot(ctx.observer) : await readPast(ctx.observer, at)
    return { graph: exportGraph(picture, new Date(at ?? Date.now())), mermaid: exportMermaid(picture) }
  }),

  /** What automatic subnets are cut from. */
  addressPools: protectedProcedure.input(input.nothing).query(({ ctx }) => ctx.engine.defaultPools()),

  /** No pools: back to those of the environment, or Docker's. */
  update: protectedProcedure.input(input.hostUpdate).mutation(async ({ ctx, input: { defaultPools, dryRun } }) => {
    const change = await ctx.engine.updateDefaultPools(defaultPools, { actor: ctx.actor, dryRun })
    return changeView(change, (result) => result)
  }),

  /** The picture, then what changes in it. Resumes by the id of the last event, "<epoch>:<version>". */
  watch: protectedProcedure.input(input.resume).subscription(async function* ({ ctx, input: request, signal }) {
    const resume = parseEventId(request?.lastEventId)
    for await (const event of ctx.observer.watch(liveSignal(ctx.session, signal), resume)) {
      yield tracked(`${event.epoch}:${event.version}`, event)
    }
  }),

  traffic: router({
    watch: protectedProcedure.input(input.resume).subscription(async function* ({ ctx, signal }) {
      yield* ctx.observer.watchTraffic(liveSignal(ctx.session, signal))
    }),
  }),

  moveNodes: protectedProcedure.input(input.nodePositions).mutation(async ({ ctx, input: { positions } }) => {
    await ctx.store.putPositions(positions)
    await ctx.observer.refreshPositions()
    return { moved: positions.length }
  }),

  /** Forgets where people put things; the layout decides again. */
  resetLayout: protectedProcedure.input(input.nothing).mutation(async ({ ctx }) => {
    const positions = await ctx.store.listPositions()
    await ctx.store.removePositions(positions.map(({ nodeId }) => nodeId))
    await ctx.observer.refreshPositions()
    return { moved: positions.length }
  }),

  /** Repairs drift: brings the kernel to what is recorded; with `keys` only those differences. */
  reconcile: protectedProcedure.input(input.repair).mutation(async ({ ctx, input: request }) => {
    const { dryRun, keys } = request ?? {}
    const change = await ctx.engine.reconcile({
      actor: ctx.actor,
      dryRun,
      ...(keys ? { keys: ctx.observer.driftKeys(keys) } : {}),
    })
    return changeView(change, (result) => result)
  }),
})
