import type { Socket as UdpSocket } from 'node:dgram'
import type { Server, Socket as TcpSocket } from 'node:net'
import { createFrameReader, frame } from './framing'

export interface ServeOptions {
  /** A TCP connection without a word for this long is closed. */
  idleMs: number
  /** TCP connections of one sandbox. */
  maxConnections: number
}

/** The answer, at once where it is known; undefined: none. */
export type Respond = (raw: Buffer) => Buffer | Promise<Buffer | undefined>

/** A connection that asks faster than it takes answers is not read from until it has caught up. */
const maxWaiting = 64

export function serveUdp(socket: UdpSocket, respond: Respond): void {
  // Errors of single datagrams; a socket that is beyond use closes.
  socket.on('error', () => undefined)
  socket.on('message', (raw, { port, address }) => {
    const answer = respond(raw)
    if (answer instanceof Promise) void answer.then((late) => late && sendIfOpen(socket, late, port, address))
    else sendIfOpen(socket, answer, port, address)
  })
}

/** The sandbox may have gone while an upstream was asked. */
function sendIfOpen(socket: UdpSocket, answer: Buffer, port: number, address: string): void {
  try {
    socket.send(answer, port, address)
  } catch {
    // Closed: nobody is there to hear the answer.
  }
}

export function serveTcp(server: Server, limits: ServeOptions, respond: Respond): void {
  server.maxConnections = limits.maxConnections
  server.on('error', () => undefined)
  server.on('connection', (connection) => serveConnection(server, connection, limits, respond))
}

function serveConnection(server: Server, connection: TcpSocket, limits: ServeOptions, respond: Respond): void {
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
