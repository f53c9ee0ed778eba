import * as input from './input'
import { liveSignal, protectedProcedure, router } from './trpc'

/** What becomes of a packet: computed, or tried. */
export const traceRouter = router({
  /** Hop by hop, from the kernel's tables; nothing is sent or changed. */
  explain: protectedProcedure
    .input(input.traceExplain)
    .query(({ ctx, input: { change, ...question } }) => ctx.tracer.explain(question, change)),

  /** Sends a real probe, in the background; gives the number by which `follow` shows it. */
  send: protectedProcedure
    .input(input.traceQuestion)
    .mutation(({ ctx, input: question }) => ({ id: ctx.prober.send(question, ctx.actor) })),

  follow: protectedProcedure.input(input.run).subscription(async function* ({ ctx, input: { id }, signal }) {
    yield* ctx.prober.follow(id, liveSignal(ctx.session, signal))
  }),
})
