import { operationView } from '../observe/views'
import * as input from './input'
import { protectedProcedure, router } from './trpc'

const defaultLimit = 100

export const auditRouter = router({
  /** Operations, newest first. */
  list: protectedProcedure.input(input.limit).query(async ({ ctx, input: request }) => {
    const operations = await ctx.store.listOperations(request?.limit ?? defaultLimit)
    return operations.map(operationView)
  }),
})
