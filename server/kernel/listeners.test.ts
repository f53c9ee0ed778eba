import { createServer } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readListeningPorts } from './listeners'
import type { NetSocket } from './netns-contract'

const server = createServer()
let port: number
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  port = typeof address === 'object' && address ? address.port : 0
})
afterAll(() => server.close())

const socket: NetSocket = {
  ...{ protocol: 'tcp', family: 'ipv6', state: 'listen', localAddress: '::', localPort: 80, link: null },
  ...{ remoteAddress: null, remotePort: null, receiveQueue: 0, sendQueue: 0, inode: '5', ipv6Only: false },
  processes: [],
}

test('a socket on [::] has both families, unless it takes IPv6 alone', async () => {
  const listeners = async () => [socket, { ...socket, localPort: 81, ipv6Only: true }]
  expect(await readListeningPorts({ listeners })).toEqual([
    { protocol: 'tcp', port: 80, address: '' },
    { protocol: 'tcp', port: 81, address: '::' },
  ])
})

test('a kernel that does not tell who listens has it in /proc', async () => {
  const listeners = () => Promise.reject(new Error('this kernel does not tell who listens'))
  expect(await readListeningPorts({ listeners })).toContainEqual({ protocol: 'tcp', port, address: '127.0.0.1' })
})
