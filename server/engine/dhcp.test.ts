import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Lease } from '../cnm/lease'
import type { Netns } from '../plan/object'
import { createFakeHost, type FakeHost } from './testing/fake-host'

const asked = { actor: 'test' }
let host: FakeHost
beforeEach(async () => {
  host = await createFakeHost()
  await host.engine.createNetwork({ name: 'lan', ipamDriver: 'dhcp' }, asked)
})
afterEach(() => host.end())

const lease = (last: number, gateway = '10.0.0.1'): Lease => {
  return { address: `10.0.0.${last}/24`, gateway, nameServers: [], renewedAt: new Date() }
}
const joint = (name = 'lan') => {
  const { id } = host.engine.getNetwork(name)
  return host.engine.listEndpoints().find(({ networkId }) => networkId === id)
}
const run = (network = 'lan') => host.engine.runContainer({ name: 'web', image: 'busybox', network }, asked)

test('a container that starts has what the server gives, and nothing of it stays when it ends', async () => {
  host.kernel.serve(() => lease(40))
  const before = await host.everything()
  await run()
  expect(joint()?.assigned).toMatchObject({ ipv4Address: '10.0.0.40/24', gateway: '10.0.0.1', isDefaultGateway: true })
  expect(host.kernel.print()).toMatch(/address \S+ eth0 10\.0\.0\.40\/24/)
  expect(host.kernel.print()).toMatch(/route \S+ default via 10\.0\.0\.1 dev eth0/)
  expect(host.engine.listOperations()[0]?.commands.join('\n')).toContain('busybox udhcpc -i eth0 -R -x hostname:')
  await host.engine.removeContainer('web', { ...asked, force: true })
  expect(await host.everything()).toEqual(before)
})

test('where no server answers nothing is left of a connect or a start', async () => {
  await host.engine.runContainer({ name: 'app', image: 'busybox' }, asked)
  const before = await host.everything()
  await expect(host.engine.connect({ network: 'lan', container: 'app' }, asked)).rejects.toThrow(
    /no DHCP server answered/,
  )
  expect(await host.everything()).toEqual(before)
  await expect(run()).rejects.toThrow(/no DHCP server answered/)
  expect(host.kernel.print()).not.toContain('lease')
})

test('a container that is connected while it runs gets its address, and keeps it when something else is changed', async () => {
  host.kernel.serve(() => lease(41))
  await run('bridge')
  const { result } = await host.engine.connect({ network: 'lan', container: 'web' }, asked)
  expect(result.assigned).toMatchObject({ ifname: 'eth1', ipv4Address: '10.0.0.41/24' })
  const mac = result.assigned?.macAddress
  await host.engine.updateEndpoint({ network: 'lan', container: 'web' }, { aliases: ['db'] }, asked)
  expect(joint()?.assigned).toMatchObject({ ipv4Address: '10.0.0.41/24', macAddress: mac })
  await host.engine.disconnect({ network: 'lan', container: 'web' }, asked)
  expect(host.kernel.print()).not.toContain('lease')
})

test('what the server changes is followed; a lease that ends takes the address with it', async () => {
  host.kernel.serve(() => lease(42))
  await run()
  const id = joint()?.id ?? ''
  host.kernel.lend(id, lease(43, '10.0.0.2'))
  await expect.poll(() => joint()?.assigned?.ipv4Address).toBe('10.0.0.43/24')
  await expect.poll(() => host.kernel.print()).toMatch(/default via 10\.0\.0\.2 dev eth0/)
  expect(host.kernel.print()).not.toContain('10.0.0.42')
  host.kernel.lend(id, undefined)
  await expect.poll(() => joint()?.assigned?.ipv4Address).toBeUndefined()
  await expect.poll(() => host.kernel.print()).not.toContain('10.0.0.43')
  host.kernel.lend(id, lease(44))
  await expect.poll(() => joint()?.assigned?.isDefaultGateway).toBe(true)
})

test('names that nobody here has are asked of the servers that came with the address', async () => {
  host.kernel.serve(() => ({ ...lease(47), nameServers: ['10.0.0.53'] }))
  await run()
  const servers = () => {
    const netns = host.engine.getContainer('web').sandbox?.key as Netns
    return host.engine.names.of(netns)?.upstreams().servers
  }
  expect(servers()).toEqual([{ address: '10.0.0.53', port: 53 }])
  await host.engine.updateNetwork('lan', { names: { upstreams: ['9.9.9.9'] } }, asked)
  expect(servers()).toEqual([{ address: '9.9.9.9', port: 53 }])
})

test('a new daemon follows what was lent while there was none', async () => {
  host.kernel.serve(() => lease(45))
  await run()
  await host.engine.close()
  host.kernel.lend(joint()?.id ?? '', lease(46))
  await host.restart()
  expect(joint()?.assigned?.ipv4Address).toBe('10.0.0.46/24')
  expect((await host.engine.reconcile({ ...asked, dryRun: true })).commands).toEqual([])
})

test.each([
  [{ subnet: '10.1.0.0/24' }, 'IPAM driver dhcp hands out no addresses of its own, so that 10.1.0.0/24 means nothing'],
  [{ ipv6: true }, 'IPAM driver dhcp gives IPv4 addresses only; leave IPv4 on and IPv6 out'],
  [
    { driver: 'ipvlan', options: { ipvlan_mode: 'l3' } },
    'option ipvlan_mode l3 passes no broadcasts, which DHCP needs',
  ],
  [{ ipamDriver: 'bogus' }, 'IPAM driver "bogus" is not available; there are default, dhcp, null'],
])('%j is refused in one sentence', async (input, sentence) => {
  await expect(host.engine.createNetwork({ name: 'bad', ipamDriver: 'dhcp', ...input }, asked)).rejects.toThrow(
    sentence,
  )
})

test('an address cannot be asked for', async () => {
  await expect(
    host.engine.runContainer({ name: 'web', image: 'busybox', network: 'lan', ipv4Address: '10.0.0.9' }, asked),
  ).rejects.toThrow('address 10.0.0.9 cannot be given: a DHCP server hands out those of network lan')
})
