import type { IncomingMessage, ServerResponse } from 'node:http'
import { getTRPCErrorFromUnknown } from '@trpc/server'
import { getHTTPStatusCodeFromError } from '@trpc/server/http'
import { z } from 'zod'
import { PatchbayError } from '../cnm/errors'
import type { Session } from './auth'
import type { Captures } from './captures'
import { translateError } from './errors'
import * as input from './input'

export const capturePath = '/api/capture'

const headers = {
  'Content-Type': 'application/x-pcapng',
  'Content-Disposition': 'attachment; filename="capture.pcapng"',
  'X-Content-Type-Options': 'nosniff',
  // What is between must not hold a stream back.
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
}

/**
 * `GET /api/capture?container=web&network=lab`: packets as pcapng while they come; `GET /api/capture/ID`: those that a
 * page holds. Errors are answered as a line of text. Never rejects.
 */
export async function answerCapture(
  request: IncomingMessage,
  response: ServerResponse,
  captures: Captures,
  findSession: () => Promise<Session | null>,
): Promise<void> {
  const leaving = new AbortController()
  response.on('close', () => leaving.abort())
  try {
    checkRequest(request)
    const session = await findSession()
    if (!session) throw new PatchbayError('unauthenticated', 'no session; send Authorization: Bearer with the token')
    const signal = AbortSignal.any([leaving.signal, session.signedOut])
    await send(response, piecesFor(new URL(request.url ?? '', 'http://localhost'), captures, session, signal), signal)
  } catch (error) {
    fail(response, error)
  }
}

/** A page elsewhere can make a browser ask, with its cookie; it could not read the answer, but what it starts would run. */
function checkRequest({ method, headers: { 'sec-fetch-site': site } }: IncomingMessage): void {
  if (method !== 'GET') throw new PatchbayError('invalid-parameter', 'captures are asked for with GET')
  if (site === undefined || site === 'same-origin' || site === 'none') return
  throw new PatchbayError('forbidden', 'the call comes from another site than it goes to')
}

function piecesFor(
  { pathname, searchParams }: URL,
  captures: Captures,
  session: Session,
  signal: AbortSignal,
): AsyncIterable<Buffer> | Iterable<Buffer> {
  const id = pathname.slice(capturePath.length + 1)
  if (id !== '') return captures.file(session, id)
  const { filter, seconds, bytes, packets, ...point } = query.parse(Object.fromEntries(searchParams))
  return captures.stream(session, { points: [point], filter, limits: { seconds, bytes, packets } }, signal)
}

/** Written in a hurry on a command line: bounds as the page's, more bytes, and numbers as text. */
const query = input.capturePoint.extend({
  filter: z.string().max(4_000).default(''),
  seconds: z.coerce.number().min(1).max(600).default(input.captureDefaults.seconds),
  bytes: z.coerce
    .number()
    .min(1)
    .max(256 * 1024 * 1024)
    .default(input.captureDefaults.bytes),
  packets: z.coerce.number().int().min(1).max(10_000_000).default(1_000_000),
})

async function send(
  response: ServerResponse,
  pieces: AsyncIterable<Buffer> | Iterable<Buffer>,
  signal: AbortSignal,
): Promise<void> {
  for await (const piece of pieces) {
    if (signal.aborted) break
    if (!response.headersSent) response.writeHead(200, headers)
    if (!response.write(piece)) await drained(response)
  }
  response.end()
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })
}

/** What breaks off half-way is no whole file: the connection says so. */
function fail(response: ServerResponse, reason: unknown): void {
  if (response.headersSent) return void response.destroy()
  const error = translateError(getTRPCErrorFromUnknown(reason))
  response.writeHead(getHTTPStatusCodeFromError(error), { 'Content-Type': 'text/plain; charset=utf-8' })
  response.end(`${error.message}\n`)
}
