import { briefOperationView, operationView } from '../observe/views'
import * as input from './input'
import { protectedProcedure, router } from './trpc'

const hourMs = 60 * 60_000

export const historyRouter = router({
  /** The last hour: when it was watched, what happened, and all operations. */
  timeline: protectedProcedure.input(input.nothing).query(async ({ ctx }) => {
    await ctx.observer.history.load()
    const operations = await ctx.store.listOperationsSince(new Date(Date.now() - hourMs))
    return { ...ctx.observer.history.view(), operations: operations.map(briefOperationView) }
  }),

  /** One operation with its commands; null where it is too old to be kept. */
  operation: protectedProcedure.input(input.operation).query(async ({ ctx, input: { id } }) => {
    const operation = await ctx.store.getOperation(id)
    return operation ? operationView(operation) : null
  }),

  /** The picture as it was; null where nobody watched then. */
  at: protectedProcedure.input(input.moment).query(async ({ ctx, input: { at } }) => {
    await ctx.observer.history.load()
    return { picture: ctx.observer.history.at(at) }
  }),
})
