import * as input from './input'
import { readFdb } from './picture'
import { liveSignal, protectedProcedure, router } from './trpc'

export const fdbRouter = router({
  list: protectedProcedure.input(input.nothing).query(({ ctx }) => readFdb(ctx.observer)),

  watch: protectedProcedure.input(input.resume).subscription(async function* ({ ctx, signal }) {
    yield* ctx.observer.watchFdb(liveSignal(ctx.session, signal))
  }),
})
