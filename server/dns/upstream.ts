import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect, isIPv6 } from 'node:net'
import type { Upstream } from '../cnm/network-names'
import { createFrameReader, frame } from './framing'
import { answers, isTruncated, withId } from './message'

/**
 * Asks one server and gives its answer under the id of the query, undefined where none comes in
 * time. Over UDP, again over TCP where the answer was cut; over TCP at once when asked so. The
 * socket lives for one question: its source port and the id are random, so answers cannot be guessed.
 */
export async function ask(
  server: Upstream,
  raw: Buffer,
  transport: 'udp' | 'tcp',
  timeoutMs: number,
): Promise<Buffer | undefined> {
  const asked = withId(raw, randomInt(0x10000))
  const first = transport === 'udp' ? await askUdp(server, asked, timeoutMs) : await askTcp(server, asked, timeoutMs)
  const whole = transport === 'udp' && first && isTruncated(first) ? await askTcp(server, asked, timeoutMs) : undefined
  const answer = whole ?? first
  return answer && withId(answer, raw.readUInt16BE(0))
}

function askUdp({ address, port }: Upstream, asked: Buffer, timeoutMs: number): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
    const finish = (answer?: Buffer) => {
      clearTimeout(timer)
      socket.removeAllListeners()
      // An error that comes after the end, while it closes, concerns nobody.
      socket.on('error', () => undefined)
      socket.close()
      resolve(answer)
    }
    const timer = setTimeout(finish, timeoutMs)
    socket.on('error', () => finish())
    socket.on('message', (message) => {
      if (answers(message, asked)) finish(message)
    })
    // Connected, it takes datagrams from that server only, and hears when nobody listens there.
    socket.on('connect', () => socket.send(asked))
    socket.connect(port, address)
  })
}

function askTcp({ address, port }: Upstream, asked: Buffer, timeoutMs: number): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port })
    const finish = (answer?: Buffer) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answer)
    }
    const timer = setTimeout(finish, timeoutMs)
    const read = createFrameReader((message) => {
      if (answers(message, asked)) finish(message)
    })
    socket.on('connect', () => socket.write(frame(asked)))
    socket.on('data', read)
    socket.on('error', () => finish())
    socket.on('close', () => finish())
  })
}
