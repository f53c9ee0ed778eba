import * as input from './input'
import { readFirewall } from './picture'
import { liveSignal, protectedProcedure, router } from './trpc'
import { changeView } from './view'

export const firewallRouter = router({
  list: protectedProcedure
    .input(input.firewallFamily)
    .query(({ ctx, input: asked }) => readFirewall(ctx.observer, asked?.family)),

  userRules: protectedProcedure
    .input(input.userRules)
    .query(({ ctx, input: { family } }) => ctx.engine.userRules(family)),

  update: protectedProcedure.input(input.userRulesUpdate).mutation(async ({ ctx, input: { dryRun, ...rules } }) => {
    const change = await ctx.engine.updateUserRules(rules, { actor: ctx.actor, dryRun })
    return changeView(change, (result) => result)
  }),

  watch: protectedProcedure.input(input.firewallWatch).subscription(async function* ({ ctx, input: asked, signal }) {
    yield* ctx.observer.watchFirewall(liveSignal(ctx.session, signal), asked?.family)
  }),
})
