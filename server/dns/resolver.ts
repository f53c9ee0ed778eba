import { Socket as UdpSocket } from 'node:dgram'
import { isIP, type Server, type Socket as TcpSocket } from 'node:net'
import type { Netns } from '../plan/object'
import type { NameSource, Resolver } from './contract'
import { createFrameReader, frame } from './framing'
import { answerLocally } from './local'
import { cutTo, encodeAnswer, encodeFailure, parseQuery, type Query, responseCodeOf } from './message'
import { ask } from './upstream'

export interface ResolverOptions {
  /** How long one upstream may take. */
  timeoutMs: number
  /** Questions that wait for upstreams, all sandboxes together; further ones get SERVFAIL. */
  maxForwarded: number
  /** A TCP connection without a word for this long is closed. */
  idleMs: number
  /** TCP connections of one sandbox. */
  maxConnections: number
  /** Where upstreams listen. */
  upstreamPort: number
}

const defaults: ResolverOptions = {
  timeoutMs: 4_000,
  maxForwarded: 1_024,
  idleMs: 10_000,
  maxConnections: 64,
  upstreamPort: 53,
}

/** A connection that asks faster than it takes answers is not read from until it has caught up. */
const maxWaiting = 64
const ownAddress = '127.0.0.11'
const serverFailure = 2
const refused = 5

type Transport = 'udp' | 'tcp'

/**
 * The embedded resolver, as Docker's at 127.0.0.11: names of containers from the source, all
 * else from the upstreams in their order, asked from the daemon's own namespace. Never throws
 * for anything that comes in.
 */
export function createResolver(source: NameSource, options: Partial<ResolverOptions> = {}): Resolver {
  const limits = { ...defaults, ...options }
  let forwarded = 0

  async function respond(netns: Netns, raw: Buffer, transport: Transport): Promise<Buffer | undefined> {
    const parsed = parseQuery(raw)
    if (!parsed) return undefined
    if ('reply' in parsed) return parsed.reply
    const { query } = parsed
    const local = answerLocally(source, netns, query)
    const response = local ? encodeAnswer(query, local) : await forward(netns, query, transport)
    return cutTo(transport === 'udp' ? query.udpBytes : 0xffff, query, response)
  }

  async function forward(netns: Netns, query: Query, transport: Transport): Promise<Buffer> {
    if (forwarded >= limits.maxForwarded) return encodeFailure(query, 'SERVFAIL')
    forwarded++
    try {
      return (await askInOrder(netns, query, transport)) ?? encodeFailure(query, 'SERVFAIL')
    } finally {
      forwarded--
    }
  }

  /** A server that fails or refuses leaves it to the next; what the last of them said is kept. */
  async function askInOrder(netns: Netns, query: Query, transport: Transport): Promise<Buffer | undefined> {
    let last: Buffer | undefined
    for (const server of source.upstreams(netns).filter((address) => isIP(address) && address !== ownAddress)) {
      const answer = await ask(server, query.raw, transport, { timeoutMs: limits.timeoutMs, port: limits.upstreamPort })
      if (answer && ![serverFailure, refused].includes(responseCodeOf(answer))) return answer
      last = answer ?? last
    }
    return last
  }

  /** A source that throws is answered like an upstream that fails. */
  async function respondSafely(netns: Netns, raw: Buffer, transport: Transport): Promise<Buffer | undefined> {
    return respond(netns, raw, transport).catch(() => {
      const parsed = parseQuery(raw)
      return parsed && 'query' in parsed ? encodeFailure(parsed.query, 'SERVFAIL') : undefined
    })
  }

  return {
    listen(netns, socket) {
      const answer = (raw: Buffer, transport: Transport) => respondSafely(netns, raw, transport)
      if (socket instanceof UdpSocket) serveUdp(socket, (raw) => answer(raw, 'udp'))
      else serveTcp(socket, limits, (raw) => answer(raw, 'tcp'))
    },
  }
}

type Respond = (raw: Buffer) => Promise<Buffer | undefined>

function serveUdp(socket: UdpSocket, respond: Respond): void {
  // Errors of single datagrams; a socket that is beyond use closes.
  socket.on('error', () => undefined)
  socket.on('message', (raw, client) => {
    void respond(raw).then((answer) => {
      if (answer) sendIfOpen(socket, answer, client)
    })
  })
}

/** The sandbox may have gone while an upstream was asked. */
function sendIfOpen(socket: UdpSocket, answer: Buffer, client: { port: number; address: string }): void {
  try {
    socket.send(answer, client.port, client.address, () => undefined)
  } catch {
    // Closed: nobody is there to hear the answer.
  }
}

function serveTcp(server: Server, limits: ResolverOptions, respond: Respond): void {
  server.maxConnections = limits.maxConnections
  server.on('error', () => undefined)
  server.on('connection', (connection) => serveConnection(server, connection, limits, respond))
}

function serveConnection(server: Server, connection: TcpSocket, limits: ResolverOptions, respond: Respond): void {
  let waiting = 0
  const answer = async (raw: Buffer) => {
    if (++waiting >= maxWaiting) connection.pause()
    const response = await respond(raw)
    if (response && connection.writable) connection.write(frame(response))
    if (--waiting < maxWaiting && connection.writableLength < 0xffff) connection.resume()
    if (!server.listening) connection.end()
  }
  connection.setTimeout(limits.idleMs, () => connection.destroy())
  connection.on('error', () => connection.destroy())
  connection.on('drain', () => connection.resume())
  connection.on(
    'data',
    createFrameReader((message) => void answer(message)),
  )
}
