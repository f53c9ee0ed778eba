import * as input from './input'
import { listEndpoints } from './picture'
import { protectedProcedure, router } from './trpc'

export const endpointRouter = router({
  list: protectedProcedure.input(input.nothing).query(({ ctx }) => listEndpoints(ctx)),
})
