import { afterEach, expect, test } from 'vitest'
import { createFakeKernel } from '../kernel/testing/fake'
import { allFeatures, type KernelFeature } from '../plan/feature'
import type { KernelObject } from '../plan/object'
import { createFakeHost, type FakeHost } from './testing/fake-host'

const asked = { actor: 'test' }
const uplink: KernelObject = { kind: 'link', type: 'dummy', netns: 'host', name: 'eth7', alias: '', up: true }
let host: FakeHost

/** A host with the uplink eth7, whose kernel lacks some features. */
async function start(...lacking: KernelFeature[]): Promise<void> {
  const kernel = createFakeKernel({}, new Set(allFeatures.filter((feature) => !lacking.includes(feature))))
  await kernel.apply({ steps: [{ verb: 'add', object: uplink }] })
  host = await createFakeHost(undefined, kernel)
}
afterEach(() => host.end())

const create = (name: string, options: Record<string, string>, more: Record<string, unknown> = {}) =>
  host.engine.createNetwork({ name, driver: 'macvlan', options, ...more }, asked)
const links = () =>
  host.kernel
    .print()
    .split('\n')
    .filter((line) => line.startsWith('link '))

test('what the kernel lacks is said by its name before anything is recorded or made', async () => {
  await start('ipvlan', 'vlan', 'dummy')
  const before = await host.everything()
  await expect(
    host.engine.createNetwork({ name: 'i', driver: 'ipvlan', options: { parent: 'eth7' } }, asked),
  ).rejects.toThrow('network i needs driver ipvlan, and this kernel has no ipvlan links (module ipvlan, CONFIG_IPVLAN)')
  await expect(create('v', { parent: 'eth7.10' })).rejects.toMatchObject({
    kind: 'unavailable',
    message: expect.stringContaining('this kernel has no 802.1Q VLANs (module 8021q, CONFIG_VLAN_8021Q)'),
  })
  await expect(create('d', {})).rejects.toThrow('this kernel has no dummy links (module dummy, CONFIG_DUMMY)')
  expect(await host.everything()).toEqual(before)
  expect(String((await host.engine.driverLacks()).get('ipvlan'))).toBe(
    'this kernel has no ipvlan links (module ipvlan, CONFIG_IPVLAN)',
  )
  expect((await host.engine.driverLacks()).get('macvlan')).toBeNull()
})

test('a VLAN is made for its first network, shared with the second, and goes with the last', async () => {
  await start()
  const before = links()
  await create('one', { parent: 'eth7.10' })
  expect(links().find((line) => line.includes('eth7.10'))).toContain('on eth7 id 10')
  await create('two', { parent: 'eth7.10' })
  await host.restart()
  expect(host.engine.getNetwork('two').adopted).toBeUndefined()
  await host.engine.removeNetwork('one', asked)
  expect(links().some((line) => line.includes('eth7.10'))).toBe(true)
  await host.engine.removeNetwork('two', asked)
  expect(links()).toEqual(before)
})

test('a link that was there is adopted, and stays when its network goes, also after a restart', async () => {
  await start()
  await create('mv', { parent: 'eth7' })
  expect(host.engine.getNetwork('mv').adopted).toBe(true)
  const engine = await host.restart()
  expect(engine.getNetwork('mv').adopted).toBe(true)
  expect((await engine.reconcile({ ...asked, dryRun: true })).commands).toEqual([])
  await engine.removeNetwork('mv', asked)
  expect(links()).toHaveLength(2)
})

test('without a parent the network stays inside, on a dummy that goes with it', async () => {
  await start()
  const { result } = await create('inner', {})
  expect(result.internal).toBe(true)
  expect(links().some((line) => line.includes(`dm-${result.id.slice(0, 12)}`))).toBe(true)
  await host.engine.runContainer({ name: 'web', network: 'inner' }, asked)
  expect(host.engine.listEndpoints()[0]?.assigned).toMatchObject({ isDefaultGateway: false })
  await host.engine.removeContainer('web', { ...asked, force: true })
  await host.engine.removeNetwork('inner', asked)
  expect(links().join()).not.toContain('dm-')
})

test('a container has no end on the host, publishes nothing, and gets around the address of the shim', async () => {
  await start()
  const pool = { subnet: '10.9.0.0/24', gateway: '10.9.0.254' }
  await create('mv', { parent: 'eth7', 'patchbay.host_shim': '10.9.0.1' }, pool)
  const { result } = await host.engine.runContainer(
    { name: 'web', network: 'mv', ports: [{ containerPort: 80, hostPort: 8080 }] },
    asked,
  )
  expect(result.published).toEqual([])
  expect(host.engine.listEndpoints()[0]?.assigned).toEqual({
    ...{ ifname: 'eth0', ipv4Address: '10.9.0.2/24', macAddress: '02:42:0a:09:00:02' },
    ...{ gateway: '10.9.0.254', isDefaultGateway: true, isIpv6DefaultGateway: false },
  })
  await expect(host.engine.runContainer({ network: 'mv', ipv4Address: '10.9.0.1' }, asked)).rejects.toThrow(
    'address 10.9.0.1 is already in use on network mv by the shim of the host',
  )
})

test('on a wire that the host is on, too, its addresses are nobody else’s', async () => {
  await start()
  await create('mv', { parent: 'eth7' }, { subnet: '192.0.2.0/24', gateway: '192.0.2.254' })
  await host.engine.runContainer({ name: 'web', network: 'mv' }, asked)
  expect(host.engine.listEndpoints()[0]?.assigned?.ipv4Address).toBe('192.0.2.2/24')
  await expect(host.engine.runContainer({ network: 'mv', ipv4Address: '192.0.2.1' }, asked)).rejects.toThrow(
    'address 192.0.2.1 is already in use on network mv by this host',
  )
})

test('ipvlan containers have no MAC address of their own, and can be given none', async () => {
  await start()
  await host.engine.createNetwork({ name: 'ip', driver: 'ipvlan', options: { parent: 'eth7' } }, asked)
  await host.engine.runContainer({ name: 'web', network: 'ip' }, asked)
  expect(host.engine.listEndpoints()[0]?.assigned).not.toHaveProperty('macAddress')
  await expect(host.engine.runContainer({ network: 'ip', macAddress: '02:42:00:00:00:01' }, asked)).rejects.toThrow(
    'a container on network ip has the MAC address of its parent, and no other can be given',
  )
})

test('in passthru a second container is refused, running or joining, and the first stays', async () => {
  await start()
  await create('sole', { parent: 'eth7', macvlan_mode: 'passthru' })
  await host.engine.runContainer({ name: 'first', network: 'sole' }, asked)
  await host.engine.runContainer({ name: 'other', network: 'none' }, asked)
  const sentence = 'network sole is in mode passthru, which carries one container'
  await expect(host.engine.runContainer({ name: 'second', network: 'sole' }, asked)).rejects.toThrow(sentence)
  await host.engine.disconnect({ network: 'none', container: 'other' }, asked)
  await expect(host.engine.connect({ network: 'sole', container: 'other' }, asked)).rejects.toThrow(sentence)
  expect(host.engine.getContainer('first').state.status).toBe('running')
})
