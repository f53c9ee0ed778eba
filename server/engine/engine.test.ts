import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { OperationId } from '../cnm/ids'
import type { Operation } from '../cnm/operation'
import type { StartedEngine } from './engine'
import { createFakeHost, type FakeHost } from './testing/fake-host'

const asked = { actor: 'test' }
let host: FakeHost

beforeEach(async () => {
  host = await createFakeHost()
  await host.engine.createNetwork({ name: 'backend' }, asked)
  await host.engine.createNetwork({ name: 'frontend' }, asked)
  await host.engine.runContainer(
    { name: 'web', network: 'frontend', ports: [{ containerPort: 80, hostPort: 8080 }] },
    asked,
  )
  await host.engine.createContainer(
    { name: 'idle', network: 'backend', ports: [{ containerPort: 53, hostPort: 5353, protocol: 'udp' }] },
    asked,
  )
})
afterEach(() => host.end())

const changes: [name: string, change: (engine: StartedEngine) => Promise<unknown>][] = [
  ['creating a network', (engine) => engine.createNetwork({ name: 'third' }, asked)],
  ['creating an internal network', (engine) => engine.createNetwork({ name: 'third', internal: true }, asked)],
  [
    'connecting a running container, whose ports then move',
    (engine) => engine.connect({ network: 'backend', container: 'web' }, asked),
  ],
  ['starting a container', (engine) => engine.startContainer('idle', asked)],
  [
    'running a new container',
    (engine) =>
      engine.runContainer({ name: 'new', network: 'backend', ports: [{ containerPort: 1, hostPort: 1 }] }, asked),
  ],
]

describe.each(['before', 'after'] as const)('a command that fails %s it takes effect', (moment) => {
  test.each(changes)('at any place while %s leaves nothing behind', async (_, change) => {
    const before = await host.everything()
    let place = 1
    for (; ; place++) {
      host.kernel.failAt(place, moment)
      const failed = await change(host.engine).then(
        () => false,
        () => true,
      )
      if (!failed) break
      expect(await host.everything(), `failure of command ${place}`).toEqual(before)
      expect(host.engine.listOperations().some(({ status }) => status === 'failed')).toBe(true)
    }
    expect(place).toBeGreaterThan(4)
  })
})

test.each(['create', 'start'] as const)('a runtime that fails to %s leaves no sandbox and no address', async (act) => {
  const before = await host.everything()
  host.runtime.failNext(act, new Error('no memory left'))
  await expect(host.engine.startContainer('idle', asked)).rejects.toThrow('no memory left')
  expect(await host.everything()).toEqual(before)
  expect(host.engine.getContainer('idle').state.error).toBe('no memory left')
})

test('a change that fails says why and is taken back, also where the disk does not take that', async () => {
  const before = host.kernel.print()
  host.kernel.failAt(2)
  const written = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const change = host.store.change.bind(host.store)
  vi.spyOn(host.store, 'change')
    .mockImplementationOnce(change)
    .mockRejectedValueOnce(new Error('database or disk is full'))
  await expect(host.engine.createNetwork({ name: 'third' }, asked)).rejects.toMatchObject({ name: 'ApplyError' })
  expect(host.kernel.print()).toBe(before)
  expect(host.engine.listNetworks().map(({ name }) => name)).not.toContain('third')
  expect(written).toHaveBeenCalledWith(expect.stringContaining('disk is full'))
  expect((await host.engine.createNetwork({ name: 'fourth' }, asked)).result.name).toBe('fourth')
})

test('a container that has started runs, also where the disk does not take that', async () => {
  const written = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const change = host.store.change.bind(host.store)
  vi.spyOn(host.store, 'change')
    .mockImplementationOnce(change)
    .mockRejectedValueOnce(new Error('database or disk is full'))
  const { result } = await host.engine.startContainer('idle', asked)
  expect(result.state.status).toBe('running')
  expect(host.engine.getContainer('idle').state.status).toBe('running')
  expect(host.kernel.print()).toContain('5353')
  expect(written).toHaveBeenCalledWith(expect.stringContaining('disk is full'))
})

test('a start that fails says why and leaves nothing behind, also where its files cannot be cleared away', async () => {
  const before = await host.everything()
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  host.runtime.failNext('create', new Error('no memory left'))
  vi.spyOn(host.runtime, 'discard').mockRejectedValueOnce(new Error('read-only file system'))
  await expect(host.engine.startContainer('idle', asked)).rejects.toThrow('no memory left')
  expect(await host.everything()).toEqual(before)
})

test('a network that cannot be removed whole stays as it was', async () => {
  const before = await host.everything()
  host.kernel.failAt(3)
  await expect(host.engine.removeNetwork('backend', asked)).rejects.toThrow()
  const after = (await host.everything()) as { kernel: string; networks: unknown }
  expect(after.kernel.split('\n').sort()).toEqual((before as typeof after).kernel.split('\n').sort())
  expect(after.networks).toEqual((before as typeof after).networks)
})

test('removing everything that was made gives the kernel of the beginning', async () => {
  const fresh = await createFakeHost()
  for (const name of ['web', 'idle']) await host.engine.removeContainer(name, { ...asked, force: true })
  for (const name of ['backend', 'frontend']) await host.engine.removeNetwork(name, asked)
  const nameless = (text: string) => text.replace(/[0-9a-f]{64}|02:42(:[0-9a-f]{2}){4}/g, 'id')
  expect(nameless(host.kernel.print())).toBe(nameless(fresh.kernel.print()))
  await fresh.end()
})

test('a preview gives the commands that then run, and changes nothing', async () => {
  const before = await host.everything()
  const planned = await host.engine.connect({ network: 'backend', container: 'web' }, { ...asked, dryRun: true })
  expect(planned.operation).toBeNull()
  expect(await host.everything()).toEqual(before)
  const done = await host.engine.connect({ network: 'backend', container: 'web' }, asked)
  expect(done.commands).toEqual(planned.commands)
  expect(done.result.id).toBe(planned.result.id)
})

test('the default route and the published ports are on the first network by name that is not internal', async () => {
  await host.engine.createNetwork({ name: 'aaa', internal: true }, asked)
  await host.engine.connect({ network: 'aaa', container: 'web' }, asked)
  const gateways = () => host.engine.listEndpoints().filter((endpoint) => endpoint.assigned?.isDefaultGateway)
  const nameOf = () => gateways().map((endpoint) => host.engine.getNetwork(endpoint.networkId).name)
  expect(nameOf()).toEqual(['frontend'])
  await host.engine.connect({ network: 'backend', container: 'web' }, asked)
  expect(nameOf()).toEqual(['backend'])
  expect(host.kernel.print()).toContain('172.18.0.2:80')
  await host.engine.disconnect({ network: 'backend', container: 'web' }, asked)
  expect(nameOf()).toEqual(['frontend'])
  expect(host.kernel.print()).not.toContain('172.18.0.2:80')
})

test('a container that ends by itself frees its address and keeps its exit code', async () => {
  const { id } = host.engine.getContainer('web')
  const changed = new Promise<void>((resolve) => {
    host.engine.subscribe(() => {
      if (host.engine.getContainer('web').state.status === 'exited') resolve()
    })
  })
  host.runtime.end(id, 3)
  await changed
  expect(host.engine.getContainer('web')).toMatchObject({ sandbox: null, state: { exitCode: 3, pid: null } })
  expect(host.engine.listEndpoints().find((one) => one.containerId === id)?.assigned).toBeNull()
  await expect.poll(() => host.kernel.print()).not.toContain('8080')
})

test('teardown changes the kernel once, for what follows the end of a container does not begin beside it', async () => {
  const apply = vi.spyOn(host.kernel, 'apply')
  expect(await host.engine.teardown()).toMatchObject({ containers: 1 })
  await new Promise((resolve) => setImmediate(resolve))
  expect(apply).toHaveBeenCalledTimes(1)
  expect(host.engine.getContainer('web').state.status).toBe('exited')
  expect(host.kernel.print()).not.toContain('patchbay')
})

test('200 connections at once give 200 addresses', async () => {
  for (let number = 0; number < 40; number++) {
    await host.engine.runContainer({ name: `box${number}`, network: 'frontend' }, asked)
  }
  await Promise.all(
    Array.from({ length: 40 }, (_, number) =>
      host.engine.connect({ network: 'backend', container: `box${number}` }, asked),
    ),
  )
  const addresses = host.engine.listEndpoints().flatMap((endpoint) => endpoint.assigned?.ipv4Address ?? [])
  expect(new Set(addresses).size).toBe(addresses.length)
})

describe('after a kill', () => {
  const half = (verb: Operation['verb'], records: Record<string, string>): Operation => ({
    id: 'e'.repeat(64) as OperationId,
    ...{ verb, records, subjects: ['x'], actor: 'test', status: 'running', commands: [], error: null },
    startedAt: new Date(),
    durationMs: null,
  })

  test('what ought to be there is there again', async () => {
    const before = host.kernel.print()
    const [link] = host.engine.wanted().filter((object) => object.kind === 'link' && object.type === 'veth')
    if (link?.kind !== 'link') throw new Error('no veth')
    await host.kernel.apply({ steps: [{ verb: 'remove', object: link }] })
    await host.restart()
    expect(host.kernel.print().split('\n').sort()).toEqual(before.split('\n').sort())
  })

  test('a network whose making was recorded and not done is finished, and the journal says so', async () => {
    const { id } = host.engine.getNetwork('backend')
    await host.kernel.apply({
      steps: host.engine
        .wanted()
        .flatMap((object) =>
          object.kind === 'link' && object.name.includes(id.slice(0, 12)) ? [{ verb: 'remove' as const, object }] : [],
        ),
    })
    await host.store.change({ putOperation: half('network.create', { networkId: id }) })
    const engine = await host.restart()
    expect(host.kernel.print()).toContain(`br-${id.slice(0, 12)}`)
    expect(engine.listOperations().find((one) => one.id === 'e'.repeat(64))?.status).toBe('finished')
  })

  test('a network whose removal had begun is gone', async () => {
    const { id } = host.engine.getNetwork('backend')
    await host.store.change({ putOperation: half('network.remove', { networkId: id }) })
    const engine = await host.restart()
    expect(engine.findNetwork('backend')).toBeUndefined()
    expect(host.kernel.print()).not.toContain(id.slice(0, 12))
  })

  test('a start that had begun is undone', async () => {
    const started = await host.engine.startContainer('idle', asked)
    await host.store.change({ putOperation: half('container.start', { containerId: started.result.id }) })
    const engine = await host.restart()
    expect(engine.getContainer('idle')).toMatchObject({ sandbox: null, state: { pid: null } })
    expect(host.runtime.runs.has(started.result.id)).toBe(false)
    expect(host.kernel.print()).not.toContain('5353')
  })

  test('a container that ended meanwhile has its exit code, and one that runs goes on', async () => {
    await host.engine.startContainer('idle', asked)
    host.runtime.endUnseen(host.engine.getContainer('web').id, 7)
    const engine = await host.restart()
    expect(engine.getContainer('web').state).toMatchObject({ status: 'exited', exitCode: 7 })
    expect(engine.getContainer('idle').state.status).toBe('running')
  })
})
