import * as input from './input'
import { readSnapshot } from './picture'
import { liveSignal, protectedProcedure, router } from './trpc'

/** The kernel's tables in any network namespace. */
export const namespaceRouter = router({
  list: protectedProcedure
    .input(input.nothing)
    .query(async ({ ctx }) => ctx.namespaces.list(await readSnapshot(ctx.observer))),

  /** How many rows there are in the tables that are cheap to count. */
  inspect: protectedProcedure
    .input(input.namespace)
    .query(({ ctx, input: { namespace } }) => ctx.namespaces.count(namespace)),

  watch: protectedProcedure.input(input.tableWatch).subscription(async function* ({ ctx, input: asked, signal }) {
    const { namespace, table, search = '' } = asked
    const question = { namespace, table, search: search.toLowerCase() }
    yield* ctx.namespaces.watch(question, ctx.observer.picture, liveSignal(ctx.session, signal))
  }),

  watchFirewall: protectedProcedure.input(input.namespaceFirewall).subscription(async function* ({
    ctx,
    input: { lastEventId: _, ...question },
    signal,
  }) {
    yield* ctx.namespaces.watchFirewall(question, ctx.observer.picture, liveSignal(ctx.session, signal))
  }),
})
