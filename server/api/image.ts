import * as input from './input'
import { protectedProcedure, router } from './trpc'
import { imageView } from './view'

export const imageRouter = router({
  list: protectedProcedure
    .input(input.nothing)
    .query(async ({ ctx }) => (await ctx.engine.listImages()).map(imageView)),
})
