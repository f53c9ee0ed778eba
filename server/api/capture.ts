import { tracked } from '@trpc/server'
import * as input from './input'
import { liveSignal, protectedProcedure, router } from './trpc'

/** Packets as the kernel sees them, for as long as a page holds them. */
export const captureRouter = router({
  /** Every link that there is. */
  points: protectedProcedure.input(input.nothing).query(({ ctx }) => ctx.captures.points()),

  /** Fails with the reason where the filter is none. Says something in either case: a query that says nothing counts as failed. */
  check: protectedProcedure.input(input.captureFilter).query(async ({ ctx, input: { filter } }) => {
    await ctx.captures.check(filter)
    return { filter }
  }),

  start: protectedProcedure
    .input(input.captureStart)
    .mutation(async ({ ctx, input: { points, filter = '', ...limits } }) => ({
      capture: await ctx.captures.start(ctx.session, {
        ...{ points, filter },
        limits: { ...input.captureDefaults, ...limits },
      }),
    })),

  /** Ends with the page; a stream that is taken up again goes on behind the last packet. */
  watch: protectedProcedure.input(input.captureWatch).subscription(async function* ({ ctx, input: request, signal }) {
    const after = Number.parseInt(request.lastEventId ?? '', 10) || 0
    const until = liveSignal(ctx.session, signal)
    let last = after
    for await (const event of ctx.captures.watch(ctx.session, request.capture, after, until)) {
      if (event.type === 'packets') last = event.rows.at(-1)?.number ?? last
      yield tracked(String(last), event)
    }
  }),

  detail: protectedProcedure
    .input(input.captureDetail)
    .query(({ ctx, input: { capture, number } }) => ctx.captures.detail(ctx.session, capture, number)),

  /** What it has stays until the page goes, or closes it. */
  stop: protectedProcedure.input(input.captureReference).mutation(({ ctx, input: { capture } }) => {
    ctx.captures.stop(ctx.session, capture)
  }),

  close: protectedProcedure.input(input.captureReference).mutation(({ ctx, input: { capture } }) => {
    ctx.captures.close(ctx.session, capture)
  }),
})
