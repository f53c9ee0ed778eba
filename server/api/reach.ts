import type { ReachRequest } from '../observe/reach/contract'
import * as input from './input'
import { readSnapshot } from './picture'
import { type ApiContext, liveSignal, protectedProcedure, router } from './trpc'

/** Who reaches whom: computed, or tried. */
export const reachRouter = router({
  watch: protectedProcedure.input(input.reach).subscription(async function* ({ ctx, input: asked, signal }) {
    yield* ctx.reach.compute(await requestOf(ctx, asked), liveSignal(ctx.session, signal))
  }),

  /** Sends a probe for every cell, in the background; gives the number by which `follow` shows it. */
  verify: protectedProcedure
    .input(input.reach)
    .mutation(async ({ ctx, input: asked }) => ({ id: ctx.reach.verify(await requestOf(ctx, asked), ctx.actor) })),

  follow: protectedProcedure.input(input.run).subscription(async function* ({ ctx, input: { id }, signal }) {
    yield* ctx.reach.follow(id, liveSignal(ctx.session, signal))
  }),

  cancel: protectedProcedure.input(input.run).mutation(({ ctx, input: { id } }) => ctx.reach.cancel(id)),
})

/** Every container that has a network stack of its own now, whoever made it. */
async function requestOf(
  { observer }: Pick<ApiContext, 'observer'>,
  asked: Omit<ReachRequest, 'containers'>,
): Promise<ReachRequest> {
  const { containers } = await readSnapshot(observer)
  const named = Object.values(containers).flatMap(({ id, name, sandbox, ports }) =>
    sandbox === null || sandbox.key === 'host' ? [] : [{ id, name, key: sandbox.key, published: ports }],
  )
  return { ...asked, containers: named.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true })) }
}
