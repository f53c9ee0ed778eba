import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFakeHost, type FakeHost } from '../engine/testing/fake-host'
import { type DockerApi, startDockerApi } from './serve'

let host: FakeHost
let api: DockerApi
let directory: string
let socketPath: string
let failures: unknown[]

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'patchbay-docker-'))
  socketPath = join(directory, 'docker.sock')
  failures = []
  host = await createFakeHost()
  api = await startDockerApi({ engine: host.engine, socketPath, failed: (error) => failures.push(error) })
})

afterEach(async () => {
  await api.close()
  await host.end()
  rmSync(directory, { recursive: true })
  expect(failures).toEqual([])
})

function ask(method: string, path: string, body?: unknown, agent?: Agent): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath, method, path, ...(agent ? { agent } : {}) }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text,
        }),
      )
    })
    asking.once('error', reject)
    asking.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

/** Writes bytes as no client would, and gives the first that come back. */
function write(text: string): Promise<{ socket: Socket; answer: string }> {
  return new Promise((resolve) => {
    const socket = connect(socketPath, () => socket.write(text))
    socket.once('data', (chunk) => resolve({ socket, answer: chunk.toString() }))
    socket.once('close', () => resolve({ socket, answer: '' }))
    socket.on('error', () => undefined)
  })
}

function openFiles(): number {
  return readdirSync('/proc/self/fd').length
}

const subnet = (index: number) => `10.${Math.floor(index / 256)}.${index % 256}.0/24`

test('500 networks are listed within 10 ms', async () => {
  for (let index = 0; index < 500; index++) {
    const body = { Name: `net${index}`, IPAM: { Config: [{ Subnet: subnet(index) }] } }
    expect((await ask('POST', '/networks/create', body)).status).toBe(201)
  }
  const agent = new Agent({ keepAlive: true })
  const times: number[] = []
  for (let round = 0; round < 20; round++) {
    const began = performance.now()
    expect((await ask('GET', '/networks', undefined, agent)).body).toHaveLength(503)
    times.push(performance.now() - began)
  }
  agent.destroy()
  const [quickest = Number.NaN, ...others] = times.sort((one, other) => one - other)
  console.log(`GET /networks with 500 networks: ${quickest.toFixed(1)} ms, median ${others[9]?.toFixed(1)}`)
  expect(quickest).toBeLessThan(10)
}, 60_000)

test('200 requests at once are all answered, with no address and no name twice', async () => {
  const networks = Array.from({ length: 100 }, (_, index) =>
    ask('POST', '/networks/create', { Name: `net${index % 25}`, IPAM: { Config: [{ Subnet: subnet(index % 50) }] } }),
  )
  const containers = Array.from({ length: 100 }, (_, index) =>
    ask('POST', `/containers/create?name=box${index % 50}`, { Image: 'busybox', Cmd: ['sleep', '1'] }),
  )
  const statuses = (await Promise.all([...networks, ...containers])).map(({ status }) => status)
  expect(statuses.every((status) => status === 201 || status === 409)).toBe(true)
  const made = host.engine.listContainers()
  expect(made).toHaveLength(50)
  await Promise.all(made.map(({ id }) => ask('POST', `/containers/${id}/start`)))
  const addresses = host.engine.listEndpoints().map(({ assigned }) => assigned?.ipv4Address)
  expect(new Set(addresses).size).toBe(50)
  const names = host.engine.listNetworks().map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  const subnets = host.engine.listNetworks().flatMap(({ pools }) => pools.map((pool) => pool.subnet))
  expect(new Set(subnets).size).toBe(subnets.length)
}, 60_000)

test('10,000 requests, half of them bad, leave no file open', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  const questions = [
    ['GET', '/_ping'],
    ['GET', '/networks/nosuch'],
    ['GET', '/networks'],
    ['POST', '/networks/create', { Name: 5 }],
    ['GET', '/containers/json?all=1'],
    ['DELETE', '/networks/bridge'],
  ] as const
  const before = openFiles()
  for (let round = 0; round < 100; round++) {
    await Promise.all(
      Array.from({ length: 100 }, (_, index) => {
        const [method, path, body] = questions[index % questions.length] ?? ['GET', '/_ping']
        return ask(method, path, body, agent)
      }),
    )
  }
  agent.destroy()
  await delay(200)
  expect(openFiles()).toBeLessThanOrEqual(before + 2)
}, 60_000)

test('clients that vanish, dawdle or send no HTTP do no harm', async () => {
  const before = openFiles()
  for (let round = 0; round < 50; round++) {
    const { socket } = await write('GET /events HTTP/1.1\r\nHost: x\r\n\r\n')
    socket.destroy()
    const waiting = await write(
      'POST /containers/nosuch/attach?stream=1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n',
    )
    expect(waiting.answer).toContain('404')
    waiting.socket.destroy()
    const odd = await write('\x16\x03\x01 no HTTP at all\r\n\r\n')
    expect(odd.answer).toContain('400')
    odd.socket.destroy()
    const half = connect(socketPath, () =>
      half.write('POST /networks/create HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{"Na'),
    )
    half.on('error', () => undefined)
    await delay(1)
    half.destroy()
  }
  await delay(300)
  expect(openFiles()).toBeLessThanOrEqual(before + 2)
  const slow = connect(socketPath)
  const closed = new Promise((resolve) => slow.once('close', resolve))
  let answer = ''
  slow.on('data', (chunk) => {
    answer += chunk.toString()
  })
  for (const letter of 'GET /_ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n') {
    slow.write(letter)
    await delay(2)
  }
  await closed
  expect(answer).toContain('200 OK')
}, 30_000)

test('it ends at once, also under clients that wait', async () => {
  await ask('POST', '/containers/create?name=box', { Image: 'busybox', Cmd: ['sleep', '1'] })
  const head = 'HTTP/1.1\r\nHost: x\r\n'
  const attached = await write(
    `POST /containers/box/attach?stream=1&stdout=1 ${head}Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n`,
  )
  expect(attached.answer).toContain('101 UPGRADED')
  expect((await write(`GET /events ${head}\r\n`)).answer).toContain('200 OK')
  expect((await write(`POST /containers/box/wait?condition=next-exit ${head}\r\n`)).answer).toContain('200 OK')
  const began = performance.now()
  await api.close()
  expect(performance.now() - began).toBeLessThan(500)
})

test('names are hostile: they come back as they were given', async () => {
  for (const name of ['kiwl$%^', '$(reboot)', 'a/b?c=d&e', '网络', "it's"]) {
    expect((await ask('POST', '/networks/create', { Name: name })).status).toBe(201)
    expect(await ask('GET', `/networks/${encodeURIComponent(name)}`)).toMatchObject({
      status: 200,
      body: { Name: name },
    })
    expect((await ask('DELETE', `/networks/${encodeURIComponent(name)}`)).status).toBe(204)
  }
  expect((await ask('POST', '/networks/create', { Name: 'n'.repeat(10_000) })).status).toBe(400)
  expect((await ask('POST', '/networks/create', { Name: '__proto__', Labels: { __proto__: 'x' } })).status).toBe(201)
})
