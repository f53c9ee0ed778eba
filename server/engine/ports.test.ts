import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ContainerCreateInput } from './contract'
import { createFakeHost, type FakeHost } from './testing/fake-host'

const asked = { actor: 'test' }
let host: FakeHost

beforeEach(async () => {
  host = await createFakeHost()
})
afterEach(() => host.end())

type Ports = NonNullable<ContainerCreateInput['ports']>

/** Runs a container; gives its ports as "host:container". */
async function run(name: string, ports: Ports, more: ContainerCreateInput = {}): Promise<string[]> {
  await host.engine.runContainer({ name, ports, ...more }, asked)
  return published(name)
}

function published(name: string): string[] {
  const { published } = host.engine.getContainer(name)
  return published.map(({ hostIp, hostPort, containerPort, protocol }) =>
    [hostIp === '0.0.0.0' ? [] : [hostIp], hostPort, `${containerPort}/${protocol}`].flat().join(':'),
  )
}

test('ports without a number are taken from 32768 up, each start anew, and never the one just given back', async () => {
  expect(await run('one', [{ containerPort: 81 }, { containerPort: 80 }])).toEqual(['32768:80/tcp', '32769:81/tcp'])
  expect(await run('two', [{ containerPort: 80 }, { containerPort: 80, protocol: 'udp' }])).toEqual([
    '32770:80/tcp',
    '32768:80/udp',
  ])
  await host.engine.stopContainer('one', asked)
  expect(published('one')).toEqual([])
  await host.engine.startContainer('one', asked)
  expect(published('one')).toEqual(['32771:80/tcp', '32772:81/tcp'])
})

test('the first free port of a range is taken, and ports with a number go first', async () => {
  const range = { containerPort: 80, hostPort: 8000, hostPortEnd: 8002 }
  expect(await run('one', [range, { containerPort: 99, hostPort: 8000 }])).toEqual(['8000:99/tcp', '8001:80/tcp'])
  expect(await run('two', [range])).toEqual(['8002:80/tcp'])
  await expect(run('three', [range])).rejects.toThrow('no host port between 8000 and 8002 is free')
})

test('one port on several addresses has the same number on each', async () => {
  const both = [
    { containerPort: 80, hostIp: '127.0.0.1' },
    { containerPort: 80, hostIp: '192.0.2.1' },
  ]
  await run('first', [{ containerPort: 1, hostIp: '192.0.2.1', hostPort: 32768 }])
  expect(await run('web', both)).toEqual(['127.0.0.1:32769:80/tcp', '192.0.2.1:32769:80/tcp'])
})

test('what a process listens on is passed over, and refused where it was asked for', async () => {
  host.listening.push({ protocol: 'tcp', port: 32768, address: '127.0.0.1' })
  expect(await run('one', [{ containerPort: 80 }])).toEqual(['32769:80/tcp'])
  await expect(run('two', [{ containerPort: 80, hostPort: 32768 }])).rejects.toThrow(
    'port 32768/tcp of this host is already in use by nginx (process 7); choose another host port',
  )
  expect(await run('three', [{ containerPort: 80, hostPort: 32768, protocol: 'udp' }])).toEqual(['32768:80/udp'])
})

test('an address that is not the host’s is refused', async () => {
  const foreign = [{ containerPort: 80, hostIp: '203.0.113.9', hostPort: 80 }]
  await expect(run('one', foreign)).rejects.toThrow('this host has no such address')
})

test('with publish-all every exposed port that is not published otherwise is', async () => {
  const options = { publishAll: true, exposedPorts: ['53/udp', '80', '90/sctp'] }
  expect(await run('one', [{ containerPort: 80, hostPort: 8080 }], { options })).toEqual([
    '8080:80/tcp',
    '32768:53/udp',
    '32768:90/sctp',
  ])
})

test('without a way out nothing is published, and no port is kept', async () => {
  await host.engine.createNetwork({ name: 'inside', internal: true }, asked)
  const port = { containerPort: 80, hostPort: 8080 }
  expect(await run('one', [port], { network: 'inside' })).toEqual([])
  expect(await run('two', [port])).toEqual(['8080:80/tcp'])
})

test('ports open with the first way out, move with it, and are given back with the last', async () => {
  await host.engine.createNetwork({ name: 'inside', internal: true }, asked)
  await host.engine.createNetwork({ name: 'street' }, asked)
  await run('one', [{ containerPort: 80, hostPort: 8080 }], { network: 'inside' })
  const before = await host.everything()
  host.kernel.failAt(2, 'before')
  await expect(host.engine.connect({ network: 'street', container: 'one' }, asked)).rejects.toThrow()
  expect(await host.everything()).toEqual(before)
  await host.engine.connect({ network: 'street', container: 'one' }, asked)
  expect(published('one')).toEqual(['8080:80/tcp'])
  expect(host.kernel.print()).toContain('--dport 8080')
  await host.engine.connect({ network: 'bridge', container: 'one' }, asked)
  await host.engine.disconnect({ network: 'street', container: 'one' }, asked)
  expect(published('one')).toEqual(['8080:80/tcp'])
  await host.engine.disconnect({ network: 'bridge', container: 'one' }, asked)
  expect(published('one')).toEqual([])
  expect(host.kernel.print()).not.toContain('--dport 8080')
  expect(await run('two', [{ containerPort: 80, hostPort: 8080 }])).toEqual(['8080:80/tcp'])
  await expect(host.engine.connect({ network: 'street', container: 'one' }, asked)).rejects.toThrow('by container two')
})

test('the first way out over IPv6 opens ports of that family on a container that runs, and the last closes them', async () => {
  await host.engine.createNetwork({ name: 'street' }, asked)
  await host.engine.createNetwork({ name: 'six', ipv6: true }, asked)
  await run('one', [{ containerPort: 80 }], { network: 'street' })
  expect(published('one')).toEqual(['32768:80/tcp'])
  await host.engine.connect({ network: 'six', container: 'one' }, asked)
  expect(published('one').toSorted()).toEqual(['32768:80/tcp', ':::32768:80/tcp'])
  expect(host.kernel.print()).toMatch(/--dport 32768 .*\[fd/)
  await host.engine.disconnect({ network: 'six', container: 'one' }, asked)
  expect(published('one')).toEqual(['32768:80/tcp'])
  expect(host.kernel.print()).not.toMatch(/--dport 32768 .*\[fd/)
})

test('two starts at the same time never choose the same port', async () => {
  const names = ['a1', 'a2', 'a3', 'a4', 'a5']
  for (const name of names) await host.engine.createContainer({ name, ports: [{ containerPort: 80 }] }, asked)
  await Promise.all(names.map((name) => host.engine.startContainer(name, asked)))
  expect(new Set(names.flatMap(published)).size).toBe(names.length)
})

test.each<[string, Ports[number], RegExp]>([
  [
    'a range that ends before it begins',
    { containerPort: 80, hostPort: 90, hostPortEnd: 80 },
    /end of the range .* 80/,
  ],
  ['a range that begins with nothing', { containerPort: 80, hostPortEnd: 80 }, /does not begin/],
  ['container port 0', { containerPort: 0 }, /container port 0/],
  ['an address that is none', { containerPort: 80, hostIp: 'localhost' }, /"localhost" is not an IP address/],
])('%s is refused', async (_, port, message) => {
  await expect(run('one', [port])).rejects.toThrow(message)
  expect(host.engine.listContainers()).toEqual([])
})
