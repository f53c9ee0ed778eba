import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { StartedEngine } from './engine'
import { createFakeHost, type FakeHost } from './testing/fake-host'

const asked = { actor: 'test' }
const shop = { name: 'shop', network: 'front', ports: [{ port: 80, hostPort: 8080 }], memberLabels: { app: 'web' } }
let host: FakeHost

beforeEach(async () => {
  host = await createFakeHost()
  await host.engine.createNetwork({ name: 'front', subnet: '10.9.0.0/24' }, asked)
  for (const name of ['web1', 'web2']) {
    await host.engine.runContainer({ name, network: 'front', labels: { app: 'web' } }, asked)
  }
})
afterEach(() => host.end())

const changes: [name: string, prepare: boolean, change: (engine: StartedEngine) => Promise<unknown>, least: number][] =
  [
    ['a service is made', false, (engine) => engine.createService(shop, asked), 12],
    [
      'a service is given other ports',
      true,
      (engine) => engine.updateService('shop', { ports: [{ port: 81 }] }, asked),
      5,
    ],
    ['a service is removed', true, (engine) => engine.removeService('shop', asked), 10],
  ]

describe.each(['before', 'after'] as const)('a command that fails %s it takes effect', (moment) => {
  test.each(changes)('at any place while %s leaves everything as it was', async (_, prepare, change, least) => {
    if (prepare) await host.engine.createService(shop, asked)
    const before = (await host.everything()) as { kernel: string }
    const lines = (text: string) => text.split('\n').sort()
    let place = 1
    for (; ; place++) {
      host.kernel.failAt(place, moment)
      const failed = await change(host.engine).then(
        () => false,
        () => true,
      )
      if (!failed) break
      const { kernel, ...records } = (await host.everything()) as { kernel: string }
      expect(lines(kernel), `failure of command ${place}`).toEqual(lines(before.kernel))
      expect({ ...records, kernel: '' }, `failure of command ${place}`).toEqual({ ...before, kernel: '' })
      expect(host.engine.listOperations()[0]?.status).toBe('failed')
    }
    expect(place).toBeGreaterThan(least)
  })
})

const targets = () => [...host.kernel.print().matchAll(/--to-destination (10\.9\.\S+)/g)].map(([, target]) => target)

test('rules follow the members, and connections of one that ended are forgotten', async () => {
  await host.engine.createService(shop, asked)
  expect(targets().toSorted()).toEqual(['10.9.0.2:80', '10.9.0.3:80'])
  await host.engine.stopContainer('web1', asked)
  expect(targets()).toEqual(['10.9.0.3:80'])
  await expect.poll(() => host.kernel.forgotten).toEqual(['10.9.0.2'])
  await host.engine.startContainer('web1', asked)
  await expect.poll(() => targets().toSorted()).toEqual(['10.9.0.2:80', '10.9.0.3:80'])
  expect(await host.engine.reconcile({ ...asked, dryRun: true })).toMatchObject({ commands: [] })
})

test('a service holds its address and the host’s port, and its network', async () => {
  const { result } = await host.engine.createService(shop, asked)
  await host.engine.runContainer({ name: 'other', network: 'front' }, asked)
  expect(host.engine.listEndpoints().map(({ assigned }) => assigned?.ipv4Address)).not.toContain(
    `${result.ipv4Address}/24`,
  )
  await expect(host.engine.removeNetwork('front', asked)).rejects.toThrow(
    'network front has service shop; remove that first',
  )
  const ports = [{ containerPort: 80, hostPort: 8080 }]
  await expect(host.engine.runContainer({ network: 'front', ports }, asked)).rejects.toThrow('in use by service shop')
  expect((await host.engine.removeService('shop', asked)).interruptions.map(String)).toEqual([
    'connections by way of service shop end',
  ])
})

test('a port of the host’s passes by no firewall that ports are to obey', async () => {
  const options = { 'patchbay.bridge.obey_host_firewall': 'true' }
  await host.engine.createNetwork({ name: 'guarded', options }, asked)
  await expect(host.engine.createService({ ...shop, network: 'guarded' }, asked)).rejects.toThrow('obey the host')
  await host.engine.createService({ ...shop, network: 'guarded', ports: [{ port: 80 }] }, asked)
  await host.engine.createService({ ...shop, name: 'open' }, asked)
  await expect(host.engine.updateNetwork('front', { options }, asked)).rejects.toThrow('of service open would pass by')
  await expect(host.engine.updateNetwork('front', { internal: true }, asked)).rejects.toThrow('front is internal')
})

test('a network keeps the addresses that its services have', async () => {
  await host.engine.createService(shop, asked)
  for (const name of ['web1', 'web2']) await host.engine.removeContainer(name, { ...asked, force: true })
  const moved = { pools: [{ subnet: '10.99.0.0/24' }] }
  await expect(host.engine.updateNetwork('front', moved, asked)).rejects.toThrow('service shop')
  const options = { 'com.docker.network.bridge.inhibit_ipv4': 'true' }
  await expect(host.engine.updateNetwork('front', { options }, asked)).rejects.toThrow('can have no service')
})

test('without a service nothing follows anything', async () => {
  const before = host.kernel.commands.length
  await host.engine.pauseContainer('web1', asked)
  await host.engine.unpauseContainer('web1', asked)
  expect(host.kernel.commands).toHaveLength(before)
})
