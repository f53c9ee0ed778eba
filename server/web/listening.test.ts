import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { checkListening, waitForAnswer } from './listening'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

function listen(server: Server, port = 0): Promise<number> {
  servers.push(server)
  return new Promise((resolve) =>
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  )
}

test('a port in use is one sentence that names the variable', async () => {
  const port = await listen(createServer())
  await expect(checkListening('127.0.0.1', port)).rejects.toMatchObject({
    kind: 'conflict',
    message: `port ${port} on 127.0.0.1 is in use; stop what listens there, or set PATCHBAY_PORT`,
  })
})

test('an address of somebody else is one sentence that names the variable', async () => {
  await expect(checkListening('192.0.2.1', 3999)).rejects.toMatchObject({ field: 'PATCHBAY_HOST' })
})

test('a port that only the privileged may open is refused', async () => {
  await expect(checkListening('127.0.0.1', 80, 1024)).rejects.toThrow(
    'port 80 needs privileges that the web does not have; set PATCHBAY_PORT to 1024 or above',
  )
})

test('checking leaves the port free', async () => {
  const port = await listen(createServer())
  servers.pop()?.close()
  await checkListening('127.0.0.1', port)
  expect(await listen(createServer(), port)).toBe(port)
})

test('waiting ends with the first answer, whatever it says', async () => {
  const port = await listen(createServer())
  servers.pop()?.close()
  const waiting = waitForAnswer('0.0.0.0', port, '/', AbortSignal.timeout(5_000))
  await delay(50)
  await listen(
    createHttpServer((_, response) => void response.writeHead(503).end()),
    port,
  )
  await expect(waiting).resolves.toBeUndefined()
})

test('waiting ends with its signal', async () => {
  const port = await listen(createServer())
  servers.pop()?.close()
  await expect(waitForAnswer('127.0.0.1', port, '/', AbortSignal.timeout(60))).rejects.toMatchObject({
    name: 'AbortError',
  })
})
