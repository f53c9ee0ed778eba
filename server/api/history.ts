import { operationView } from '../observe/views'
import * as input from './input'
import { protectedProcedure, router } from './trpc'

const hourMs = 60 * 60_000
const mostOperations = 1_000

export const historyRouter = router({
  /** The last hour: when it was watched, what happened, and all operations. */
  timeline: protectedProcedure.input(input.nothing).query(async ({ ctx }) => {
    await ctx.observer.history.load()
    const operations = await ctx.store.listOperations(mostOperations)
    const since = Date.now() - hourMs
    return {
      ...ctx.observer.history.view(),
      operations: operations.filter(({ startedAt }) => startedAt.getTime() > since).map(operationView),
    }
  }),

  /** The picture as it was; null where nobody watched then. */
  at: protectedProcedure.input(input.moment).query(async ({ ctx, input: { at } }) => {
    await ctx.observer.history.load()
    return { picture: ctx.observer.history.at(at) }
  }),
})
