import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Netns } from '../plan/object'
import type { NetworkNamesInput } from './contract'
import { createFakeHost, type FakeHost } from './testing/fake-host'

const asked = { actor: 'test' }
let host: FakeHost

beforeEach(async () => {
  host = await createFakeHost()
  await host.engine.createNetwork({ name: 'front', subnet: '10.9.0.0/24' }, asked)
  await host.engine.createNetwork({ name: 'inner', subnet: '10.8.0.0/24', internal: true }, asked)
  await host.engine.runContainer({ name: 'web', network: 'front' }, asked)
  await host.engine.runContainer({ name: 'shut', network: 'inner' }, asked)
})
afterEach(() => host.end())

const namesOf = (container = 'web') => host.engine.names.of(host.engine.getContainer(container).sandbox?.key as Netns)
const lookUp = (name: string, type = 'A', container = 'web') =>
  namesOf(container)
    ?.find(name, type)
    ?.records.map(({ data }) => ('address' in data ? data.address : data))
const update = (names: NetworkNamesInput, network = 'front') => host.engine.updateNetwork(network, { names }, asked)

test('records of a network are answered at once in running containers, over a restart, and nothing runs for it', async () => {
  const kernel = host.kernel.print()
  const before = host.engine.names.generation
  const calls = [...host.runtime.calls]
  const { commands } = await update({ records: [{ name: 'Printer', type: 'A', value: '10.9.0.200' }] })
  expect(commands).toEqual([])
  expect(host.runtime.calls).toEqual(calls)
  expect(host.engine.names.generation).toBeGreaterThan(before)
  expect(lookUp('printer')).toEqual(['10.9.0.200'])
  expect(lookUp('printer', 'A', 'shut')).toBeUndefined()
  await host.engine.close()
  await host.restart()
  expect(lookUp('printer')).toEqual(['10.9.0.200'])
  expect(host.kernel.print().split('\n').sort()).toEqual(kernel.split('\n').sort())
})

test('servers of a container go before those of its networks, and these before the host’s', async () => {
  await host.engine.runContainer({ name: 'own', network: 'front', dns: ['2001:db8::1'] }, asked)
  const servers = (container: string) => namesOf(container)?.upstreams().servers
  expect(servers('web')).toEqual([{ address: '192.0.2.53', port: 53 }])
  await update({ upstreams: ['9.9.9.9', '[FD00::1]:5353'] })
  expect(servers('web')).toEqual([
    { address: '9.9.9.9', port: 53 },
    { address: 'fd00::1', port: 5353 },
  ])
  expect(servers('own')).toEqual([{ address: '2001:db8::1', port: 53 }])
  expect(namesOf('shut')?.upstreams()).toMatchObject({ servers: [], refusal: 'internal' })
})

test('a list that is not mentioned stays, an empty one goes', async () => {
  await update({ upstreams: ['9.9.9.9'], records: [{ name: 'a', type: 'A', value: '10.0.0.1' }] })
  await update({ records: [] })
  expect(host.engine.getNetwork('front').names).toEqual({ upstreams: ['9.9.9.9'], records: [] })
})

test('a container that is named as its own server is not asked what it asks', async () => {
  await host.engine.runContainer(
    { name: 'dnsmasq', network: 'front', ipv4Address: '10.9.0.53', dns: ['10.9.0.53'] },
    asked,
  )
  expect(namesOf('dnsmasq')?.upstreams()).toMatchObject({ servers: [], refusal: 'no-server' })
})

test('ndots that a person or the host sets keeps short names here', async () => {
  await host.engine.runContainer({ name: 'dotted', network: 'front', options: { dnsOptions: ['ndots:2'] } }, asked)
  expect(namesOf('dotted')?.upstreams().keepsShortNames).toBe(true)
  expect(namesOf('web')?.upstreams().keepsShortNames).toBe(false)
})

test.each<[string, NetworkNamesInput, RegExp, string]>([
  [
    'inner',
    { upstreams: ['9.9.9.9'] },
    /network inner is internal.*leave upstream server 9\.9\.9\.9 out/,
    'names.upstreams.0',
  ],
  ['bridge', { records: [{ name: 'a', type: 'A', value: '10.0.0.1' }] }, /network bridge has no resolver/, 'names'],
  ['front', { records: [{ name: 'a', type: 'A', value: 'x' }] }, /A value "x" is not valid/, 'names.records.0.value'],
])('what network %s cannot have is refused, and nothing changes', async (network, names, message, field) => {
  const before = await host.everything()
  await expect(update(names, network)).rejects.toMatchObject({
    kind: 'invalid-parameter',
    message: expect.stringMatching(message) as string,
    field,
  })
  expect(await host.everything()).toEqual(before)
  await expect(
    host.engine.createNetwork({ name: 'bad', internal: true, names: { upstreams: ['9.9.9.9'] } }, asked),
  ).rejects.toMatchObject({ field: 'names.upstreams.0' })
})

test('a network whose containers ask servers outside does not become internal', async () => {
  await update({ upstreams: ['9.9.9.9'] })
  await expect(host.engine.updateNetwork('front', { internal: true }, asked)).rejects.toMatchObject({
    field: 'names.upstreams.0',
    message: expect.stringMatching(/leave upstream server 9\.9\.9\.9 out/) as string,
  })
  await host.engine.updateNetwork('front', { internal: true, names: { upstreams: [] } }, asked)
  expect(namesOf()?.upstreams().refusal).toBe('internal')
})

test('wildcard and many-part aliases of a container are answered', async () => {
  await host.engine.runContainer({ name: 'api', network: 'front', aliases: ['*.api', 'v1.api.example.com'] }, asked)
  const address = lookUp('api')
  expect(lookUp('anything.api')).toEqual(address)
  expect(lookUp('v1.api.example.com')).toEqual(address)
  await expect(
    host.engine.runContainer({ name: 'bad', network: 'front', aliases: ['a.*'] }, asked),
  ).rejects.toMatchObject({ field: 'aliases', message: expect.stringMatching(/alias "a\.\*" is not a name/) as string })
})

test('what a container can look up is listed; one that shares another’s stack has its names', async () => {
  await host.engine.runContainer({ name: 'side', network: 'container:web' }, asked)
  const names = (container: string) => host.engine.listNames(container).map(({ name }) => name)
  expect(names('web')).toContain('web')
  expect(names('side')).toEqual(names('web'))
  await host.engine.stopContainer('shut', asked)
  expect(names('shut')).toEqual([])
})
