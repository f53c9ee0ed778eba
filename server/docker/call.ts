import type { IncomingMessage, ServerResponse } from 'node:http'
import type { z } from 'zod'
import { PatchbayError } from '../cnm/errors'
import type { Engine, EngineEvent } from '../engine/contract'
import type { EventLog } from './event-log'

/** One request of a Docker client, its path taken apart. */
export interface Call {
  readonly engine: Engine
  readonly events: EventLog
  /** The names in the path: `/networks/:id` gives `id`. */
  readonly path: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** The API version that the client speaks: 41 for "1.41". */
  readonly minor: number
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal
  /** Throws PatchbayError ("invalid-parameter") for what is no JSON, or not of this shape. */
  body<Shape>(schema: z.ZodType<Shape>): Promise<Shape>
  /** Reads a body of whatever kind and drops it, so that what follows it on a raw connection is the program's input. */
  skipBody(): Promise<void>
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'PUT' | 'HEAD'
  /** "/networks/:id"; the version in front is left out. */
  readonly pattern: string
  /** What comes after the head is the program's input, also for a client that does not ask for an upgrade. */
  readonly isRaw?: true
  readonly answer: (call: Call) => void | Promise<void>
}

/** Who asked, as the history tells it. */
export const asked = { actor: 'docker' } as const

export function sendJson(call: Pick<Call, 'response'>, value: unknown, status = 200): void {
  sendJsonText(call, JSON.stringify(value), status)
}

/** For what was turned into JSON before. */
export function sendJsonText({ response }: Pick<Call, 'response'>, json: string, status = 200): void {
  const text = `${json}\n`
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) })
  response.end(text)
}

export function sendNothing({ response }: Pick<Call, 'response'>, status = 204): void {
  response.writeHead(status)
  response.end()
}

/** "1", "true" and "True" are true, as for Go's strconv. */
export function flag(query: URLSearchParams, name: string): boolean {
  return /^(1|t|true)$/i.test(query.get(name) ?? '')
}

/** A whole number of seconds or lines; undefined where absent. */
export function numberOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  if (/^-?\d{1,12}$/.test(text)) return Number(text)
  throw new PatchbayError('invalid-parameter', `${name} must be a whole number, not ${JSON.stringify(text)}`)
}

/** Resolves at the first event after which `isReached` holds, or when the signal aborts. */
export function eventually(
  engine: Engine,
  isReached: (event?: EngineEvent) => boolean,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted || isReached()) return resolve()
    const stop = engine.subscribe((event) => {
      if (isReached(event)) end()
    })
    const end = () => {
      stop()
      signal.removeEventListener('abort', end)
      resolve()
    }
    signal.addEventListener('abort', end)
  })
}
