import { tracked } from '@trpc/server'
import * as input from './input'
import { liveSignal, protectedProcedure, router } from './trpc'

/** A person at a command in a container, by way of the page. */
export const terminalRouter = router({
  open: protectedProcedure
    .input(input.terminalOpen)
    .mutation(async ({ ctx, input: { container, command, user, ...size } }) => ({
      terminal: await ctx.terminals.open(ctx.session, container, { command, user, size }, ctx.actor),
    })),

  /** Output as base64, told by its position in the whole. A page says by `seen` what it has shown; more is held back. */
  watch: protectedProcedure.input(input.terminalWatch).subscription(async function* ({ ctx, input: request, signal }) {
    const from = Number.parseInt(request.lastEventId ?? '', 10) || 0
    for await (const event of ctx.terminals.watch(
      ctx.session,
      request.terminal,
      from,
      liveSignal(ctx.session, signal),
    )) {
      yield tracked(event.type === 'output' ? String(event.end) : event.type, event)
    }
  }),

  write: protectedProcedure.input(input.terminalWrite).mutation(async ({ ctx, input: { terminal, data } }) => {
    await ctx.terminals.write(ctx.session, terminal, data)
  }),

  resize: protectedProcedure.input(input.terminalResize).mutation(async ({ ctx, input: { terminal, ...size } }) => {
    await ctx.terminals.resize(ctx.session, terminal, size)
  }),

  seen: protectedProcedure.input(input.terminalSeen).mutation(({ ctx, input: { terminal, position } }) => {
    ctx.terminals.seen(ctx.session, terminal, position)
  }),

  close: protectedProcedure.input(input.terminalReference).mutation(({ ctx, input: { terminal } }) => {
    ctx.terminals.close(ctx.session, terminal)
  }),
})
