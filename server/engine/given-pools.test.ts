import { afterEach, beforeEach, expect, test } from 'vitest'
import type { NetworkCreateInput } from './contract'
import { createFakeHost, type FakeHost } from './testing/fake-host'

const asked = { actor: 'test' }
let host: FakeHost

beforeEach(async () => {
  host = await createFakeHost()
})
afterEach(() => host.end())

const create = (input: Omit<NetworkCreateInput, 'name'>) => host.engine.createNetwork({ name: 'many', ...input }, asked)

test('one subnet of several may be left to be picked, and stays clear of those that are named', async () => {
  const named = { subnet: '172.18.0.0/16', gateway: '172.18.0.9', auxAddresses: { nas: '172.18.0.2' } }
  const { result } = await create({ pools: [{}, named, { subnet: 'fd00:7::/64' }], ipv6: true })
  expect(result.pools.map(({ subnet, gateway }) => [subnet, gateway])).toEqual([
    ['172.19.0.0/16', '172.19.0.1'],
    ['172.18.0.0/16', '172.18.0.9'],
    ['fd00:7::/64', 'fd00:7::1'],
  ])
})

test('without IPv4 it is one of IPv6 that is picked', async () => {
  const { result } = await create({ pools: [{}], ipv4: false, ipv6: true })
  expect(result.pools.map(({ subnet }) => subnet)).toEqual([expect.stringMatching(/^fd.*::\/64$/)])
})

test.each<[NetworkCreateInput['pools'], string]>([
  [[{}, { subnet: '10.0.0.0/24', gateway: '10.1.0.1' }], 'pools.1.gateway'],
  [[{ subnet: '10.0.0.0/24' }, { subnet: '10.0.0.128/25' }], 'pools.1.subnet'],
  [[{ subnet: '10.0.0.0/24' }, { subnet: '10.1.0.0/24', auxAddresses: { a: '10.2.0.1' } }], 'pools.1.auxAddresses'],
  [[{ ipRange: '10.0.0.0/24' }, { subnet: '10.1.0.0/24' }], 'pools.0.subnet'],
  [[{}, {}], 'pools.1.subnet'],
])('what is wrong with one of %j is told at %s', async (pools, field) => {
  const before = await host.everything()
  await expect(create({ pools })).rejects.toMatchObject({ field })
  expect(await host.everything()).toEqual(before)
})

test('what is wrong with the only one is told at its own field', async () => {
  await expect(create({ subnet: '10.0.0.0/24', gateway: '10.1.0.1' })).rejects.toMatchObject({ field: 'gateway' })
})
