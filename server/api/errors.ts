import { TRPCError } from '@trpc/server'
import type { TRPC_ERROR_CODE_KEY } from '@trpc/server/rpc'
import { ZodError } from 'zod'
import { type ErrorKind, isPatchbayError, PatchbayError } from '../cnm/errors'
import { inputErrorOf } from '../cnm/input-error'
import { type Said, type Sentence, sentence, toTold } from '../cnm/sentence'
import type { ErrorView } from './contract'

/** tRPC's code of each kind; its HTTP status follows from it. */
export const codes = {
  'invalid-parameter': 'BAD_REQUEST',
  'not-found': 'NOT_FOUND',
  conflict: 'CONFLICT',
  forbidden: 'FORBIDDEN',
  unauthenticated: 'UNAUTHORIZED',
  unavailable: 'SERVICE_UNAVAILABLE',
  'not-implemented': 'NOT_IMPLEMENTED',
  system: 'INTERNAL_SERVER_ERROR',
} as const satisfies Record<ErrorKind, TRPC_ERROR_CODE_KEY>

const notJson = sentence`the request is not valid JSON`

/** Kinds of what tRPC itself refuses before any procedure runs. */
const kindsOfRefusals: Partial<Record<TRPC_ERROR_CODE_KEY, readonly [ErrorKind, Sentence | undefined]>> = {
  PARSE_ERROR: ['invalid-parameter', notJson],
  BAD_REQUEST: ['invalid-parameter', undefined],
  NOT_FOUND: ['not-found', undefined],
  METHOD_NOT_SUPPORTED: ['invalid-parameter', undefined],
  UNSUPPORTED_MEDIA_TYPE: ['invalid-parameter', sentence`the request needs the content type application/json`],
  PAYLOAD_TOO_LARGE: ['invalid-parameter', sentence`the request is larger than 1 MiB`],
}

/** Marks what is translated, so that doing it twice changes nothing. */
class TranslatedError extends TRPCError {}

const unexpected = sentence`an unexpected error occurred in the daemon; its log has the reason`

/**
 * The error with the code of its kind and a sentence that people may see. What nobody foresaw keeps its cause,
 * for the daemon's log, but tells nothing of it. With the raw input, a value that does not parse is named.
 */
export function translateError(error: TRPCError, rawInput?: unknown): TRPCError {
  if (error instanceof TranslatedError) return error
  if (isPatchbayError(error.cause)) {
    const { kind, message } = error.cause
    return new TranslatedError({ code: codes[kind], message, cause: error.cause })
  }
  if (error.cause instanceof ZodError) {
    const cause = inputErrorOf(error.cause, rawInput)
    return new TranslatedError({ code: codes[cause.kind], message: cause.message, cause })
  }
  if (error.cause instanceof SyntaxError && error.code === 'BAD_REQUEST') {
    return refusal('BAD_REQUEST', 'invalid-parameter', notJson)
  }
  return translateRefusal(error)
}

/** True: a fault of the daemon's that belongs in its log. */
export function isFault(error: TRPCError): boolean {
  return translateError(error).code === 'INTERNAL_SERVER_ERROR'
}

/** What `error.data.patchbay` says; expects a translated error. */
export function errorView(error: TRPCError): ErrorView {
  if (!isPatchbayError(error.cause)) return { kind: 'system', told: toTold(unexpected), field: null, data: {} }
  const { kind, told: said, field, data } = error.cause
  return { kind, told: toTold(said), field: field ?? null, data }
}

function translateRefusal(error: TRPCError): TRPCError {
  const known = kindsOfRefusals[error.code]
  if (known) return refusal(error.code, known[0], known[1] ?? lowerFirst(error.message))
  return new TranslatedError({ code: 'INTERNAL_SERVER_ERROR', message: String(unexpected), cause: error.cause })
}

function refusal(code: TRPC_ERROR_CODE_KEY, kind: ErrorKind, told: Said): TRPCError {
  const cause = new PatchbayError(kind, told)
  return new TranslatedError({ code, message: cause.message, cause })
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1)
}
