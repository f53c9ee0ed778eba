import { execFile } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { start as launch, run } from '../kernel/run'
import { type Bed, createBed, outside } from './testing/bed'

/** What no rule of the kernel's can lead to a container, and sockets of the daemon's take in instead. */

let bed: Bed
const asked = { actor: 'test' }
const here = '/proc/self/ns/net'
const serve = 'mkdir -p /www; echo hello > /www/index.html; exec httpd -f -p [::]:80 -h /www'

const says = (netns: string, ...args: string[]) =>
  promisify(execFile)('nsenter', [`--net=${netns}`, 'timeout', '2', 'busybox', ...args], { timeout: 5_000 }).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  )
const fetchFrom = (netns: string, host: string, port: number) =>
  says(netns, 'wget', '-q', '-O-', `http://${host}:${port}/`)
const start = (name: string, network: string, ports: object[], more: object = {}) =>
  bed.engine.runContainer({ name, network, command: ['sh', '-c', serve], ports: ports as never, ...more }, asked)
const echoed = (word: string, port: number) =>
  new Promise<string>((resolve) => {
    const socket = createSocket('udp4')
    socket.on('message', (answer) => socket.close(() => resolve(String(answer)))).send(word, port, '127.0.0.1')
  })
const drift = async () => (await bed.engine.reconcile({ ...asked, dryRun: true })).commands

beforeAll(async () => {
  bed = await createBed()
  await bed.engine.createNetwork({ name: 'six', ipv4: false, ipv6: true }, asked)
  await bed.engine.createNetwork({ name: 'four' }, asked)
})
afterAll(() => bed?.end())

test('IPv4 clients reach the ports of a container that has IPv6 alone, from outside, host and loopbacks', async () => {
  const ports = [
    { containerPort: 80, hostPort: 8081 },
    { containerPort: 53, hostPort: 5353, protocol: 'udp' },
    { containerPort: 99, hostPort: 9999, protocol: 'sctp' },
    { containerPort: 80, hostPort: 8084, hostIp: '127.0.0.1' },
  ]
  const { commands } = await start('web', 'six', ports)
  expect(commands.join('\n')).toMatch(/# open the port socket tcp 0\.0\.0\.0:8081 to [0-9a-f:]+:80/)
  const published = bed.engine.getContainer('web').published.map((one) => `${one.hostIp} ${one.hostPort}`)
  expect(published.sort()).toEqual(['0.0.0.0 5353', '0.0.0.0 8081', '127.0.0.1 8084', ':: 5353', ':: 8081', ':: 9999'])
  const echo = `require('node:dgram').createSocket('udp6').on('message', function (text, from) {
    this.send(text, from.port, from.address, () => process.exit())
  }).bind(53, () => console.log('up')); setTimeout(() => process.exit(), 5000)`
  const netns = bed.engine.getContainer('web').sandbox?.key as `/${string}`
  const listener = launch('node', ['-e', echo], { netns })
  await new Promise((resolve) => listener.stdout?.once('data', resolve))
  const answers = await Promise.all([
    fetchFrom(outside.netns, outside.host, 8081),
    fetchFrom(here, '127.0.0.1', 8081),
    fetchFrom(here, '[::1]', 8081),
    fetchFrom(here, '127.0.0.1', 8084),
    fetchFrom(outside.netns, outside.host, 8084),
    echoed('word', 5353),
  ])
  expect(answers).toEqual(['hello', 'hello', 'hello', 'hello', '', 'word'])
  expect((await run('iptables-save', [])).stdout).not.toContain('--dport 8081')
  expect(await drift()).toEqual([])
})

test('a network of the other family takes the port over when it comes, and hands it back when it goes', async () => {
  await bed.engine.connect({ network: 'four', container: 'web' }, asked)
  expect((await run('iptables-save', [])).stdout).toContain('--dport 8081')
  expect(await fetchFrom(outside.netns, outside.host, 8081)).toBe('hello')
  expect(await drift()).toEqual([])
  await bed.engine.disconnect({ network: 'four', container: 'web' }, asked)
  expect((await run('iptables-save', [])).stdout).not.toContain('--dport 8081')
  expect(await fetchFrom(outside.netns, outside.host, 8081)).toBe('hello')
  expect(await drift()).toEqual([])
})

test('an IPv6 address of the host leads to a container with IPv4 alone where it was named', async () => {
  await start('old', 'four', [
    { containerPort: 80, hostPort: 8082, hostIp: '::1' },
    { containerPort: 80, hostPort: 8083 },
  ])
  expect(await fetchFrom(here, '[::1]', 8082)).toBe('hello')
  expect(await fetchFrom(here, '[::1]', 8083)).toBe('')
  await bed.engine.removeContainer('old', { ...asked, force: true })
  expect(await fetchFrom(here, '[::1]', 8082)).toBe('')
})

test('who holds the socket is named, and nothing stays of what could not be opened', async () => {
  const server = (await import('node:http')).createServer((_, reply) => reply.end('mine')).listen(8085, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const ports = [{ containerPort: 80, hostPort: 8085 }]
  await expect(start('late', 'six', ports)).rejects.toThrow(/8085.*in use/)
  server.close()
  await bed.engine.stopContainer('web', { ...asked, timeoutMs: 0 })
  expect(await fetchFrom(here, '127.0.0.1', 8081)).toBe('')
  expect((await run('ss', ['-Htuln'])).stdout).not.toMatch(/:(8081|8084|8085|5353) /)
})

test('a service is reached at ::1, and over IPv4 where its network has IPv6 alone', async () => {
  await bed.engine.startContainer('web', asked)
  await bed.engine.createService(
    { name: 'shop', network: 'six', ports: [{ port: 80, hostPort: 8090 }], containers: ['web'] },
    asked,
  )
  const answers = await Promise.all([
    fetchFrom(outside.netns, outside.host, 8090),
    fetchFrom(here, '127.0.0.1', 8090),
    fetchFrom(here, '[::1]', 8090),
  ])
  expect(answers).toEqual(['hello', 'hello', 'hello'])
  expect(await drift()).toEqual([])
  await bed.engine.removeService('shop', asked)
  expect(await fetchFrom(here, '127.0.0.1', 8090)).toBe('')
})
