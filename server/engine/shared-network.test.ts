import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ContainerCreateInput } from './contract'
import { createFakeHost, type FakeHost } from './testing/fake-host'

const asked = { actor: 'test' }
let host: FakeHost

beforeEach(async () => {
  host = await createFakeHost()
  await host.engine.createNetwork({ name: 'backend' }, asked)
  await host.engine.runContainer({ name: 'web', network: 'backend', hostname: 'www' }, asked)
})
afterEach(() => host.end())

const get = (name: string) => host.engine.getContainer(name)

describe('a container that shares another’s network', () => {
  beforeEach(async () => void (await host.engine.runContainer({ name: 'side', network: 'container:web' }, asked)))

  test('runs in that stack, with its files and host name, and has nothing of its own in the kernel', async () => {
    const owner = get('web')
    expect(get('side')).toMatchObject({ networkMode: `container:${owner.id}`, hostname: 'www', sandbox: owner.sandbox })
    expect(host.runtime.runs.get(get('side').id)).toMatchObject({
      netns: `/proc/${owner.state.pid}/ns/net`,
      files: { sharedWith: owner.id },
    })
    const before = host.kernel.print()
    await host.engine.removeContainer('side', { ...asked, force: true })
    expect(host.kernel.print()).toBe(before)
  })

  test('is found under the name of none, and the other still is', () => {
    const [endpoint] = host.engine.listEndpoints()
    expect(endpoint && host.engine.dnsNames(endpoint)).toContain('web')
    expect(host.engine.names.of(get('side').sandbox?.key as '/x')?.find('side', 'A')).toBeUndefined()
    expect(host.engine.names.of(get('side').sandbox?.key as '/x')?.find('web', 'A')?.records).toHaveLength(1)
  })

  test('cannot be connected to a network', async () => {
    await expect(host.engine.connect({ network: 'backend', container: 'side' }, asked)).rejects.toThrow(
      'container sharing network namespace with another container or host cannot be connected to any other network',
    )
  })

  test('goes on when the other stops, and joins the new stack when it is started anew', async () => {
    const old = get('side').sandbox
    await host.engine.restartContainer('web', asked)
    expect(get('side')).toMatchObject({ state: { status: 'running' }, sandbox: old })
    expect(get('web').sandbox).not.toEqual(old)
    await host.engine.restartContainer('side', asked)
    expect(get('side').sandbox).toEqual(get('web').sandbox)
  })

  test('does not start while the other does not run, nor once it is gone', async () => {
    await host.engine.stopContainer('side', asked)
    await host.engine.stopContainer('web', asked)
    await expect(host.engine.startContainer('side', asked)).rejects.toThrow(
      'cannot join network namespace of a non running container: container web is exited',
    )
    await host.engine.removeContainer('web', asked)
    await expect(host.engine.startContainer('side', asked)).rejects.toThrow('No such container')
  })

  test('shares on with a third', async () => {
    await host.engine.runContainer({ name: 'third', network: 'container:side' }, asked)
    expect(host.runtime.runs.get(get('third').id)?.files).toEqual({ sharedWith: get('web').id })
    expect(get('third').sandbox).toEqual(get('web').sandbox)
  })

  test('is as it was after a kill of the daemon', async () => {
    const before = host.kernel.print()
    const sandbox = get('side').sandbox
    await host.restart()
    expect(host.kernel.print().split('\n').sort()).toEqual(before.split('\n').sort())
    expect(get('side')).toMatchObject({ sandbox, state: { status: 'running' } })
  })
})

test.each<[string, ContainerCreateInput]>([
  ['hostname and the network mode', { hostname: 'x' }],
  ['dns and the network mode', { dns: ['192.0.2.1'] }],
  ['custom host-to-IP mapping and the network mode', { extraHosts: { db: '192.0.2.1' } }],
  ['mac-address and the network mode', { macAddress: '02:42:00:00:00:01' }],
  ['port publishing and the container type network mode', { ports: [{ containerPort: 80 }] }],
  ['port publishing and the container type network mode', { options: { publishAll: true } }],
  ['port exposing and the container type network mode', { options: { exposedPorts: ['80/tcp'] } }],
  ['container type network can', { options: { links: ['web:db'] } }],
])('%s exclude each other', async (words, input) => {
  const create = host.engine.createContainer({ name: 'side', network: 'container:web', ...input }, asked)
  await expect(create).rejects.toThrow(`conflicting options: ${words}`)
})

describe('several networks from the beginning', () => {
  test('each has an endpoint, and interfaces in the order given', async () => {
    await host.engine.createNetwork({ name: 'another' }, asked)
    const joins = [{ network: 'another', aliases: ['x'] }]
    await host.engine.runContainer({ name: 'both', network: 'backend', joins }, asked)
    const endpoints = host.engine.listEndpoints().filter(({ containerId }) => containerId === get('both').id)
    expect(
      endpoints.map(({ networkId, assigned }) => [host.engine.getNetwork(networkId).name, assigned?.ifname]),
    ).toEqual([
      ['backend', 'eth0'],
      ['another', 'eth1'],
    ])
  })

  test.each([
    ['a network twice', { joins: [{ network: 'backend' }] }, 'given twice'],
    ['the host’s network beside another', { joins: [{ network: 'host' }] }, 'shared whole or not at all'],
    ['none beside another', { joins: [{ network: 'none' }] }, 'cannot be on network none'],
    ['one that is not there', { joins: [{ network: 'ghost' }] }, 'ghost does not exist'],
  ])('%s is refused', async (_, input, words) => {
    await expect(host.engine.createContainer({ name: 'x1', network: 'backend', ...input }, asked)).rejects.toThrow(
      words,
    )
    expect(host.engine.listContainers()).toHaveLength(1)
  })
})

describe('a network that is not there yet', () => {
  test('is looked for when the container starts, and its settings are kept till then', async () => {
    const input = { name: 'early', network: 'later', ipv4Address: '10.9.0.7', aliases: ['x'], lenient: true }
    await host.engine.createContainer(input, asked)
    await expect(host.engine.startContainer('early', asked)).rejects.toThrow('network later not found')
    await host.restart()
    await host.engine.createNetwork({ name: 'later', subnet: '10.9.0.0/24' }, asked)
    await host.engine.startContainer('early', asked)
    const endpoint = host.engine.listEndpoints().find(({ containerId }) => containerId === get('early').id)
    expect(endpoint).toMatchObject({ requested: { aliases: ['x'] }, assigned: { ipv4Address: '10.9.0.7/24' } })
    expect(get('early').options.awaitedNetworks).toEqual([])
  })
})
