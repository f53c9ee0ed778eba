import type { UserView } from './contract'
import { clearedCookie, sessionCookie } from './cookie'
import * as input from './input'
import { protectedProcedure, publicProcedure, router } from './trpc'

export const userRouter = router({
  /** Takes the administrator's token or a one-time token; answers with the session's cookie. */
  signIn: publicProcedure.input(input.signIn).mutation(async ({ ctx, input: { token } }): Promise<UserView> => {
    const { value, userName } = await ctx.auth.signIn(token)
    ctx.setCookie(sessionCookie(value, { secure: ctx.isSecure }))
    return { name: userName }
  }),

  signOut: protectedProcedure.input(input.nothing).mutation(async ({ ctx }): Promise<UserView> => {
    await ctx.auth.signOut(ctx.session)
    ctx.setCookie(clearedCookie({ secure: ctx.isSecure }))
    return { name: ctx.actor }
  }),

  me: protectedProcedure.input(input.nothing).query(({ ctx }): UserView => ({ name: ctx.actor })),
})
