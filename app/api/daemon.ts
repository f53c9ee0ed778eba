import { Agent, type IncomingMessage, request as open } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream as NodeStream } from 'node:stream/web'

const socketPath = process.env.PATCHBAY_SOCKET ?? '/run/patchbay/patchbay.sock'
const agent = new Agent({ keepAlive: true, maxFreeSockets: 8 })

/** Belong to one connection and not to the message, and what asks for an encoding that would buffer a stream. */
const hopByHop = new Set([
  'accept-encoding',
  'connection',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

export interface DaemonCall {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: Headers
  readonly body: ReadableStream<Uint8Array> | string | null
  readonly signal: AbortSignal
}

/**
 * Passes a call on to the daemon's socket and its answer back, both as they come. Who may do what is the
 * daemon's to say: it gets the Host that the browser used. Throws when the daemon is not there.
 */
export async function callDaemon(call: DaemonCall): Promise<Response> {
  const answer = await send(call)
  const headers = new Headers()
  for (const [name, value] of pairsOf(answer.rawHeaders)) {
    if (!hopByHop.has(name.toLowerCase())) headers.append(name, value)
  }
  const status = answer.statusCode ?? 502
  const isEmpty = status === 204 || status === 304 || call.method === 'HEAD'
  if (isEmpty) answer.resume()
  // Node's and the DOM's declarations of one and the same stream.
  return new Response(isEmpty ? null : (Readable.toWeb(answer) as BodyInit), { status, headers })
}

function send({ method, path, headers, body, signal }: DaemonCall): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const upstream = open({ socketPath, agent, method, path, headers: forwarded(headers), signal })
    upstream.once('response', resolve)
    upstream.on('error', reject)
    if (body === null || typeof body === 'string') upstream.end(body ?? undefined)
    else pipeline(Readable.fromWeb(body as NodeStream), upstream).catch(reject)
  })
}

function forwarded(headers: Headers): Record<string, string> {
  const passed = [...headers].filter(([name]) => !hopByHop.has(name))
  // Next fills in a forwarded host only where the browser sent none; here only the real one counts.
  return { ...Object.fromEntries(passed), host: 'localhost', 'x-forwarded-host': headers.get('host') ?? '' }
}

function* pairsOf(rawHeaders: readonly string[]): Generator<[string, string]> {
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) yield [rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '']
}
