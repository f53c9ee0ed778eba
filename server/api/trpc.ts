import { initTRPC } from '@trpc/server'
import { getHTTPStatusCodeFromError } from '@trpc/server/http'
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc'
import { PatchbayError } from '../cnm/errors'
import { sentence } from '../cnm/sentence'
import type { Driver } from '../drivers/contract'
import type { Engine } from '../engine/contract'
import type { Observer } from '../observe/contract'
import type { Reach } from '../observe/reach/contract'
import type { NamespaceTables } from '../observe/tables/contract'
import type { Tracer } from '../observe/trace/contract'
import type { Prober } from '../observe/trace/prober-contract'
import type { Wiring } from '../observe/wiring/contract'
import type { Store } from '../store/contract'
import type { Auth, Session } from './auth'
import type { Captures } from './captures'
import { errorView, translateError } from './errors'
import type { Terminals } from './terminals'

/** What of the store is no engine's business: where things stand on the panel, and the log of operations. */
export type ApiStore = Pick<
  Store,
  'listOperations' | 'listOperationsSince' | 'getOperation' | 'listPositions' | 'putPositions' | 'removePositions'
>

/** What a call works with. Everything but the last four lives as long as the daemon. */
export interface ApiContext {
  readonly engine: Engine
  readonly observer: Observer
  readonly wiring: Wiring
  readonly tracer: Tracer
  readonly prober: Prober
  readonly reach: Reach
  readonly store: ApiStore
  readonly auth: Auth
  readonly drivers: readonly Driver[]
  readonly terminals: Terminals
  readonly captures: Captures
  readonly namespaces: NamespaceTables
  /** Who calls, by cookie or bearer token; null: nobody that is known. */
  readonly session: Session | null
  /** Name written into operations; empty without a session. */
  readonly actor: string
  /** True: the browser came by https, so that its cookie must stay there. */
  readonly isSecure: boolean
  /** Adds a Set-Cookie header to the answer. */
  readonly setCookie: (value: string) => void
}

const pingIntervalMs = 5_000

const t = initTRPC.context<ApiContext>().create({
  isDev: false,
  sse: {
    ping: { enabled: true, intervalMs: pingIntervalMs },
    client: { reconnectAfterInactivityMs: 3 * pingIntervalMs },
    // The browser reconnects by itself and resumes; a stream that nobody reads any more does not stay for ever.
    maxDurationMs: 60 * 60_000,
  },
  errorFormatter({ shape, error }) {
    const translated = translateError(error)
    return {
      message: translated.message,
      code: TRPC_ERROR_CODES_BY_KEY[translated.code],
      data: {
        code: translated.code,
        httpStatus: getHTTPStatusCodeFromError(translated),
        path: shape.data.path,
        patchbay: errorView(translated),
      },
    }
  },
})

/** Errors leave with the code of their kind, inputs that do not parse included. */
const translating = t.middleware(async ({ next, getRawInput }) => {
  const result = await next()
  if (!result.ok) throw translateError(result.error, await getRawInput().catch(() => undefined))
  return result
})

/** Open to anybody: only signing in, and asking whether the daemon is there. */
export const publicProcedure = t.procedure.use(translating)

/** Needs a session's cookie or a bearer token. Asked before the input is looked at. */
export const protectedProcedure = publicProcedure.use(({ ctx, next }) => {
  if (!ctx.session) {
    throw new PatchbayError(
      'unauthenticated',
      sentence`no session; sign in, or send Authorization: Bearer with the token`,
    )
  }
  return next({ ctx: { ...ctx, session: ctx.session } })
})

export const router = t.router
export const createCallerFactory = t.createCallerFactory

/** Ends when the browser goes away or the session is signed out. */
export function liveSignal(session: Session, signal: AbortSignal | undefined): AbortSignal {
  return signal ? AbortSignal.any([signal, session.signedOut]) : session.signedOut
}

/** Undefined for an id that is none of ours: the picture then starts anew. */
export function parseEventId(id: string | null | undefined): { epoch: string; version: number } | undefined {
  const match = /^(.+):(\d{1,15})$/.exec(id ?? '')
  return match?.[1] && match[2] ? { epoch: match[1], version: Number(match[2]) } : undefined
}
