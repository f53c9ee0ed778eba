import { chmod, chown, rm } from 'node:fs/promises'
import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type ErrorKind, isPatchbayError, PatchbayError } from '../cnm/errors'
import type { Engine } from '../engine/contract'
import { archiveRoutes } from './archive'
import { attachRoutes } from './attach'
import { readBody, readText } from './body'
import type { Call, Route } from './call'
import { containerRoutes } from './containers'
import { EventLog } from './event-log'
import { eventRoutes } from './events'
import { createExecRoutes } from './exec'
import { imageRoutes } from './images'
import { logRoutes } from './logs'
import { networkRoutes } from './networks'
import { statsRoutes } from './stats'
import { isRaw } from './stream'
import { apiVersion, createSystemRoutes, leastMinor, newestMinor } from './system'
import { volumeRoutes } from './volumes'
import { dockerMessage } from './wording'

export interface DockerApiOptions {
  readonly engine: Engine
  /** `$PATCHBAY_RUN_DIR/docker.sock` */
  readonly socketPath: string
  /** Group that may open it; root's alone where absent. */
  readonly gid?: number
  readonly failed: (error: unknown) => void
}

export interface DockerApi {
  close(): Promise<void>
}

/** Serves the Docker Engine API, 1.24 to 1.50, over the same engine as the dashboard. */
export async function startDockerApi(options: DockerApiOptions): Promise<DockerApi> {
  const { socketPath, gid } = options
  const routes = [
    ...createSystemRoutes(options.engine),
    ...networkRoutes,
    ...containerRoutes,
    ...statsRoutes,
    ...attachRoutes,
    ...logRoutes,
    ...createExecRoutes(),
    ...imageRoutes,
    ...archiveRoutes,
    ...volumeRoutes,
    ...eventRoutes,
  ].map(compile)
  const events = new EventLog(options.engine)
  // Clients keep their connections as long as they like, as Docker's: a change may just be on its way over an idle one.
  const serverOptions = { IncomingMessage: requestsOf(routes), keepAliveTimeout: 0 }
  const server = createServer(
    serverOptions,
    (request, response) => void answer(request, response, routes, { ...options, events }),
  )
  // A client that asks for the raw connection writes its input on it: Node's parser must not read that.
  server.on('upgrade', (request, socket: Socket, head) => {
    socket.unshift(head)
    socket.on('error', () => undefined)
    const response = new ServerResponse(request)
    response.shouldKeepAlive = false
    response.assignSocket(socket)
    response.once('finish', () => socket.end())
    void answer(request, response, routes, { ...options, events })
  })
  // Node forgets the connections that it has given away.
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await rm(socketPath, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socketPath, resolve)
  })
  await chown(socketPath, process.getuid?.() ?? 0, gid ?? process.getgid?.() ?? 0)
  await chmod(socketPath, 0o660)
  return {
    close: () => {
      events.close()
      return close(server, sockets)
    },
  }
}

function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    for (const socket of sockets) socket.destroy()
  })
}

interface CompiledRoute extends Route {
  readonly expression: RegExp
}

function compile(route: Route): CompiledRoute {
  // An image's name has slashes: `:name` takes them all, other names end at the next one.
  const source = route.pattern.replaceAll(
    /:(\w+)/g,
    (_, name: string) => `(?<${name}>${name === 'name' ? '.+' : '[^/]+'})`,
  )
  return { ...route, expression: new RegExp(`^${source}$`) }
}

/**
 * Node gives a connection away when a client asks by `Upgrade`. Clients that only go on talking are served alike where
 * the route is raw: "upgrade" is asked for once the head is read. One that sends its input as chunks of a body is not.
 */
function requestsOf(routes: readonly CompiledRoute[]) {
  const asked = Symbol('asked for an upgrade')
  return class extends IncomingMessage {
    declare [asked]: boolean | null

    get upgrade(): boolean | null {
      if (this[asked] !== false) return this[asked]
      const [path = ''] = (this.url ?? '').replace(/^\/v[\d.]+(?=\/)/, '').split('?')
      const route = routes.find(({ method, expression }) => method === this.method && expression.test(path))
      return route?.isRaw === true && this.headers['transfer-encoding'] === undefined
    }

    set upgrade(value: boolean | null) {
      this[asked] = value
    }
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  routes: readonly CompiledRoute[],
  { engine, failed, events }: DockerApiOptions & { events: EventLog },
): Promise<void> {
  response.setHeader('Api-Version', apiVersion)
  response.setHeader('Ostype', 'linux')
  response.setHeader('Docker-Experimental', 'false')
  response.setHeader('Server', 'Patchbay (linux)')
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  // A response that has given its connection away does not hear it close.
  if (isRaw(request)) request.socket.once('close', () => gone.abort())
  try {
    const { path, query, minor } = takeApart(request.url ?? '/')
    const found = find(routes, request.method ?? 'GET', path)
    const call: Call = {
      ...{ engine, events, query, minor, request, response },
      path: found.path,
      signal: gone.signal,
      body: async (schema) => readBody(request, schema),
      skipBody: async () => void (await readText(request)),
    }
    await found.route.answer(call)
  } catch (error) {
    if (!isPatchbayError(error) || error.kind === 'system') failed(error)
    sendProblem(response, error)
    // A connection that was given away has no answer to fail: it ends.
    if (response.socket === null) request.socket.destroy()
  }
}

function takeApart(url: string): { path: string; query: URLSearchParams; minor: number } {
  const [whole = '/', search = ''] = splitOnce(url, '?')
  const [, major, minorText, rest] = /^\/v(\d+)\.(\d+)(\/.*)$/.exec(whole) ?? []
  const minor = minorText === undefined ? newestMinor : Number(minorText)
  if (major !== undefined) checkVersion(Number(major), minor)
  return { path: rest ?? whole, query: new URLSearchParams(search), minor }
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

function checkVersion(major: number, minor: number): void {
  const shown = `client version ${major}.${minor}`
  if (major > 1 || minor > newestMinor) {
    throw new PatchbayError('invalid-parameter', `${shown} is too new. Maximum supported API version is ${apiVersion}`)
  }
  if (major < 1 || minor < leastMinor) {
    throw new PatchbayError(
      'invalid-parameter',
      `${shown} is too old. Minimum supported API version is 1.${leastMinor}, please upgrade your client to a newer version`,
    )
  }
}

function find(routes: readonly CompiledRoute[], method: string, path: string) {
  for (const route of routes) {
    if (route.method !== method) continue
    const match = route.expression.exec(path)
    if (match) return { route, path: decodeAll(match.groups ?? {}) }
  }
  const isKnown =
    /^\/(containers|images|networks|volumes|exec|build|commit|swarm|nodes|services|tasks|secrets|configs|plugins|system|auth|session|distribution|info)\b/
  if (!isKnown.test(path)) throw new PatchbayError('not-found', 'page not found')
  throw new PatchbayError('not-implemented', `${method} ${path} is not supported by Patchbay`)
}

function decodeAll(groups: Record<string, string>): Record<string, string> {
  try {
    return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]))
  } catch {
    throw new PatchbayError('invalid-parameter', 'the path holds an escape that is none')
  }
}

const statuses: Record<ErrorKind, number> = {
  'invalid-parameter': 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  system: 500,
  'not-implemented': 501,
  unavailable: 503,
}

function sendProblem(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const status = isPatchbayError(error) ? statuses[error.kind] : 500
  const text = `${JSON.stringify({ message: dockerMessage(error) })}\n`
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) })
  response.end(text)
}
