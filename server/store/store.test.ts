import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Container, defaultContainerOptions } from '../cnm/container'
import { type Endpoint, plainRequest } from '../cnm/endpoint'
import {
  type ContainerId,
  createId,
  type EndpointId,
  type NetworkId,
  type OperationId,
  type SandboxId,
  type ServiceId,
} from '../cnm/ids'
import { type Network, plainNetwork } from '../cnm/network'
import type { Operation } from '../cnm/operation'
import type { Service } from '../cnm/service'
import type { Store } from './contract'
import { openStore } from './store'

let folder: string
let store: Store

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'patchbay-store-'))
  store = await openStore(folder)
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})

async function reopen(): Promise<void> {
  await store.close()
  store = await openStore(folder)
}

const now = new Date('2026-03-04T05:06:07.089Z')

function network(change: Partial<Network> = {}): Network {
  return {
    id: createId<NetworkId>(),
    name: 'backend',
    driver: 'bridge',
    scope: 'local',
    internal: false,
    attachable: true,
    ...plainNetwork,
    pools: [
      { subnet: '10.1.0.0/16', gateway: '10.1.0.1', auxAddresses: { printer: '10.1.0.9' } },
      { subnet: '10.2.0.0/16', gateway: '10.2.0.1', ipRange: '10.2.4.0/24', auxAddresses: {} },
    ],
    options: { 'com.docker.network.bridge.name': 'br-lab' },
    labels: { team: 'blue', $type: 'Json', constructor: 'x' },
    colour: 7,
    createdAt: now,
    ...change,
  }
}

function container(change: Partial<Container> = {}): Container {
  return {
    id: createId<ContainerId>(),
    name: 'container1',
    image: 'busybox:latest',
    imageId: `sha256:${'0'.repeat(64)}`,
    command: ['sh', '-c', 'echo "$HOME"; true'],
    env: ['A=1', 'B='],
    workingDir: '/',
    user: '',
    hostname: 'container1',
    domainname: '',
    labels: {},
    networkMode: 'backend',
    ports: [{ protocol: 'tcp', containerPort: 80, hostIp: '0.0.0.0', hostPort: 8080 }],
    published: [{ protocol: 'sctp', containerPort: 81, hostIp: '0.0.0.0', hostPort: 32768 }],
    dns: ['9.9.9.9'],
    dnsSearch: ['example.test'],
    extraHosts: [{ name: 'gate', address: '10.1.0.1' }],
    pidsLimit: 100,
    memoryBytes: 96 * 1024 ** 3,
    capAdd: ['NET_ADMIN'],
    capDrop: [],
    autoRemove: false,
    options: {
      ...defaultContainerOptions,
      terminalSize: { rows: 24, columns: 80 },
      announced: ['stdout', 'stderr'],
      entrypoint: ['/bin/init'],
      mounts: [
        {
          ...{ type: 'bind', source: '/srv', target: '/data', readOnly: true, options: ['rshared'] },
          ...{ short: true, anonymous: false },
        },
      ],
      ulimits: [{ name: 'nofile', soft: 10, hard: -1 }],
      healthcheck: { test: ['CMD', 'true'], intervalMs: 1, timeoutMs: 2, startPeriodMs: 3, retries: 4 },
      restartPolicy: { name: 'on-failure', maximumRetryCount: 3 },
    },
    sandbox: { id: createId<SandboxId>(), key: '/run/patchbay/netns/0123456789ab' },
    state: {
      status: 'exited',
      paused: false,
      restarting: true,
      restartCount: 2,
      stoppedByHand: false,
      pid: null,
      exitCode: 137,
      oomKilled: true,
      error: '',
      startedAt: now,
      finishedAt: new Date(now.getTime() + 1),
    },
    createdAt: now,
    ...change,
  }
}

function endpoint(networkId: NetworkId, containerId: ContainerId, change: Partial<Endpoint> = {}): Endpoint {
  return {
    id: createId<EndpointId>(),
    networkId,
    containerId,
    requested: { ...plainRequest, ipv4Address: '10.1.0.7', aliases: ['db', '数据库'] },
    assigned: {
      ifname: 'eth0',
      hostIfname: 'veth0123456',
      ipv4Address: '10.1.0.7/16',
      isDefaultGateway: true,
      isIpv6DefaultGateway: false,
    },
    createdAt: now,
    ...change,
  }
}

function operation(change: Partial<Operation> = {}): Operation {
  return {
    id: createId<OperationId>(),
    verb: 'network.create',
    subjects: ['backend'],
    records: { network: createId<NetworkId>() },
    actor: 'administrator',
    status: 'running',
    commands: ["ip link add 'br-1' type bridge"],
    error: null,
    startedAt: now,
    durationMs: null,
    ...change,
  }
}

const service = (networkId: NetworkId, member: ContainerId): Service => ({
  ...{ id: createId<ServiceId>(), name: 'shop', networkId, ipv4Address: '172.18.0.200', affinity: 'client' },
  ports: [{ protocol: 'tcp', port: 80, targetPort: 8080, hostPort: null, hostIp: '' }],
  members: { containers: [member], labels: { app: 'web' }, alias: '', weights: { [member]: 3 } },
  createdAt: now,
})

test('records come back as they were put, after the store was closed', async () => {
  const [backend, one] = [network(), container()]
  const joined = endpoint(backend.id, one.id)
  const done = operation({ status: 'done', durationMs: 5.25 })
  const shop = service(backend.id, one.id)
  await store.change({
    ...{ putNetworks: [backend], putContainers: [one], putEndpoints: [joined] },
    ...{ putServices: [shop], putOperation: done },
  })
  await reopen()
  expect(await store.load()).toEqual({ networks: [backend], containers: [one], endpoints: [joined], services: [shop] })
  expect(await store.getOperation(done.id)).toEqual(done)
})

test('putting a record again replaces all of it, its pools too', async () => {
  const [backend, one] = [network(), container()]
  const joined = endpoint(backend.id, one.id)
  await store.change({ putNetworks: [backend], putContainers: [one], putEndpoints: [joined] })

  const renamed = { ...backend, name: 'middle', pools: backend.pools.slice(1), labels: {} }
  const limitless = { ...one, memoryBytes: null, sandbox: null, ports: [] }
  const stopped = { ...joined, assigned: null, requested: plainRequest }
  await store.change({ putNetworks: [renamed], putContainers: [limitless], putEndpoints: [stopped] })
  expect(await store.load()).toEqual({
    networks: [renamed],
    containers: [limitless],
    endpoints: [stopped],
    services: [],
  })
})

test('names that mean something to a shell, to SQL or to JavaScript are kept as they are', async () => {
  const names = [
    "kiwl$%^'; DROP TABLE Network; --",
    '网络 "quoted" $(id)',
    '__proto__',
    `n${'x'.repeat(10_000)}`,
    'a\nb',
  ]
  await store.change({ addNetworks: names.map((name) => network({ name })) })
  expect((await store.load()).networks.map(({ name }) => name).sort()).toEqual(names.sort())
})

test('a change is all or nothing', async () => {
  const backend = network()
  await store.change({ putNetworks: [backend] })
  const failing = store.change({
    removeNetworks: [backend.id],
    putNetworks: [network({ name: 'frontend' })],
    putEndpoints: [endpoint(backend.id, createId<ContainerId>())],
    putOperation: operation(),
  })
  await expect(failing).rejects.toThrow('the database did not take it')
  expect((await store.load()).networks).toEqual([backend])
  expect(await store.listRunningOperations()).toEqual([])
})

test('what is written beside a change that fails is not lost with it', async () => {
  const writes = await Promise.allSettled([
    store.change({ putNetworks: [network(), network({ name: 'two' })], putEndpoints: [orphan()] }),
    store.putSetting('theme', 'dark'),
    store.putPositions([{ nodeId: 'a', x: 1.5, y: -2 }]),
  ])
  expect(writes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
  await reopen()
  expect(await store.getSetting('theme')).toBe('dark')
  expect(await store.listPositions()).toEqual([{ nodeId: 'a', x: 1.5, y: -2 }])
})

function orphan(): Endpoint {
  return endpoint(createId<NetworkId>(), createId<ContainerId>())
}

test('removals run before puts, so that a name can pass from one record to another', async () => {
  const [old, heir] = [network(), network()]
  await store.change({ putNetworks: [old] })
  await store.change({ removeNetworks: [old.id], putNetworks: [heir] })
  expect((await store.load()).networks).toEqual([heir])
})

test('a network, its containers and endpoints go in one change; removing what is gone is quiet', async () => {
  const [backend, one] = [network(), container()]
  const joined = endpoint(backend.id, one.id)
  await store.change({ putNetworks: [backend], putContainers: [one], putEndpoints: [joined] })
  const shop = service(backend.id, one.id)
  await store.change({ putServices: [shop] })
  const gone = { removeNetworks: [backend.id], removeContainers: [one.id], removeEndpoints: [joined.id] }
  const removal = { ...gone, removeServices: [shop.id] }
  await store.change(removal)
  await store.change(removal)
  expect(await store.load()).toEqual({ networks: [], containers: [], endpoints: [], services: [] })
})

test('a network that still has endpoints is not removed behind their back', async () => {
  const [backend, one] = [network(), container()]
  await store.change({ putNetworks: [backend], putContainers: [one], putEndpoints: [endpoint(backend.id, one.id)] })
  await expect(store.change({ removeNetworks: [backend.id] })).rejects.toThrow('the database did not take it')
})

test('more records than SQLite takes parameters are loaded, changed and removed', async () => {
  const networks = Array.from({ length: 1200 }, (_, number) => network({ name: `n${number}` }))
  const containers = networks.map(({ name }) => container({ name }))
  const endpoints = containers.map(({ id }, number) => endpoint(networks[number]?.id ?? createId<NetworkId>(), id))
  await store.change({ putNetworks: networks, putContainers: containers, putEndpoints: endpoints })
  const loaded = await store.load()
  expect(loaded.networks).toHaveLength(1200)
  expect(loaded.networks.every(({ pools }) => pools.length === 2)).toBe(true)

  await store.putPositions(networks.map(({ id }, x) => ({ nodeId: id, x, y: 0 })))
  await store.removePositions(networks.map(({ id }) => id))
  await store.change({
    removeNetworks: networks.map(({ id }) => id),
    removeContainers: containers.map(({ id }) => id),
    removeEndpoints: endpoints.map(({ id }) => id),
  })
  expect(await store.load()).toEqual({ networks: [], containers: [], endpoints: [], services: [] })
}, 30_000)

test('an empty change does nothing', async () => {
  await store.change({})
  expect(await store.listOperations(10)).toEqual([])
})

test('operations are listed newest first in the order they began, running ones oldest first', async () => {
  const [one, two, three] = [operation(), operation(), operation()]
  for (const putOperation of [one, two, three]) await store.change({ putOperation })
  const finished = { ...two, status: 'done', durationMs: 12 } as const
  await store.change({ putOperation: finished })
  expect(await store.listOperations(2)).toEqual([three, finished])
  expect(await store.listRunningOperations()).toEqual([one, three])
  expect(await store.getOperation(createId<OperationId>())).toBeUndefined()
})

test('settings and positions are replaced by name, and forgotten on demand', async () => {
  await store.putSetting('token', 'a')
  await store.putSetting('token', 'b')
  expect(await store.getSetting('token')).toBe('b')
  expect(await store.getSetting('other')).toBeUndefined()

  await store.putPositions([
    { nodeId: 'a', x: 1, y: 2 },
    { nodeId: 'b', x: 3, y: 4 },
  ])
  await store.putPositions([{ nodeId: 'a', x: 5, y: 6 }])
  await store.removePositions(['b', 'never'])
  expect(await store.listPositions()).toEqual([{ nodeId: 'a', x: 5, y: 6 }])
})

test('a session is found by its hash until it is removed; an expired one goes with the next', async () => {
  const session = { hash: 'aa', userName: 'administrator', createdAt: now, expiresAt: new Date(Date.now() + 60_000) }
  const expired = { ...session, hash: 'bb', expiresAt: new Date(Date.now() - 1) }
  await store.putSession(expired)
  await store.putSession(session)
  expect(await store.findSession('aa')).toEqual(session)
  expect(await store.findSession('bb')).toBeUndefined()
  await store.removeSession('aa')
  await store.removeSession('aa')
  expect(await store.findSession('aa')).toBeUndefined()
})

test('only its owner may read the database', () => {
  for (const name of ['patchbay.db', 'patchbay.db-wal']) {
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
  }
})

test('extra hosts written as a record of names, as they once were, are read', async () => {
  await store.change({ putContainers: [container()] })
  await store.close()
  const database = new Database(join(folder, 'patchbay.db'))
  database.prepare('UPDATE "Container" SET "extraHosts" = ?').run('{"gate":"10.1.0.1","db":"10.1.0.2"}')
  database.close()
  store = await openStore(folder)
  expect((await store.load()).containers[0]?.extraHosts).toEqual([
    { name: 'gate', address: '10.1.0.1' },
    { name: 'db', address: '10.1.0.2' },
  ])
})

test('what was followed is kept in the order in which it was put, until it is forgotten', async () => {
  const at = (seconds: number) => new Date(now.getTime() + seconds * 1000)
  const part = (seconds: number, isBase: boolean) => {
    return { stretchId: 's', isBase, at: at(seconds), data: new Uint8Array([0, seconds, 255]) }
  }
  await store.putHistory({ stretches: [{ id: 's', from: at(0), to: at(1) }], parts: [part(0, true), part(1, false)] })
  await store.putHistory({ stretches: [{ id: 's', from: at(0), to: at(9) }], parts: [part(5, true)] })
  await reopen()
  const held = await store.listHistory()
  expect(held.stretches).toEqual([{ id: 's', from: at(0), to: at(9) }])
  expect(held.parts.map(({ data, ...rest }) => ({ ...rest, data: new Uint8Array(data) }))).toEqual([
    part(0, true),
    part(1, false),
    part(5, true),
  ])
  await store.putHistory({ stretches: [], parts: [], forgetBefore: at(5) })
  expect((await store.listHistory()).parts).toHaveLength(1)
  await store.putHistory({ stretches: [], parts: [], forgetBefore: at(10) })
  expect(await store.listHistory()).toEqual({ stretches: [], parts: [] })
})
