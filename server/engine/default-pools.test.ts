import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createFakeKernel } from '../kernel/testing/fake'
import { createFakeHost, type FakeHost } from './testing/fake-host'

const asked = { actor: 'test' }
let host: FakeHost
beforeEach(async () => {
  host = await createFakeHost()
})
afterEach(() => host.end())

const create = async (name: string, input: object = {}) =>
  (await host.engine.createNetwork({ name, ...input }, asked)).result.pools.map(({ subnet }) => subnet)

test('networks made from now on are cut from the pools that were set, over restarts; those that are there stay', async () => {
  expect(await create('before')).toEqual(['172.18.0.0/16'])
  const pools = [
    { base: '10.10.0.0/16', size: 24 },
    { base: 'fd00:10::/48', size: 64 },
  ]
  const preview = await host.engine.updateDefaultPools(pools, { ...asked, dryRun: true })
  expect(preview).toMatchObject({ operation: null, result: { named: pools } })
  expect((await host.engine.defaultPools()).origin).toBe('builtin')
  const { operation } = await host.engine.updateDefaultPools(pools, asked)
  expect(operation).toMatchObject({ verb: 'host.update', status: 'done' })
  expect(await create('after', { ipv6: true })).toEqual(['10.10.0.0/24', 'fd00:10::/64'])
  await host.restart()
  expect(await host.engine.defaultPools()).toEqual({ origin: 'setting', named: pools, inEffect: pools })
  expect(await create('again', { ipv6: true })).toEqual(['10.10.1.0/24', 'fd00:10:0:1::/64'])
  expect(host.engine.getNetwork('before').pools[0]?.subnet).toBe('172.18.0.0/16')
  await host.engine.updateDefaultPools([], asked)
  expect(await create('usual')).toEqual(['172.19.0.0/16'])
})

test('a family of which no range is named keeps the usual ones; what is wrong is refused and nothing changes', async () => {
  await host.engine.updateDefaultPools([{ base: '10.10.0.0/16', size: 24 }], asked)
  const { inEffect } = await host.engine.defaultPools()
  expect(inEffect.map(({ base }) => base)).toEqual(['10.10.0.0/16', expect.stringMatching(/^fd[0-9a-f]{2}:.*::\/48$/)])
  const before = await host.engine.defaultPools()
  await expect(async () => host.engine.updateDefaultPools([{ base: '10.10.0.0/16', size: 8 }], asked)).rejects.toThrow(
    /cannot be cut into \/8/,
  )
  expect(await host.engine.defaultPools()).toEqual(before)
})

test('IPv6 alone, and IPv6 whose prefix stays the same for the host', async () => {
  const [only] = await create('six', { ipv4: false, ipv6: true })
  expect(only).toMatch(/^fd[0-9a-f]{2}:.*::\/64$/)
  await host.restart()
  const [, second] = await create('dual', { ipv6: true })
  expect(second?.slice(0, 12)).toBe(only?.slice(0, 12))
  await expect(create('none', { ipv4: false })).rejects.toThrow(/needs IPv4 or IPv6/)
})

test('with the null IPAM nobody hands out addresses', async () => {
  expect(await create('silent', { ipamDriver: 'null' })).toEqual([])
  await host.engine.runContainer({ name: 'web', image: 'busybox', network: 'silent' }, asked)
  const [endpoint] = host.engine.listEndpoints()
  expect(endpoint?.assigned).toMatchObject({ ifname: 'eth0', isDefaultGateway: false })
  expect(endpoint?.assigned).not.toHaveProperty('ipv4Address')
  expect(host.kernel.print()).not.toMatch(/address .*(eth0|br-)/)
  await expect(create('loud', { ipamDriver: 'null', subnet: '10.1.0.0/24' })).rejects.toThrow(
    'IPAM driver null hands out no addresses of its own, so that 10.1.0.0/24 means nothing; leave it out, or use default',
  )
  await expect(
    host.engine.runContainer({ name: 'app', image: 'busybox', network: 'silent', ipv4Address: '10.1.0.9' }, asked),
  ).rejects.toThrow(/network silent has no IPv4/)
})

test('a network gives its addresses in turn where that is asked for, the lowest free one else', async () => {
  const serial = { ipamOptions: { 'com.docker.network.ipam.serial': 'true' } }
  await create('turns', { subnet: '10.2.0.0/29', ...serial })
  await create('lowest', { subnet: '10.3.0.0/29' })
  const addressOf = async (network: string) => {
    await host.engine.runContainer({ name: 'web', image: 'busybox', network }, asked)
    const address = host.engine.listEndpoints()[0]?.assigned?.ipv4Address
    await host.engine.removeContainer('web', { ...asked, force: true })
    return address?.slice(-5)
  }
  const given: unknown[] = []
  for (let round = 0; round < 6; round++) given.push(await addressOf('turns'))
  expect(given).toEqual(['.2/29', '.3/29', '.4/29', '.5/29', '.6/29', '.2/29'])
  expect([await addressOf('lowest'), await addressOf('lowest')]).toEqual(['.2/29', '.2/29'])
  await expect(create('odd', { ipamOptions: { 'com.docker.network.ipam.serial': 'yes' } })).rejects.toThrow(
    'IPAM option com.docker.network.ipam.serial is "yes"; it must be true or false',
  )
})

test('a subnet that lies where the host leads elsewhere is refused by name, or warned of, before anything is made', async () => {
  await host.end()
  const kernel = createFakeKernel({ routedSubnets: ['10.8.0.0/16'], nameservers: ['10.7.0.53'] })
  host = await createFakeHost(undefined, kernel)
  await expect(create('vpn', { subnet: '10.8.3.0/24' })).rejects.toThrow(
    'pool 10.8.3.0/24 overlaps 10.8.0.0/16 of a route of this host over eth9; choose another subnet',
  )
  const input = { name: 'named', subnet: '10.7.0.0/24' }
  const { warnings } = await host.engine.createNetwork(input, { ...asked, dryRun: true })
  expect(warnings?.map(String)).toEqual([
    expect.stringContaining('name server 10.7.0.53 of this host lies in subnet 10.7.0.0/24'),
  ])
  const shared = { name: 'wire', driver: 'macvlan', subnet: '10.8.3.0/24' }
  const change = await host.engine.createNetwork(shared, asked)
  expect(change.warnings?.map(String)).toEqual([expect.stringContaining('10.8.0.0/16 is reached over eth9')])
  const ground = vi.spyOn(kernel, 'ground')
  expect(await host.engine.createNetwork({ name: 'plain' }, asked)).not.toHaveProperty('warnings')
  await create('apart', { subnet: '10.9.0.0/24' })
  expect(ground, 'what leads elsewhere is read only where it is met').not.toHaveBeenCalled()
})

test('two containers made with one MAC address do not run together on a network', async () => {
  await create('lan', { subnet: '10.4.0.0/24' })
  const macAddress = '02:42:00:00:00:07'
  for (const name of ['one', 'two']) {
    await host.engine.createContainer({ name, image: 'busybox', network: 'lan', macAddress, lenient: true }, asked)
  }
  await host.engine.startContainer('one', asked)
  const before = host.kernel.print()
  await expect(host.engine.startContainer('two', asked)).rejects.toThrow(
    'MAC address 02:42:00:00:00:07 is already in use on network lan by container one; stop it, or choose another',
  )
  expect(host.kernel.print()).toBe(before)
  await host.engine.stopContainer('one', { ...asked, timeoutMs: 0 })
  await host.engine.startContainer('two', asked)
})
