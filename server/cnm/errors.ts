import type { Reason } from './reasons'
import { plainly, type Said, Sentence } from './sentence'

/** What went wrong, in kinds that every face (tRPC, Docker's API) has a code for. */
export type ErrorKind =
  | 'invalid-parameter'
  | 'not-found'
  | 'conflict'
  | 'forbidden'
  | 'unauthenticated'
  | 'unavailable'
  | 'not-implemented'
  | 'system'

const brand = Symbol.for('patchbay.error')

/**
 * An error that a person can act on. The message is a lower-case sentence that names the
 * offending value and what it met; tagged `sentence`, people read it in their language. `field` names the input it
 * belongs to, so that a form can put the sentence there. `data` is JSON. `reason` lets a face say it in words of its own.
 */
export class PatchbayError extends Error {
  readonly [brand] = true
  readonly kind: ErrorKind
  readonly told: Said
  readonly field: string | undefined
  readonly data: Readonly<Record<string, unknown>>
  readonly reason: Reason | undefined

  constructor(
    kind: ErrorKind,
    told: Said,
    options: { field?: string; data?: Record<string, unknown>; reason?: Reason; cause?: unknown } = {},
  ) {
    super(typeof told === 'string' ? plainly(told) : String(told), { cause: options.cause })
    this.name = new.target.name
    this.kind = kind
    this.told = told
    this.field = options.field
    this.data = options.data ?? {}
    this.reason = options.reason
  }
}

/** Recognises by symbol, because a bundler may load this module twice. */
export function isPatchbayError(error: unknown): error is PatchbayError {
  return typeof error === 'object' && error !== null && brand in error
}

/** The sentence of whatever was thrown, in English. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The same, to stand in another sentence or to be shown. */
export function toldBy(error: unknown): Said {
  if (error instanceof Sentence) return error
  return isPatchbayError(error) ? error.told : messageOf(error)
}
