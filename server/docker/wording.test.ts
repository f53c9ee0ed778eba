import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFakeHost, type FakeHost } from '../engine/testing/fake-host'
import { dockerMessage } from './wording'

const asked = { actor: 'test' }
let host: FakeHost

beforeEach(async () => {
  host = await createFakeHost()
})
afterEach(() => host.end())

/** What a client is told when this fails. */
async function said(act: () => unknown): Promise<string> {
  try {
    await act()
  } catch (error) {
    return dockerMessage(error)
  }
  return 'nothing failed'
}

test('what Docker refuses is refused in its words', async () => {
  const { engine } = host
  const { result: box } = await engine.createContainer({ name: 'box', ports: [] }, asked)
  const { result: web } = await engine.createNetwork({ name: 'web', subnet: '10.1.0.0/24' }, asked)
  await engine.connect({ network: 'web', container: 'box' }, asked)
  await engine.startContainer('box', asked)
  expect(await said(() => engine.createNetwork({ name: 'web' }, asked))).toBe('network with name web already exists')
  expect(await said(() => engine.createNetwork({ name: 'host' }, asked))).toBe(
    'operation is not permitted on predefined host network',
  )
  expect(await said(() => engine.removeNetwork('web', asked))).toBe(
    `error while removing network: network web id ${web.id} has active endpoints`,
  )
  expect(await said(() => engine.getNetwork('nosuch'))).toBe('network nosuch not found')
  expect(await said(() => engine.getContainer('nosuch'))).toBe('No such container: nosuch')
  expect(await said(() => engine.connect({ network: 'web', container: 'box' }, asked))).toBe(
    'endpoint with name box already exists in network web',
  )
  expect(await said(() => engine.disconnect({ network: 'host', container: 'box' }, asked))).toBe(
    `container ${box.id} is not connected to network host`,
  )
  expect(await said(() => engine.createContainer({ name: 'box' }, asked))).toBe(
    `Conflict. The container name "/box" is already in use by container "${box.id}". You have to remove (or rename) that container to be able to reuse that name.`,
  )
  expect(await said(() => engine.createContainer({ name: 'b@x' }, asked))).toBe(
    'Invalid container name (b@x), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed',
  )
  expect(await said(() => engine.removeContainer('box', asked))).toContain('You cannot remove a running container')
  expect(await said(() => engine.createContainer({ image: 'nosuch' }, asked))).toBe('No such image: nosuch:latest')
})

test('what is wrong with a network or an address is said in its words', async () => {
  const { engine } = host
  const { result: box } = await engine.createContainer({ name: 'box' }, asked)
  await engine.createNetwork({ name: 'web', subnet: '10.1.0.0/24' }, asked)
  const create = (input: object) => said(() => engine.createNetwork({ name: 'bad', ...input }, asked))
  expect(await create({ subnet: '10.9.0.0/33' })).toBe('Invalid subnet 10.9.0.0/33 : invalid CIDR address: 10.9.0.0/33')
  expect(await create({ subnet: '10.9.0.0/31' })).toBe(
    'failed to allocate gateway (): No available addresses on this pool',
  )
  expect(await create({ subnet: '10.9.0.0/24', gateway: '10.9.0.1', auxAddresses: { a: '10.9.0.1' } })).toBe(
    'failed to allocate secondary ip address (a:10.9.0.1): Address already in use',
  )
  expect(await create({ driver: 'host' })).toBe('only one instance of "host" network is allowed')
  expect(await create({ driver: 'nosuch' })).toBe('plugin "nosuch" not found')
  const option = (name: string, value: string) => create({ options: { [`com.docker.network.${name}`]: value } })
  expect(await option('bridge.enable_icc', 'maybe')).toBe(
    'failed to parse com.docker.network.bridge.enable_icc value: maybe (strconv.ParseBool: parsing "maybe": invalid syntax)',
  )
  expect(await option('driver.mtu', 'abc')).toContain('(strconv.Atoi: parsing "abc": invalid syntax)')
  expect(await option('driver.mtu', '-1')).toBe('invalid MTU number: -1')
  expect(await option('bridge.name', 'a/b')).toContain('must be 1 to 15 letters')
  for (const [family, base, size] of [
    ['IPv4', '10.50.0.0/24', 24],
    ['IPv6', 'fd00:50::/64', 64],
  ] as const) {
    await engine.updateDefaultPools([{ base, size }], asked)
    await engine.createNetwork({ name: `last of ${family}`, ipv4: family === 'IPv4', ipv6: family === 'IPv6' }, asked)
    expect(await create({ ipv4: family === 'IPv4', ipv6: family === 'IPv6' })).toBe(
      `could not find an available, non-overlapping ${family} address pool among the defaults to assign to the network`,
    )
  }
  const join = (ipv4Address: string) =>
    said(() => engine.connect({ network: 'web', container: box.id, ipv4Address }, asked))
  expect(await join('10.2.0.9')).toBe("Invalid address 10.2.0.9: It does not belong to any of this network's subnets")
  expect(await join('10.1.0.300')).toBe('invalid IPv4 address: 10.1.0.300')
  expect(await join('10.1.0.255')).toMatch(/^Address already in use \(address 10.1.0.255 is the broadcast address/)
  expect(await join('10.1.0.1')).toMatch(/^Address already in use \(address 10.1.0.1 .* by the gateway\)$/)
})

test('a sentence of Docker that names nothing is followed by ours, and what Docker has no words for is ours', async () => {
  const { engine } = host
  await engine.createNetwork({ name: 'web', subnet: '10.1.0.0/24' }, asked)
  expect(await said(() => engine.createNetwork({ name: 'other', subnet: '10.1.0.0/25' }, asked))).toMatch(
    /^Pool overlaps with other one on this address space \(pool 10.1.0.0\/25 overlaps 10.1.0.0\/24 of network web/,
  )
  expect(await said(() => engine.createContainer({ name: 'box', hostname: 'bad host' }, asked))).toContain(
    'is not a name that DNS can carry',
  )
})
