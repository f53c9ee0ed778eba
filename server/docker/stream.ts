import type { Writable } from 'node:stream'
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

/** The connection itself, for a client that asked for it (`Upgrade: tcp`); else an answer that ends with the connection. */
export function hijack(call: Pick<Call, 'request' | 'response' | 'minor'>): Writable {
  const { request, response } = call
  if (request.headers.upgrade === undefined) return openStream(call)
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
  // Nobody reads what the client writes; without this its end would not be noticed.
  socket.resume()
  return socket
}

/** One frame: the stream's number, three zeros, the length in four bytes, the text. Waits while the client is slow. */
export async function writeFrame(stream: Writable, name: 'stdout' | 'stderr', text: string): Promise<void> {
  if (text === '' || stream.destroyed) return
  const payload = Buffer.from(text)
  const header = Buffer.alloc(8)
  header.writeUInt8(name === 'stdout' ? 1 : 2, 0)
  header.writeUInt32BE(payload.length, 4)
  if (stream.write(Buffer.concat([header, payload]))) return
  await new Promise<void>((resolve) => {
    stream.once('drain', resolve)
    stream.once('close', resolve)
  })
}
