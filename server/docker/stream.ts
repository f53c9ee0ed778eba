import { Readable, type Writable } from 'node:stream'
import type { Call } from './call'

/** The version from which a stream of frames has a name of its own. */
const minorWithMultiplexed = 42

function contentType({ minor }: Pick<Call, 'minor'>): string {
  return `application/vnd.docker.${minor >= minorWithMultiplexed ? 'multiplexed' : 'raw'}-stream`
}

/** A chunked answer of frames. */
export function openStream(call: Pick<Call, 'response' | 'minor'>): Writable {
  call.response.writeHead(200, { 'Content-Type': contentType(call) })
  call.response.flushHeaders()
  return call.response
}

export interface RawStream {
  readonly output: Writable
  /** What the client writes, until it ends its side. Has to be read, or its end would not be noticed. */
  readonly input: Readable
}

/** The connection itself, for a client that asked for it (`Upgrade: tcp`); else an answer that ends with the connection. */
export function hijack(call: Pick<Call, 'request' | 'response' | 'minor'>): RawStream {
  const { request, response } = call
  if (request.headers.upgrade === undefined) return { output: openStream(call), input: Readable.from([]) }
  const { socket } = request
  response.detachSocket(socket)
  const headers = [
    'HTTP/1.1 101 UPGRADED',
    `Content-Type: ${contentType(call)}`,
    'Connection: Upgrade',
    'Upgrade: tcp',
    `Api-Version: ${response.getHeader('Api-Version')}`,
  ]
  socket.write(`${headers.join('\r\n')}\r\n\r\n`)
  return { output: socket, input: socket }
}

/** One frame: the stream's number, three zeros, the length in four bytes, the text. Waits while the client is slow. */
export async function writeFrame(stream: Writable, name: 'stdout' | 'stderr', payload: Buffer): Promise<void> {
  if (payload.length === 0 || stream.destroyed) return
  const header = Buffer.alloc(8)
  header.writeUInt8(name === 'stdout' ? 1 : 2, 0)
  header.writeUInt32BE(payload.length, 4)
  if (stream.write(Buffer.concat([header, payload]))) return
  await new Promise<void>((resolve) => {
    stream.once('drain', resolve)
    stream.once('close', resolve)
  })
}
