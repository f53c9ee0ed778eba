import type { IncomingMessage } from 'node:http'
import type { Readable, Writable } from 'node:stream'
import type { Attachment, OutputChunk } from '../runtime/contract'
import type { Call } from './call'
import { createDetachFilter } from './detach-keys'

/** The version from which a stream of frames has a name of its own. */
const minorWithMultiplexed = 42

function contentType({ minor }: Pick<Call, 'minor'>, framed: boolean): string {
  return `application/vnd.docker.${framed && minor >= minorWithMultiplexed ? 'multiplexed' : 'raw'}-stream`
}

/** A chunked answer of frames, or of what a terminal shows. */
export function openStream(call: Pick<Call, 'response' | 'minor'>, framed: boolean): Writable {
  call.response.writeHead(200, { 'Content-Type': contentType(call, framed) })
  call.response.flushHeaders()
  return call.response
}

interface RawStream {
  readonly output: Writable
  /** What the client writes, until it ends its side. Has to be read, or its end would not be noticed. */
  readonly input: Readable
}

/**
 * The connection itself: by "101" for a client that asked for it (`Upgrade: tcp`), else by "200" and no word on where
 * the answer ends. One that sends its input as the chunks of a body gets an answer of chunks.
 */
export function hijack(call: Pick<Call, 'request' | 'response' | 'minor'>, framed: boolean): RawStream {
  const { request, response } = call
  if (!isRaw(request)) return { output: openStream(call, framed), input: request }
  const { socket } = request
  response.detachSocket(socket)
  const isUpgrade = request.headers.upgrade !== undefined
  const head = [
    isUpgrade ? 'HTTP/1.1 101 UPGRADED' : 'HTTP/1.1 200 OK',
    `Content-Type: ${contentType(call, framed && isUpgrade)}`,
    ...(isUpgrade ? ['Connection: Upgrade', 'Upgrade: tcp'] : []),
    `Api-Version: ${response.getHeader('Api-Version')}`,
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  return { output: socket, input: socket }
}

/** Node's parser has given the connection away. */
export function isRaw(request: IncomingMessage): boolean {
  return (request as { upgrade?: boolean }).upgrade === true
}

export interface Conversation {
  /** Frames tell what was written where; a terminal has but one stream. */
  readonly framed: boolean
  readonly wanted: Readonly<Record<OutputChunk['stream'], boolean>>
  /** What the client writes is for the program. */
  readonly input: boolean
  /** Bytes by which the client asks to be let go; none: it cannot. */
  readonly detachKeys: Buffer
  /** Said before what the program writes from now on. */
  readonly before?: AsyncIterable<OutputChunk>
}

/** Carries what client and program say to each other, until the program has ended or the client has gone. */
export async function converse(call: Call, attachment: Attachment, options: Conversation): Promise<void> {
  const leave = () => attachment.close()
  if (call.signal.aborted) return leave()
  call.signal.addEventListener('abort', leave)
  const { output, input } = hijack(call, options.framed)
  try {
    void feed(input, attachment, options)
    for await (const chunk of options.before ?? []) await say(output, chunk, options)
    for await (const chunk of attachment.output) await say(output, chunk, options)
  } finally {
    leave()
    call.signal.removeEventListener('abort', leave)
    output.end()
  }
}

async function say(output: Writable, { stream, bytes }: OutputChunk, { wanted, framed }: Conversation): Promise<void> {
  if (wanted[stream]) await (framed ? writeFrame(output, stream, bytes) : write(output, bytes))
}

/** A client that vanishes has left, like one that asked to be let go. */
async function feed(input: Readable, attachment: Attachment, options: Conversation): Promise<void> {
  const filter = createDetachFilter(options.detachKeys)
  try {
    // The iterator's own way would end the whole connection with the client's side of it.
    for await (const chunk of input.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      if (!options.input) continue
      const { bytes, isDetached } = filter(chunk)
      if (bytes.length > 0) await attachment.write(bytes)
      if (isDetached) return attachment.close()
    }
    if (options.input) attachment.endInput()
  } catch {
    attachment.close()
  }
}

/** One frame: the stream's number, three zeros, the length in four bytes, the text. Waits while the client is slow. */
export async function writeFrame(output: Writable, name: OutputChunk['stream'], payload: Buffer): Promise<void> {
  if (payload.length === 0) return
  const header = Buffer.alloc(8)
  header.writeUInt8(name === 'stdout' ? 1 : 2, 0)
  header.writeUInt32BE(payload.length, 4)
  await write(output, Buffer.concat([header, payload]))
}

/** Waits while the client is slow; quiet when it has gone. */
export async function write(output: Writable, bytes: Buffer): Promise<void> {
  if (output.destroyed || output.write(bytes)) return
  await new Promise<void>((resolve) => {
    const finish = () => {
      output.removeListener('drain', finish)
      output.removeListener('close', finish)
      resolve()
    }
    output.once('drain', finish)
    output.once('close', finish)
  })
}

/**
 * Answers with what comes, no faster than the client takes it. An error before the first chunk is
 * thrown; after it the connection breaks off, so that nobody takes a part for the whole.
 */
export async function sendChunks(
  { response, signal }: Pick<Call, 'response' | 'signal'>,
  chunks: AsyncIterable<Buffer>,
  type: string,
): Promise<void> {
  for await (const chunk of chunks) {
    if (signal.aborted) return
    if (!response.headersSent) response.writeHead(200, { 'Content-Type': type })
    await write(response, chunk)
  }
  response.end()
}
