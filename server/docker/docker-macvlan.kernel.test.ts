import { expect, test } from 'vitest'
import { dockerCli } from './testing/cli'
import { setUpFace } from './testing/set-up-face'

/** What a real engine answers to the same commands, for macvlan and ipvlan. */

const face = setUpFace()

const { docker, succeeds, inspected } = dockerCli(face)
const create = (name: string, ...args: string[]) => ['network', 'create', '-d', 'macvlan', ...args, name]
const wire = ['--subnet', '198.51.100.0/24', '--gateway', '198.51.100.2', '--ip-range', '198.51.100.128/26']

test('a macvlan network is made, inspected, used by name, and removed', async () => {
  await succeeds(...create('mv', ...wire, '-o', 'parent=uplink0'))
  expect(await inspected('.', 'network', 'inspect', 'mv')).toMatchObject({
    ...{ Driver: 'macvlan', Scope: 'local', Internal: false, EnableIPv6: false, Options: { parent: 'uplink0' } },
    IPAM: { Config: [{ Subnet: '198.51.100.0/24', IPRange: '198.51.100.128/26', Gateway: '198.51.100.2' }] },
  })
  await succeeds('run', '-d', '--name', 'm1', '--network', 'mv', 'busybox', 'sleep', '1d')
  await succeeds('run', '-d', '--name', 'm2', '--network', 'mv', '--ip', '198.51.100.200', 'busybox', 'sleep', '1d')
  expect(await succeeds('exec', 'm2', 'ip', 'route')).toMatch(/^default via 198\.51\.100\.2 dev eth0/)
  await succeeds('exec', 'm2', 'ping', '-c1', '-W1', 'm1')
  await succeeds('exec', 'm2', 'ping', '-c1', '-W1', '198.51.100.2')
  expect(await inspected('.NetworkSettings.Networks.mv', 'inspect', 'm1')).toMatchObject({
    ...{ IPAddress: '198.51.100.128', MacAddress: '02:42:c6:33:64:80', Gateway: '198.51.100.2' },
  })
  expect(await docker('network', 'rm', 'mv')).toMatchObject({ code: 1 })
})

test('ports are left out in silence', async () => {
  await succeeds(...create('mv', ...wire, '-o', 'parent=uplink0'))
  await succeeds('run', '-d', '--name', 'mp', '--network', 'mv', '-p', '7777:80', 'busybox', 'sleep', '1d')
  expect(await succeeds('port', 'mp')).toBe('')
})

test('parents are shared between networks; the mode decides what is not', async () => {
  await succeeds(...create('one', '-o', 'parent=uplink0'))
  await succeeds(...create('two', '-o', 'parent=uplink0', '-o', 'macvlan_mode=private'))
  expect((await docker(...create('three', '-o', 'parent=uplink0', '-o', 'macvlan_mode=passthru'))).stderr).toContain(
    'mode passthru needs parent uplink0 to itself, and macvlan network one is on it',
  )
})

test.each([
  [['-o', 'parent=lo'], 'loopback interface lo is not a valid macvlan parent link'],
  [['-o', 'parent=nosuchif'], 'parent nosuchif does not exist on this host; there are uplink0'],
  [
    ['-o', 'parent=uplink0', '-o', 'macvlan_mode=bogus'],
    'option "macvlan_mode" must be one of bridge, private, vepa, passthru',
  ],
  [
    ['-o', 'parent=uplink0', '-o', 'patchbay.host_shim=10.1.1.1', '--subnet', '10.2.0.0/24'],
    'lies outside subnet 10.2.0.0/24',
  ],
])('network create -d macvlan %j is refused in one sentence', async (args, sentence) => {
  const said = await docker(...create('bad', ...args))
  expect(said.code).toBe(1)
  expect(said.stderr).toContain(sentence)
})

test('the null IPAM leaves addresses to the container, and docker info tells the default pools that were set', async () => {
  const { engine } = face.bed
  expect((await docker(...create('wire', '--ipam-driver', 'null', '-o', 'parent=uplink0'))).code).toBe(0)
  expect(await inspected('.IPAM', 'network', 'inspect', 'wire')).toEqual({ Driver: 'null', Options: {}, Config: [] })
  expect((await docker('run', '-d', '--name', 'bare', '--network', 'wire', 'busybox', 'sleep', '60')).code).toBe(0)
  const { stdout } = await docker('exec', 'bare', 'ip', 'address', 'show', 'dev', 'eth0')
  expect(stdout).toContain('UP,LOWER_UP')
  expect(stdout).not.toContain('inet ')
  expect((await docker('exec', 'bare', 'ip', 'route')).stdout).toBe('')
  expect(await inspected('.DefaultAddressPools', 'info')).toBeNull()
  await engine.updateDefaultPools([{ base: '10.77.0.0/16', size: 24 }], { actor: 'test' })
  expect(await inspected('.DefaultAddressPools', 'info')).toEqual([{ Base: '10.77.0.0/16', Size: 24 }])
  await docker('network', 'create', 'cut')
  expect(engine.getNetwork('cut').pools[0]?.subnet).toBe('10.77.0.0/24')
  await engine.updateDefaultPools([], { actor: 'test' })
})

test('what the kernel lacks is said in one sentence, and docker info lists what it has', async () => {
  const lacks = await face.bed.engine.driverLacks()
  const names = [...lacks].flatMap(([name, lack]) => (lack === null ? [name] : [])).toSorted()
  expect(await inspected('.Plugins.Network', 'info')).toEqual(names)
  expect(names).toContain('macvlan')
  const said = await docker('network', 'create', '-d', 'ipvlan', '-o', 'parent=uplink0', 'ip')
  expect(said.stderr).toContain(lacks.get('ipvlan') ?? '')
  expect(said.code).toBe(lacks.get('ipvlan') === null ? 0 : 1)
})
