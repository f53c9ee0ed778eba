import { chmod, chown, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http'
import { PatchbayError } from '../cnm/errors'
import type { Config } from '../config'
import type { Driver } from '../drivers/contract'
import type { Engine, OpenTerminal } from '../engine/contract'
import type { Observer } from '../observe/contract'
import type { Reach } from '../observe/reach/contract'
import type { NamespaceTables } from '../observe/tables/contract'
import type { Tracer } from '../observe/trace/contract'
import type { Prober } from '../observe/trace/prober-contract'
import type { Wiring } from '../observe/wiring/contract'
import type { Auth, Session } from './auth'
import { answerCapture, capturePath } from './capture-download'
import type { Captures } from './captures'
import { findSessionValue } from './cookie'
import { isFault } from './errors'
import { findRefusal } from './origin'
import { type AppRouter, appRouter } from './router'
import { Terminals } from './terminals'
import type { ApiContext, ApiStore } from './trpc'

export interface ApiOptions {
  readonly config: Pick<Config, 'host' | 'allowedHosts' | 'runDir'>
  readonly engine: Engine
  readonly observer: Observer
  readonly namespaces: NamespaceTables
  readonly wiring: Wiring
  readonly tracer: Tracer
  readonly prober: Prober
  readonly reach: Reach
  readonly store: ApiStore
  readonly auth: Auth
  readonly drivers: readonly Driver[]
  readonly captures: Captures
  readonly openTerminal: OpenTerminal
  /** Group that may open the socket: the web user's. Absent: root's alone. */
  readonly gid?: number
  /** Takes what went wrong; standard error where absent. */
  readonly log?: (message: string, error?: unknown) => void
}

/** What a request is answered with. */
interface Serving extends ApiOptions {
  readonly terminals: Terminals
}

export interface Api {
  readonly socketPath: string
  /** Ends all calls and streams, and removes the socket. */
  close(): Promise<void>
}

const prefix = '/api/trpc/'
const maxBodyBytes = 1024 * 1024
const maxBatchSize = 50
/** The web keeps its connections: were one ended here while it is idle, the change that is just sent over it would be lost. */
const kept: ServerOptions = { keepAliveTimeout: 0 }
const unkept = new Headers({ 'Cache-Control': 'no-store' })

/** Where the API listens: `$PATCHBAY_RUN_DIR/patchbay.sock`. */
export function socketPathOf({ runDir }: Pick<Config, 'runDir'>): string {
  return join(runDir, 'patchbay.sock')
}

/**
 * Serves the tRPC API on its socket: `curl --unix-socket … -H 'Authorization: Bearer …'
 * http://localhost/api/trpc/network.list`. Throws conflict when another daemon answers there.
 */
export async function startApi(options: ApiOptions): Promise<Api> {
  const socketPath = socketPathOf(options.config)
  if (await isAnswered(socketPath)) {
    throw new PatchbayError('conflict', `another daemon answers at ${socketPath}; stop it, or set PATCHBAY_RUN_DIR`)
  }
  await rm(socketPath, { force: true })
  const serving: Serving = { ...options, terminals: new Terminals(options.openTerminal) }
  const server = createServer(kept, (request, response) => void handle(request, response, serving))
  await listen(server, socketPath)
  await chown(socketPath, process.getuid?.() ?? 0, options.gid ?? process.getgid?.() ?? 0)
  await chmod(socketPath, 0o660)
  return { socketPath, close: () => close(server, serving) }
}

async function handle(request: IncomingMessage, response: ServerResponse, options: Serving): Promise<void> {
  const { method = 'GET', headers, url = '' } = request
  const refusal = findRefusal({ method, headers }, options.config)
  if (refusal !== undefined) {
    report(options, `refused ${method} ${pathOf(url)}: ${refusal}`)
    refuse(response, 403, 'forbidden', refusal)
  } else if (pathOf(url) === capturePath || url.startsWith(`${capturePath}/`)) {
    await answerCapture(request, response, options.captures, () => findCaller(headers, options.auth))
  } else if (!url.startsWith(prefix)) {
    refuse(response, 404, 'not-found', `there is nothing at ${pathOf(url)}; the API is at ${prefix}`)
  } else {
    await answer(request, response, options)
  }
}

/** Never rejects: what goes wrong is the answer. */
function answer(request: IncomingMessage, response: ServerResponse, options: Serving): Promise<void> {
  return nodeHTTPRequestHandler<AppRouter, IncomingMessage, ServerResponse>({
    req: request,
    res: response,
    router: appRouter,
    path: pathOf(request.url ?? '').slice(prefix.length),
    maxBodySize: maxBodyBytes,
    maxBatchSize,
    createContext: () => createContext(request, response, options),
    // A stream has a Cache-Control of its own, which also keeps what is between from holding it back.
    responseMeta: ({ type }) => (type === 'subscription' ? {} : { headers: unkept }),
    onError: ({ error, path }) => {
      if (isFault(error)) report(options, `${path ?? 'a call'} failed`, error.cause ?? error)
    },
  })
}

async function createContext(
  { headers }: IncomingMessage,
  response: ServerResponse,
  { engine, observer, namespaces, wiring, tracer, prober, reach, store, auth, drivers, captures, terminals }: Serving,
): Promise<ApiContext> {
  const session = await findCaller(headers, auth)
  return {
    engine,
    observer,
    wiring,
    tracer,
    prober,
    reach,
    store,
    auth,
    drivers,
    captures,
    terminals,
    namespaces,
    session,
    actor: session?.userName ?? '',
    isSecure: headers['x-forwarded-proto'] === 'https',
    setCookie: (value) => void response.appendHeader('Set-Cookie', value),
  }
}

/** A token that is sent has to be right, whatever cookie comes with it. */
async function findCaller(headers: IncomingMessage['headers'], auth: Auth): Promise<Session | null> {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
  if (bearer !== undefined) return auth.getBearer(bearer)
  const value = findSessionValue(headers.cookie)
  return (value === undefined ? undefined : await auth.findSession(value)) ?? null
}

function refuse(response: ServerResponse, status: number, kind: 'forbidden' | 'not-found', message: string): void {
  const code = kind === 'forbidden' ? 'FORBIDDEN' : 'NOT_FOUND'
  const data = { code, httpStatus: status, patchbay: { kind, field: null, data: {} } }
  const number = kind === 'forbidden' ? -32003 : -32004
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ error: { message, code: number, data } }))
}

function report(
  { log = (message, error) => console.error(message, error ?? '') }: ApiOptions,
  message: string,
  error?: unknown,
) {
  log(`api: ${message}`, error)
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? ''
}

/** Binds with a mask, so that at no moment others may open the socket. */
function listen(server: Server, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const before = process.umask(0o177)
    try {
      server.once('error', reject).listen(socketPath, () => resolve())
    } finally {
      process.umask(before)
    }
  })
}

function close(server: Server, { captures, terminals }: Serving): Promise<void> {
  terminals.closeAll()
  captures.closeAll()
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()))
    server.closeAllConnections()
  })
}

function isAnswered(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath)
    const settle = (isAnswering: boolean) => {
      socket.destroy()
      resolve(isAnswering)
    }
    socket.once('connect', () => settle(true)).once('error', () => settle(false))
  })
}
