import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { type Answer, decode, encode, type Packet, type Question, TRUNCATED_RESPONSE } from 'dns-packet'
import { createFrameReader, frame } from '../framing'

/** A name server on loopback for tests, at one port over both transports. */
export interface FakeUpstream {
  readonly port: number
  /** What it was asked, oldest first: "udp A example.com". */
  readonly asked: string[]
  /** How it answers; it can be set anew in the middle. */
  answer: (question: Question, transport: 'udp' | 'tcp', query: Packet) => Reply | undefined
  close(): Promise<void>
}

export interface Reply {
  answers?: Answer[]
  code?: number
  truncated?: boolean
  /** Sent under these instead of what was asked, as somebody would who only guesses. */
  id?: number
  questions?: Question[]
}

export async function createFakeUpstream(address = '127.0.0.1', port = 0): Promise<FakeUpstream> {
  const { udp, tcp } = await bindBoth(address, port)
  const bound = udp.address().port
  const upstream: FakeUpstream = {
    port: bound,
    asked: [],
    answer: () => ({}),
    close: () => closeBoth(udp, tcp),
  }
  const respond = (raw: Buffer, transport: 'udp' | 'tcp') => replyTo(upstream, raw, transport)
  udp.on('message', (raw, client) => {
    const reply = respond(raw, 'udp')
    if (reply) udp.send(reply, client.port, client.address)
  })
  tcp.on('connection', (connection) => {
    connection.on('error', () => undefined)
    connection.on(
      'data',
      createFrameReader((raw) => {
        const reply = respond(raw, 'tcp')
        if (reply) connection.write(frame(reply))
      }),
    )
  })
  return upstream
}

/** A port that is free for datagrams may be taken for connections: then another is tried. */
async function bindBoth(address: string, port: number, attempts = 20): Promise<{ udp: Socket; tcp: Server }> {
  const [udp, tcp] = [createSocket(address.includes(':') ? 'udp6' : 'udp4'), createServer()]
  await new Promise<void>((resolve) => udp.bind(port, address, resolve))
  try {
    tcp.listen(udp.address().port, address)
    await once(tcp, 'listening')
    return { udp, tcp }
  } catch (error) {
    udp.close()
    if (port !== 0 || attempts === 1) throw error
    return bindBoth(address, port, attempts - 1)
  }
}

function replyTo(upstream: FakeUpstream, raw: Buffer, transport: 'udp' | 'tcp'): Buffer | undefined {
  const query = decode(raw)
  const question = query.questions?.[0]
  if (!question) return undefined
  upstream.asked.push(`${transport} ${question.type} ${question.name}`)
  const reply = upstream.answer(question, transport, query)
  if (!reply) return undefined
  return encode({
    type: 'response',
    id: reply.id ?? query.id,
    flags: (reply.truncated ? TRUNCATED_RESPONSE : 0) | (reply.code ?? 0),
    questions: reply.questions ?? [question],
    answers: reply.answers ?? [],
  })
}

async function closeBoth(udp: Socket, tcp: Server): Promise<void> {
  await Promise.all([
    new Promise<void>((resolve) => udp.close(() => resolve())),
    new Promise<void>((resolve) => tcp.close(() => resolve())),
  ])
}
