import * as input from './input'
import { protectedProcedure, router } from './trpc'

export const driftRouter = router({
  /** Whether what bears Patchbay's mark is repaired by itself, and after how long. */
  automatic: protectedProcedure.input(input.nothing).query(({ ctx }) => ctx.observer.automaticRepair.settings()),

  configure: protectedProcedure.input(input.automaticRepair).mutation(async ({ ctx, input: settings }) => {
    await ctx.observer.automaticRepair.configure(settings)
    return settings
  }),
})
