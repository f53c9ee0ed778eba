import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { relayPort } from './port-relay'

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => server.close())
  return (server.address() as AddressInfo).port
}

async function bind(socket: ReturnType<typeof createSocket>): Promise<number> {
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  ends.push(() => socket.close())
  return socket.address().port
}

test('a stream is carried both ways, also when one side has said all that it has to say', async () => {
  const far = createServer({ allowHalfOpen: true }, (socket) => {
    let heard = ''
    socket.setEncoding('utf8').on('data', (text) => {
      heard += text
    })
    socket.on('end', () => socket.end(`heard ${heard}`))
  })
  const server = createServer()
  ends.push(relayPort(server, { address: '127.0.0.1', port: await listen(far) }))
  const client = connect({ port: await listen(server), host: '127.0.0.1', allowHalfOpen: true })
  client.end('a question')
  let answer = ''
  for await (const text of client.setEncoding('utf8')) answer += text
  expect(answer).toBe('heard a question')
})

test('where nobody answers, the client is let go; at the end what is on its way is cut', async () => {
  const closed = createServer()
  const port = await listen(closed)
  closed.close()
  const server = createServer()
  const end = relayPort(server, { address: '127.0.0.1', port })
  const refused = connect(await listen(server), '127.0.0.1')
  refused.on('error', () => undefined)
  await once(refused, 'close')
  end()

  const silent = createServer()
  const second = createServer()
  const cut = relayPort(second, { address: '127.0.0.1', port: await listen(silent) })
  const waiting = connect(await listen(second), '127.0.0.1')
  waiting.on('error', () => undefined)
  await once(silent, 'connection')
  cut()
  await once(waiting, 'close')
})

test('each client’s datagrams are answered to that client', async () => {
  const far = createSocket('udp4')
  far.on('message', (text, from) => far.send(`${text} heard`, from.port, from.address))
  const socket = createSocket('udp4')
  ends.push(relayPort(socket, { address: '127.0.0.1', port: await bind(far) }))
  const port = await bind(socket)
  const asks = async (text: string) => {
    const client = createSocket('udp4')
    await bind(client)
    client.send(text, port, '127.0.0.1')
    const [answer] = (await once(client, 'message')) as [Buffer]
    return answer.toString()
  }
  expect(await Promise.all([asks('one'), asks('two')])).toEqual(['one heard', 'two heard'])
})
