import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect, isIPv6 } from 'node:net'
import { createFrameReader, frame } from './framing'
import { answers, isTruncated, withId } from './message'

export interface UpstreamOptions {
  readonly timeoutMs: number
  readonly port: number
}

/**
 * Asks one server and gives its answer under the id of the query, undefined where none comes in
 * time. Over UDP, again over TCP where the answer was cut; over TCP at once when asked so. The
 * socket lives for one question: its source port and the id are random, so answers cannot be guessed.
 */
export async function ask(
  server: string,
  raw: Buffer,
  transport: 'udp' | 'tcp',
  options: UpstreamOptions,
): Promise<Buffer | undefined> {
  const asked = withId(raw, randomInt(0x10000))
  const first = transport === 'udp' ? await askUdp(server, asked, options) : await askTcp(server, asked, options)
  const whole = transport === 'udp' && first && isTruncated(first) ? await askTcp(server, asked, options) : undefined
  const answer = whole ?? first
  return answer && withId(answer, raw.readUInt16BE(0))
}

function askUdp(server: string, asked: Buffer, options: UpstreamOptions): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(server) ? 'udp6' : 'udp4')
    const finish = (answer?: Buffer) => {
      clearTimeout(timer)
      socket.removeAllListeners()
      // An error that comes after the end, while it closes, concerns nobody.
      socket.on('error', () => undefined)
      socket.close()
      resolve(answer)
    }
    const timer = setTimeout(finish, options.timeoutMs)
    socket.on('error', () => finish())
    socket.on('message', (message) => {
      if (answers(message, asked)) finish(message)
    })
    // Connected, it takes datagrams from that server only, and hears when nobody listens there.
    socket.on('connect', () => socket.send(asked))
    socket.connect(options.port, server)
  })
}

function askTcp(server: string, asked: Buffer, options: UpstreamOptions): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: server, port: options.port })
    const finish = (answer?: Buffer) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answer)
    }
    const timer = setTimeout(finish, options.timeoutMs)
    const read = createFrameReader((message) => {
      if (answers(message, asked)) finish(message)
    })
    socket.on('connect', () => socket.write(frame(asked)))
    socket.on('data', read)
    socket.on('error', () => finish())
    socket.on('close', () => finish())
  })
}
