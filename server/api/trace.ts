import * as input from './input'
import { protectedProcedure, router } from './trpc'

export const traceRouter = router({
  /** What becomes of a packet, hop by hop, from the kernel's tables; nothing is sent or changed. */
  explain: protectedProcedure
    .input(input.traceQuestion)
    .query(({ ctx, input: question }) => ctx.tracer.explain(question)),
})
