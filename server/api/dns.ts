import * as input from './input'
import { liveSignal, protectedProcedure, router } from './trpc'

/** What containers ask the resolver, and what it could tell them. */
export const dnsRouter = router({
  /** Names that a container can look up now, by network. */
  list: protectedProcedure
    .input(input.containerReference)
    .query(({ ctx, input: { container } }) => ctx.engine.listNames(container)),

  watch: protectedProcedure.input(input.resume).subscription(async function* ({ ctx, signal }) {
    yield* ctx.engine.queries.watch(liveSignal(ctx.session, signal))
  }),
})
