import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { connectionOptions } from './client'
import { createDockerWatcher, parseEvent } from './watcher'

const networkId = 'd'.repeat(64)
const containerId = 'c'.repeat(64)
const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function dockerNetwork() {
  return {
    ...{ Name: 'bridge', Id: networkId, Created: '2026-11-21T01:00:00Z', Scope: 'local', Driver: 'bridge' },
    ...{ EnableIPv6: false, Internal: false, Attachable: false, Ingress: false, ConfigOnly: false },
    IPAM: { Driver: 'default', Config: [{ Subnet: '172.17.0.0/16', Gateway: '172.17.0.1' }, { Subnet: 'fd00::/64' }] },
    Options: { 'com.docker.network.bridge.name': 'docker0' },
    Labels: {},
  }
}

function dockerContainer(running: boolean) {
  const plugged = { EndpointID: 'e'.repeat(64), Gateway: '172.17.0.1', IPAddress: '172.17.0.2', IPPrefixLen: 16 }
  const unplugged = { EndpointID: '', Gateway: '', IPAddress: '', IPPrefixLen: 0 }
  return {
    ...{ Id: containerId, Name: '/web', Created: '2026-11-21T01:00:01Z', Path: 'httpd', Args: ['-f'] },
    State: {
      ...{ Status: running ? 'running' : 'exited', Running: running, Paused: false, OOMKilled: false, Dead: false },
      ...{ Pid: running ? 99 : 0, ExitCode: running ? 0 : 137, Error: '', StartedAt: '2026-11-21T01:00:02Z' },
      FinishedAt: running ? '0001-01-01T00:00:00Z' : '2026-11-21T02:00:00Z',
    },
    Config: { Image: 'busybox', Hostname: 'web' },
    RestartCount: 2,
    HostConfig: {
      ...{ NetworkMode: 'default', PidsLimit: null, Memory: 0, NanoCpus: 0 },
      RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 },
    },
    Mounts: [
      { Type: 'volume', Name: 'data', Source: '/var/lib/docker/volumes/data/_data', Destination: '/data', RW: false },
    ],
    NetworkSettings: {
      ...{ SandboxID: running ? '5'.repeat(64) : '', SandboxKey: '/var/run/docker/netns/5' },
      Ports: running
        ? {
            '80/tcp': [
              { HostIp: '0.0.0.0', HostPort: '8080' },
              { HostIp: '::', HostPort: '8080' },
            ],
            '53/udp': null,
          }
        : {},
      Networks: {
        bridge: {
          ...{ NetworkID: networkId, Aliases: null, MacAddress: running ? '02:42:ac:11:00:02' : '' },
          ...(running ? plugged : unplugged),
        },
      },
    },
  }
}

/** An engine with one network and one container, which can stop, and go away. */
async function startEngine() {
  const directory = await mkdtemp(join(tmpdir(), 'engine-'))
  const socketPath = join(directory, 'docker.sock')
  const streams = new Set<ServerResponse>()
  const asked: string[] = []
  let running = true
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
    asked.push(path)
    if (path === '/events') {
      response.on('close', () => streams.delete(response)).writeHead(200)
      response.flushHeaders()
      return streams.add(response)
    }
    const answers: Record<string, unknown> = {
      '/_ping': 'OK',
      '/networks': [dockerNetwork()],
      '/containers/json': [{ Id: containerId }],
      [`/containers/${containerId}/json`]: dockerContainer(running),
    }
    return response.writeHead(path in answers ? 200 : 404).end(JSON.stringify(answers[path] ?? { message: 'no' }))
  })
  const stop = async () => {
    server.closeAllConnections()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  server.listen(socketPath)
  await once(server, 'listening')
  cleanups.push(() => rm(directory, { recursive: true, force: true }), stop)
  return {
    ...{ host: `unix://${socketPath}`, stop, asked },
    stopContainer() {
      running = false
      for (const stream of streams) {
        stream.write(`${JSON.stringify({ Type: 'container', Action: 'die', Actor: { ID: containerId } })}\n`)
      }
    },
    say(event: object) {
      for (const stream of streams) stream.write(`${JSON.stringify(event)}\n`)
    },
  }
}

function watch(host: string) {
  const watcher = createDockerWatcher(host)
  const wakers = new Set<() => void>()
  const stop = watcher.start(() => {
    for (const wake of wakers) wake()
  })
  cleanups.push(stop)
  async function until(fits: () => boolean): Promise<void> {
    const deadline = performance.now() + 3_000
    while (!fits()) {
      if (performance.now() > deadline) throw new Error(`still ${JSON.stringify(watcher.things)}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  return { watcher, until }
}

test('networks, containers and endpoints of a Docker Engine are drawn as its own', async () => {
  const engine = await startEngine()
  const { watcher, until } = watch(engine.host)
  await until(() => watcher.things.state === 'connected')
  expect(watcher.things.networks).toMatchObject([
    {
      id: networkId,
      origin: 'docker',
      device: 'docker0',
      predefined: true,
      pools: [{ subnet: '172.17.0.0/16' }, { subnet: 'fd00::/64' }],
    },
  ])
  expect(watcher.things.containers).toMatchObject([
    {
      ...{ name: 'web', origin: 'docker', status: 'running', pid: 99, command: ['httpd', '-f'] },
      ports: [{ protocol: 'tcp', containerPort: 80, hostIp: '0.0.0.0', hostPort: 8080 }],
      ...{ finishedAt: null, memoryBytes: null, restartCount: 2, health: null },
      restartPolicy: { name: 'on-failure', maximumRetryCount: 3 },
      mounts: [{ type: 'volume', source: 'data', target: '/data', readOnly: true }],
    },
  ])
  expect(watcher.things.endpoints).toMatchObject([
    { networkId, containerId, ipv4Address: '172.17.0.2/16', isDefaultGateway: true, state: 'up' },
  ])
})

test('an event reads only the container that it names', async () => {
  const engine = await startEngine()
  const { watcher, until } = watch(engine.host)
  await until(() => watcher.things.state === 'connected')
  engine.asked.length = 0
  engine.say({ Type: 'container', Action: 'exec_start: sh', Actor: { ID: containerId } })
  engine.stopContainer()
  await until(() => watcher.things.containers[0]?.status === 'exited')
  expect(engine.asked).toEqual(['/networks', `/containers/${containerId}/json`])
  expect(watcher.things.containers[0]).toMatchObject({ exitCode: 137, pid: null, sandbox: null })
  expect(watcher.things.endpoints).toMatchObject([{ state: 'idle', ipv4Address: null, networkId }])
})

test('an engine that goes away is lost, and its things are no longer drawn', async () => {
  const engine = await startEngine()
  const { watcher, until } = watch(engine.host)
  await until(() => watcher.things.state === 'connected')
  await engine.stop()
  await until(() => watcher.things.state === 'lost')
  expect(watcher.things.networks).toEqual([])
})

test('where there is no engine it is absent, and nothing is thrown', async () => {
  const { watcher } = watch('unix:///nonexistent/docker.sock')
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(watcher.things.state).toBe('absent')
})

test('an engine is named by socket or address; none is a name, too', () => {
  expect(connectionOptions('unix:///var/run/docker.sock')).toEqual({ socketPath: '/var/run/docker.sock' })
  expect(connectionOptions('tcp://127.0.0.1:2375')).toEqual({ protocol: 'http', host: '127.0.0.1', port: 2375 })
  expect(connectionOptions('none')).toBeUndefined()
  expect(connectionOptions(undefined)).toBeUndefined()
})

test('events name a container directly or as the one that was connected', () => {
  const connected = {
    Type: 'network',
    Action: 'connect',
    Actor: { ID: networkId, Attributes: { container: containerId } },
  }
  expect(parseEvent(JSON.stringify(connected))).toEqual({ action: 'connect', containerId })
  expect(parseEvent('not json')).toBeUndefined()
})
