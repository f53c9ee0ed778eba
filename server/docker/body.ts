import type { IncomingMessage } from 'node:http'
import type { z } from 'zod'
import { PatchbayError } from '../cnm/errors'
import { inputErrorOf } from '../cnm/input-error'
import { isRaw } from './stream'

const longestBody = 1024 * 1024

/** The JSON that a client sent, no more than 1 MiB. Nothing counts as an empty object, as Docker takes it. */
export async function readBody<Shape>(request: IncomingMessage, schema: z.ZodType<Shape>): Promise<Shape> {
  const text = await readText(request)
  const raw = parse(text)
  const result = schema.safeParse(raw)
  if (result.success) return result.data
  throw inputErrorOf(result.error, raw)
}

export function readText(request: IncomingMessage): Promise<string> {
  return isRaw(request) ? readAnnounced(request) : readWhole(request)
}

function parse(text: string): unknown {
  if (text.trim() === '') return {}
  try {
    return JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new PatchbayError('invalid-parameter', `the body is not JSON: ${reason}`)
  }
}

async function readWhole(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of request) {
      length += (chunk as Buffer).length
      if (length > longestBody) break
      chunks.push(chunk as Buffer)
    }
  } catch (cause) {
    throw new PatchbayError('invalid-parameter', 'the client ended before its body was whole', { cause })
  }
  if (length > longestBody) throw tooLong()
  return Buffer.concat(chunks).toString('utf8')
}

/** Of a raw connection the first Content-Length bytes are the body; what follows is the program's input. */
async function readAnnounced({ headers, socket }: IncomingMessage): Promise<string> {
  const length = Number(headers['content-length'] ?? 0)
  if (length > longestBody) throw tooLong()
  let body = Buffer.alloc(0)
  while (body.length < length) {
    const chunk = socket.read() as Buffer | null
    if (chunk !== null) body = Buffer.concat([body, chunk])
    else if (socket.readableEnded || socket.destroyed) break
    else await new Promise((resolve) => socket.once('readable', resolve).once('close', resolve))
  }
  if (body.length > length) socket.unshift(body.subarray(length))
  return body.subarray(0, length).toString('utf8')
}

function tooLong(): PatchbayError {
  return new PatchbayError('invalid-parameter', `the body is longer than ${longestBody} bytes`)
}

/**
 * What a client sends as it comes, for archives of any length. Who stops reading early can still
 * answer: what is left is then taken and thrown away. Throws PatchbayError ("invalid-parameter")
 * where the client goes before it has sent all.
 */
export async function* bodyStream(request: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    yield* request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  } catch (cause) {
    throw new PatchbayError('invalid-parameter', 'the client ended before its archive was whole', { cause })
  } finally {
    request.resume()
  }
}
