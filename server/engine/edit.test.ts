import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { OperationId } from '../cnm/ids'
import type { StartedEngine } from './engine'
import { createFakeHost, type FakeHost } from './testing/fake-host'

const asked = { actor: 'test' }
const joint = { network: 'frontend', container: 'web' }
let host: FakeHost

beforeEach(async () => {
  host = await createFakeHost()
  await host.engine.createNetwork({ name: 'backend', labels: { tier: 'old' } }, asked)
  await host.engine.createNetwork({ name: 'frontend' }, asked)
  await host.engine.runContainer(
    { name: 'web', network: 'frontend', ports: [{ containerPort: 80, hostPort: 8080 }] },
    asked,
  )
  await host.engine.connect({ network: 'backend', container: 'web' }, asked)
})
afterEach(() => host.end())

const endpointOf = (network = 'frontend', container = 'web') => {
  const [networkId, containerId] = [host.engine.getNetwork(network).id, host.engine.getContainer(container).id]
  return host.engine.listEndpoints().find((one) => one.networkId === networkId && one.containerId === containerId)
}

const changes: [name: string, change: (engine: StartedEngine) => Promise<unknown>, least: number][] = [
  ['the address of an endpoint', (engine) => engine.updateEndpoint(joint, { ipv4Address: '172.19.0.99' }, asked), 3],
  ['the way out', (engine) => engine.updateEndpoint(joint, { gwPriority: 5 }, asked), 4],
  ['the MAC of an endpoint', (engine) => engine.updateEndpoint(joint, { macAddress: '02:00:00:00:00:09' }, asked), 1],
]

describe.each(['before', 'after'] as const)('a command that fails %s it takes effect', (moment) => {
  test.each(changes)('at any place while %s becomes another leaves everything as it was', async (_, change, least) => {
    const before = await host.everything()
    let place = 1
    for (; ; place++) {
      host.kernel.failAt(place, moment)
      const failed = await change(host.engine).then(
        () => false,
        () => true,
      )
      if (!failed) break
      const { kernel, ...records } = (await host.everything()) as { kernel: string }
      const lines = (text: string) => text.split('\n').sort()
      expect(lines(kernel), `failure of command ${place}`).toEqual(lines((before as { kernel: string }).kernel))
      expect({ ...records, kernel: '' }, `failure of command ${place}`).toEqual({ ...(before as object), kernel: '' })
      expect(host.engine.listOperations()[0]?.status).toBe('failed')
    }
    expect(place).toBeGreaterThan(least)
  })
})

test('labels of a network become others, over a restart, and nothing runs for it', async () => {
  const kernel = host.kernel.print()
  const change = await host.engine.updateNetwork('backend', { labels: { tier: 'back' } }, asked)
  expect(change).toMatchObject({
    commands: [],
    interruptions: [],
    operation: { verb: 'network.update', status: 'done' },
  })
  expect(change.result.labels).toEqual({ tier: 'back' })
  await host.engine.close()
  await host.restart()
  expect(host.engine.getNetwork('backend').labels).toEqual({ tier: 'back' })
  expect(host.kernel.print().split('\n').sort()).toEqual(kernel.split('\n').sort())
})

test('a preview changes nothing and gives the commands that then run', async () => {
  const before = await host.everything()
  const input = { ipv4Address: '172.19.0.99' }
  const planned = await host.engine.updateEndpoint(joint, input, { ...asked, dryRun: true })
  expect(planned.operation).toBeNull()
  expect(await host.everything()).toEqual(before)
  const done = await host.engine.updateEndpoint(joint, input, asked)
  expect(done.commands).toEqual(planned.commands)
  expect(done.interruptions).toEqual(planned.interruptions)
})

test('aliases of a running container answer at once, and its hosts file and commands stay', async () => {
  const { commands, result } = await host.engine.updateEndpoint(joint, { aliases: ['shop', 'store'] }, asked)
  expect(commands).toEqual([])
  expect(host.engine.dnsNames(result)).toEqual(expect.arrayContaining(['web', 'shop', 'store']))
  const netns = host.engine.getContainer('web').sandbox?.key as `/${string}`
  expect(host.engine.names.of(netns)?.find('store.frontend', 'A')?.records).toMatchObject([
    { data: { address: '172.19.0.2' } },
  ])
})

test('an endpoint gets another address: rules, hosts file and default route follow', async () => {
  const { result, interruptions } = await host.engine.updateEndpoint(joint, { ipv4Address: '172.19.0.99' }, asked)
  expect(result.assigned).toMatchObject({
    ipv4Address: '172.19.0.99/16',
    macAddress: '02:42:ac:13:00:63',
    ifname: 'eth0',
  })
  expect(interruptions).toEqual([
    'container web has address 172.19.0.99 in place of 172.19.0.2 on network frontend: connections to and from the old one end',
  ])
  const files = host.runtime.runs.get(host.engine.getContainer('web').id)?.files
  expect(files).toMatchObject({ hosts: expect.stringContaining('172.19.0.99') })
  expect(host.kernel.print()).not.toContain('172.19.0.2/')
})

test('an address that another has is refused by its holder, and its own is none of another', async () => {
  await host.engine.runContainer({ name: 'other', network: 'frontend' }, asked)
  const change = host.engine.updateEndpoint(joint, { ipv4Address: '172.19.0.3' }, asked)
  await expect(change).rejects.toThrow('address 172.19.0.3 is already in use on network frontend by container other')
  await host.engine.updateEndpoint(joint, { ipv4Address: '172.19.0.2' }, asked)
  expect(endpointOf()).toMatchObject({ requested: { ipv4Address: '172.19.0.2' }, assigned: { ifname: 'eth0' } })
})

test('the way out and the ports move to the network with the highest priority', async () => {
  const { commands, interruptions } = await host.engine.updateEndpoint(joint, { gwPriority: 5 }, asked)
  expect(interruptions).toEqual([
    'container web leaves by network frontend instead of backend: its IPv4 connections to the outside end',
  ])
  expect(commands.join('\n')).toContain('172.19.0.2:80')
  expect(endpointOf('backend')?.assigned?.isDefaultGateway).toBe(false)
})

test('a change of a container that stands still holds from its next start on', async () => {
  await host.engine.stopContainer('web', { ...asked, timeoutMs: 0 })
  const { commands } = await host.engine.updateEndpoint(joint, { ipv4Address: '172.19.0.77', aliases: ['w'] }, asked)
  expect(commands).toEqual([])
  await host.engine.startContainer('web', asked)
  expect(endpointOf()?.assigned?.ipv4Address).toBe('172.19.0.77/16')
})

test('what is on no network, and what cannot be changed, is refused', async () => {
  await host.engine.createContainer({ name: 'idle' }, asked)
  const elsewhere = host.engine.updateEndpoint({ network: 'backend', container: 'idle' }, {}, asked)
  await expect(elsewhere).rejects.toThrow('container idle is not connected to network backend; connect it first')
  await expect(host.engine.updateNetwork('host', {}, asked)).rejects.toThrow('host is a pre-defined network')
})

test('after a kill, a change whose intent was written is finished', async () => {
  const endpoint = endpointOf()
  if (!endpoint?.assigned) throw new Error('no endpoint')
  const assigned = { ...endpoint.assigned, ipv4Address: '172.19.0.99/16' }
  await host.store.change({
    putEndpoints: [{ ...endpoint, assigned }],
    putOperation: {
      id: 'e'.repeat(64) as OperationId,
      ...{ verb: 'endpoint.update', records: {}, subjects: ['web'], actor: 'test', status: 'running', commands: [] },
      ...{ error: null, startedAt: new Date(), durationMs: null },
    },
  })
  const engine = await host.restart()
  expect(engine.listOperations().find(({ id }) => id === 'e'.repeat(64))?.status).toBe('finished')
  expect(host.kernel.print()).toContain('172.19.0.99/16')
  expect(host.kernel.print()).not.toContain('172.19.0.2/16')
})
