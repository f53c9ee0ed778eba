import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ConnectInput } from './contract'
import { type Bed, createBed } from './testing/bed'

let bed: Bed
const asked = { actor: 'test' }
const said = async (container: string, ...command: string[]) => (await bed.engine.exec(container, command)).stdout
const start = (name: string, network: string, more: Record<string, unknown> = {}) =>
  bed.engine.runContainer({ name, network, command: ['sleep', '3600'], ...more }, asked)
const connect = (input: ConnectInput) => bed.engine.connect(input, asked)
const defaultRoute = async (container: string) =>
  /^default via (\S+) dev (\S+)/m.exec(await said(container, 'ip', 'route'))?.slice(1)

beforeAll(async () => {
  bed = await createBed()
  for (const [name, subnet] of [
    ['alpha', '10.71.0.0/24'],
    ['beta', '10.72.0.0/24'],
    ['gamma', '10.73.0.0/24'],
  ]) {
    await bed.engine.createNetwork({ name: name ?? '', subnet }, asked)
  }
}, 60_000)

afterAll(() => bed?.end())

test('the default route leaves by the highest priority, among equals by the first name, and follows what comes and goes', async () => {
  await start('box', 'beta')
  expect(await defaultRoute('box')).toEqual(['10.72.0.1', 'eth0'])
  await connect({ container: 'box', network: 'alpha' })
  expect(await defaultRoute('box')).toEqual(['10.71.0.1', 'eth1'])
  await connect({ container: 'box', network: 'gamma', gwPriority: 10 })
  expect(await defaultRoute('box')).toEqual(['10.73.0.1', 'eth2'])
  await bed.engine.restartContainer('box', { ...asked, timeoutMs: 0 })
  expect(await defaultRoute('box')).toEqual(['10.73.0.1', 'eth2'])
  await bed.engine.disconnect({ container: 'box', network: 'gamma' }, asked)
  expect(await defaultRoute('box')).toEqual(['10.71.0.1', 'eth1'])
  await expect(connect({ container: 'box', network: 'gamma', gwPriority: 1.5 })).rejects.toThrow(/not a whole number/)
})

test('an interface has the name, the MAC address, the settings and the link-local addresses that were asked for', async () => {
  await start('named', 'alpha', {
    macAddress: '02:42:0a:47:00:99',
    linkLocalIps: ['169.254.34.68', 'fe80::3468'],
    driverOpts: {
      'com.docker.network.endpoint.ifname': 'uplink0',
      'com.docker.network.endpoint.sysctls': 'net.ipv4.conf.IFNAME.log_martians=1',
    },
  })
  const shown = await said('named', 'ip', 'addr', 'show', 'dev', 'uplink0')
  expect(shown).toContain('02:42:0a:47:00:99')
  expect(shown).toMatch(/169\.254\.34\.68\/16 .*scope link/)
  expect(shown).toContain('fe80::3468/64 scope link')
  expect(await said('named', 'cat', '/proc/sys/net/ipv4/conf/uplink0/log_martians')).toBe('1\n')
  await connect({ container: 'named', network: 'beta' })
  expect(await said('named', 'ip', 'link')).toContain('eth0')
  await expect(
    connect({
      container: 'named',
      network: 'gamma',
      driverOpts: { 'com.docker.network.endpoint.ifname': 'eth0' },
    }),
  ).rejects.toThrow(/has an interface eth0 already/)
  expect((await bed.engine.reconcile({ ...asked, dryRun: true })).commands).toEqual([])
})

test('links are names that only one container knows', async () => {
  await start('db', 'alpha')
  await start('app', 'alpha', { links: ['db:database'] })
  expect(await bed.tries('app', 'ping', '-c1', '-W1', 'database')).toBe(0)
  expect(await bed.tries('app', 'ping', '-c1', '-W1', 'database.alpha')).toBe(0)
  expect(await bed.tries('box', 'ping', '-c1', '-W1', 'database')).not.toBe(0)
})

test('on the default bridge links are lines of the hosts file, of a container that has to run', async () => {
  await start('defb', 'bridge')
  await start('linker', 'bridge', { links: ['defb:alias'] })
  const lines = async () =>
    (await said('linker', 'cat', '/etc/hosts')).split('\n').filter((line) => line.includes('alias'))
  const { id } = bed.engine.getContainer('defb')
  expect(await lines()).toEqual([`172.17.0.2\talias ${id.slice(0, 12)} defb`])
  expect(await bed.tries('linker', 'ping', '-c1', '-W1', 'alias')).toBe(0)
  await bed.engine.stopContainer('defb', { ...asked, timeoutMs: 0 })
  await start('thief', 'bridge')
  await bed.engine.startContainer('defb', asked)
  expect(await lines()).toEqual([`172.17.0.4\talias ${id.slice(0, 12)} defb`])
  await bed.engine.stopContainer('defb', { ...asked, timeoutMs: 0 })
  await bed.engine.stopContainer('linker', { ...asked, timeoutMs: 0 })
  await expect(bed.engine.startContainer('linker', asked)).rejects.toThrow(/is linked to defb as alias/)
  await expect(start('lost', 'bridge', { links: ['nobody:x'] })).rejects.toThrow(/container nobody does not exist/)
})

test('a network with several subnets fills one after the other, and its containers reach each other', async () => {
  const pools = [
    { subnet: '10.74.0.0/30' },
    { subnet: '10.75.0.0/24', gateway: '10.75.0.254', ipRange: '10.75.0.128/25' },
  ]
  await bed.engine.createNetwork({ name: 'wide', pools }, asked)
  await start('w1', 'wide')
  await start('w2', 'wide')
  await start('w3', 'wide', { ipv4Address: '10.75.0.7' })
  expect(await said('w1', 'hostname', '-i')).toBe('10.74.0.2\n')
  expect(await defaultRoute('w2')).toEqual(['10.75.0.254', 'eth0'])
  expect(await said('w2', 'hostname', '-i')).toBe('10.75.0.128\n')
  expect(await bed.tries('w1', 'ping', '-c1', '-W1', 'w3')).toBe(0)
  expect(await bed.tries('w2', 'ping', '-c1', '-W1', 'w1')).toBe(0)
  expect(await bed.tries('w1', 'ping', '-c1', '-W1', '198.51.100.2')).toBe(0)
  expect(await bed.tries('w3', 'ping', '-c1', '-W1', '198.51.100.2')).toBe(0)
  await expect(
    bed.engine.createNetwork({ name: 'twice', pools: [{ subnet: '10.76.0.0/16' }, { subnet: '10.76.3.0/24' }] }, asked),
  ).rejects.toThrow(/overlaps 10\.76\.0\.0\/16 of the same network/)
  await bed.engine.createNetwork(
    { name: 'inner', internal: true, pools: [{ subnet: '10.77.0.0/30' }, { subnet: '10.78.0.0/24' }] },
    asked,
  )
  await start('i1', 'inner')
  await start('i2', 'inner')
  expect(await bed.tries('i1', 'ping', '-c1', '-W1', 'i2')).toBe(0)
  expect(await bed.tries('i2', 'ping', '-c1', '-W1', '198.51.100.2')).not.toBe(0)
})

test('a network that only keeps a configuration is nothing in the kernel, and others are made from it', async () => {
  const before = await readFile('/proc/self/net/dev', 'utf8')
  await bed.engine.createNetwork(
    {
      name: 'conf',
      configOnly: true,
      subnet: '10.79.0.0/24',
      labels: { tier: 'x' },
      options: { 'com.docker.network.driver.mtu': '1400' },
    },
    asked,
  )
  expect((await readFile('/proc/self/net/dev', 'utf8')).split('\n')).toHaveLength(before.split('\n').length)
  await expect(start('no', 'conf')).rejects.toThrow(/only keeps a configuration/)
  await bed.engine.createNetwork({ name: 'from', configFrom: 'conf' }, asked)
  await start('yes', 'from')
  expect(await said('yes', 'ip', 'addr', 'show', 'dev', 'eth0')).toMatch(/mtu 1400[\s\S]*10\.79\.0\.2\/24/)
  await expect(bed.engine.removeNetwork('conf', asked)).rejects.toThrow(
    'configuration-only network conf is in use by from; remove what was made from it first',
  )
  await bed.engine.removeContainer('yes', { ...asked, force: true })
  await bed.engine.removeNetwork('from', asked)
  await bed.engine.removeNetwork('conf', asked)
})
