import { tracked } from '@trpc/server'
import * as input from './input'
import { liveSignal, parseEventId, protectedProcedure, router } from './trpc'

export const wiringRouter = router({
  /** Every namespace, interface and cable as they are now. */
  list: protectedProcedure.input(input.nothing).query(({ ctx }) => ctx.wiring.read()),

  /** The same, then what changes in it. Resumes by the id of the last event, "<epoch>:<version>". */
  watch: protectedProcedure.input(input.resume).subscription(async function* ({ ctx, input: request, signal }) {
    const resume = parseEventId(request?.lastEventId)
    for await (const event of ctx.wiring.watch(liveSignal(ctx.session, signal), resume)) {
      yield tracked(`${event.epoch}:${event.version}`, event)
    }
  }),

  rates: router({
    watch: protectedProcedure.input(input.resume).subscription(async function* ({ ctx, signal }) {
      yield* ctx.wiring.watchRates(liveSignal(ctx.session, signal))
    }),
  }),
})
