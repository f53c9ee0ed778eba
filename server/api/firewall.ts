import * as input from './input'
import { readFirewall } from './picture'
import { liveSignal, protectedProcedure, router } from './trpc'

export const firewallRouter = router({
  list: protectedProcedure.input(input.nothing).query(({ ctx }) => readFirewall(ctx.observer)),

  watch: protectedProcedure.input(input.resume).subscription(async function* ({ ctx, signal }) {
    yield* ctx.observer.watchFirewall(liveSignal(ctx.session, signal))
  }),
})
