import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../kernel/run'
import { captureKernel } from '../kernel/testing/capture'
import type { KernelFeature } from '../plan/feature'
import { type Bed, createBed, outside } from './testing/bed'

/** Containers on the wire of the host's uplink, with real packets. */

let bed: Bed
let before: string[]
const asked = { actor: 'test' }
const wire = { subnet: '198.51.100.0/24', gateway: outside.address, ipRange: '198.51.100.128/26' }
/** An address that only the default route leads to. */
const beyond = '203.0.113.1'
const hostReaches = (address: string) =>
  run('busybox', ['ping', '-c1', '-W1', address]).then(
    () => true,
    () => false,
  )
const reaches = async (from: string, to: string) => (await bed.tries(from, 'ping', '-c1', '-W1', to)) === 0
const capture = () => captureKernel('/run/patchbay-test/none')

async function create(name: string, options: Record<string, string> = {}, more: Record<string, unknown> = {}) {
  return bed.engine.createNetwork(
    { name, driver: 'macvlan', options: { parent: 'uplink0', ...options }, ...wire, ...more },
    asked,
  )
}

async function start(name: string, network: string, more: Record<string, unknown> = {}): Promise<void> {
  await bed.engine.runContainer({ name, network, command: ['sleep', '3600'], ...more }, asked)
}

const assignedTo = (name: string) => {
  const { id } = bed.engine.getContainer(name)
  const assigned = bed.engine.listEndpoints().find(({ containerId }) => containerId === id)?.assigned
  return { address: assigned?.ipv4Address?.split('/')[0] ?? '', mac: assigned?.macAddress ?? '' }
}

beforeAll(async () => {
  bed = await createBed()
  await run('ip', ['address', 'add', `${beyond}/32`, 'dev', 'lo'], { netns: outside.netns })
  before = await capture()
})
afterEach(async () => {
  for (const { id } of bed.engine.listContainers()) await bed.engine.removeContainer(id, { ...asked, force: true })
  for (const { name, driver } of bed.engine.listNetworks()) {
    if (driver === 'macvlan') await bed.engine.removeNetwork(name, asked)
  }
  expect(await capture()).toEqual(before)
})
afterAll(() => bed?.end())

describe('on the uplink', () => {
  test('containers reach each other by name, and the outside by MACs of their own, without NAT', async () => {
    await create('mv')
    await start('m1', 'mv')
    await start('m2', 'mv', { ipv4Address: '198.51.100.200', macAddress: '02:42:00:00:00:42' })
    expect(assignedTo('m1')).toEqual({ address: '198.51.100.128', mac: '02:42:c6:33:64:80' })
    expect(await reaches('m1', 'm2')).toBe(true)
    expect(await reaches('m2', 'm1')).toBe(true)
    expect(await reaches('m1', outside.address)).toBe(true)
    expect(await reaches('m2', beyond)).toBe(true)
    const { stdout } = await run('ip', ['neigh', 'show', 'dev', 'wire0'], { netns: outside.netns })
    expect(stdout).toContain('198.51.100.128 lladdr 02:42:c6:33:64:80')
    expect(stdout).toContain('198.51.100.200 lladdr 02:42:00:00:00:42')
    const { stdout: routes } = await bed.engine.exec('m1', ['ip', 'route'])
    expect(routes).toContain(`default via ${outside.address} dev eth0`)
  })

  test('the host does not reach them, nor they the host, unless the network has a shim', async () => {
    await create('mv')
    await start('m1', 'mv')
    expect(await hostReaches('198.51.100.128')).toBe(false)
    expect(await reaches('m1', outside.host)).toBe(false)
    await bed.engine.removeContainer('m1', { ...asked, force: true })
    await bed.engine.removeNetwork('mv', asked)

    await create('mv', { 'patchbay.host_shim': '198.51.100.10' })
    await start('m1', 'mv')
    await start('m2', 'mv')
    expect(await hostReaches('198.51.100.128')).toBe(true)
    expect(await hostReaches('198.51.100.129')).toBe(true)
    expect(await reaches('m1', '198.51.100.10')).toBe(true)
    expect(await hostReaches(outside.address)).toBe(true)
    await bed.engine.disconnect({ network: 'mv', container: 'm2' }, asked)
    const { stdout } = await run('ip', ['route', 'show', 'proto', 'boot'])
    expect(stdout.match(/ dev mh-/g)).toHaveLength(1)
  })

  test('in mode private they reach the outside, and not each other', async () => {
    await create('mv', { macvlan_mode: 'private' })
    await start('m1', 'mv')
    await start('m2', 'mv')
    expect(await reaches('m1', outside.address)).toBe(true)
    expect(await reaches('m1', assignedTo('m2').address)).toBe(false)
  })

  test('in mode passthru one container has the uplink, and a second is refused', async () => {
    await create('mv', { macvlan_mode: 'passthru' })
    await start('m1', 'mv')
    expect(await reaches('m1', outside.address)).toBe(true)
    await expect(start('m2', 'mv')).rejects.toThrow('mode passthru, which carries one container')
  })

  test('nothing is published: ports are left out, as Docker does', async () => {
    await create('mv')
    await start('m1', 'mv', { ports: [{ containerPort: 80, hostPort: 8080 }] })
    expect(bed.engine.publishedPorts(bed.engine.getContainer('m1'))).toEqual([])
    expect((await run('iptables-save', ['-t', 'nat'])).stdout).not.toContain('8080')
  })

  test('an internal network has no default route, and its containers reach each other', async () => {
    await create('mv', {}, { internal: true })
    await start('m1', 'mv')
    await start('m2', 'mv')
    expect(await reaches('m1', 'm2')).toBe(true)
    expect(await reaches('m1', beyond)).toBe(false)
    expect((await bed.engine.exec('m1', ['ip', 'route'])).stdout).not.toContain('default')
  })

  test('a container on a bridge joins a macvlan network while it runs, and leaves it', async () => {
    await create('mv')
    await start('m1', 'mv')
    await start('b1', 'bridge')
    await bed.engine.connect({ network: 'mv', container: 'b1' }, asked)
    expect(await reaches('b1', 'm1')).toBe(true)
    await bed.engine.disconnect({ network: 'mv', container: 'b1' }, asked)
    expect(await reaches('b1', outside.address)).toBe(true)
  })
})

test('a parent that vanishes takes the cables along; once it is back, reconciling brings them back', async () => {
  const addCable = async () => {
    await run('ip', ['link', 'add', 'up2', 'type', 'veth', 'peer', 'name', 'far2'])
    for (const name of ['up2', 'far2']) await run('ip', ['link', 'set', name, 'up'])
  }
  await addCable()
  try {
    await create('mv', { parent: 'up2' }, { subnet: '10.77.0.0/24', gateway: '10.77.0.254', ipRange: undefined })
    await start('m1', 'mv')
    await start('m2', 'mv')
    await run('ip', ['link', 'del', 'up2'])
    expect(await reaches('m1', 'm2')).toBe(false)
    await expect(bed.engine.runContainer({ name: 'm3', network: 'mv' }, asked)).rejects.toThrow('up2')
    await addCable()
    await bed.engine.reconcile(asked)
    expect(await reaches('m1', 'm2')).toBe(true)
    // Nor does it hinder the end of containers.
    await run('ip', ['link', 'del', 'up2'])
    for (const name of ['m1', 'm2']) await bed.engine.removeContainer(name, { ...asked, force: true })
    await bed.engine.removeNetwork('mv', asked)
  } finally {
    await run('ip', ['link', 'del', 'up2']).catch(() => undefined)
  }
})

const needy: [KernelFeature, Record<string, unknown>][] = [
  ['ipvlan', { driver: 'ipvlan', options: { parent: 'uplink0' } }],
  ['vlan', { options: { parent: 'uplink0.50' } }],
  ['dummy', { options: {} }],
]
test.each(needy)(
  'where the kernel lacks %s it is said by name; else it is made and removed',
  async (feature, input) => {
    const asking = bed.engine.createNetwork({ name: 'needy', driver: 'macvlan', ...input }, asked)
    if (!(await bed.kernel.features()).has(feature)) {
      await expect(asking).rejects.toThrow(/this kernel has no (?:ipvlan links|802\.1Q VLANs|dummy links) \(module/)
      return
    }
    await asking
    await start('n1', 'needy')
    await start('n2', 'needy')
    expect(await reaches('n1', 'n2')).toBe(true)
    for (const name of ['n1', 'n2']) await bed.engine.removeContainer(name, { ...asked, force: true })
    await bed.engine.removeNetwork('needy', asked)
  },
)

test('a network on a wire is changed in place: MTU, a shim for the host, addresses; its parent stays', async () => {
  await create('mv')
  await start('m1', 'mv')
  await start('m2', 'mv')
  const { address } = assignedTo('m1')
  const mtu = { parent: 'uplink0', 'com.docker.network.driver.mtu': '1400' }
  const change = (options: Record<string, string>) => bed.engine.updateNetwork('mv', { options }, asked)
  expect((await change({ ...mtu, 'patchbay.host_shim': '198.51.100.10' })).interruptions).toEqual([])
  expect(await hostReaches(address)).toBe(true)
  expect((await bed.engine.exec('m1', ['cat', '/sys/class/net/eth0/mtu'])).stdout.trim()).toBe('1400')
  await change(mtu)
  expect(await hostReaches(address)).toBe(false)
  await bed.engine.updateEndpoint({ network: 'mv', container: 'm1' }, { ipv4Address: '198.51.100.190' }, asked)
  expect(await reaches('m2', '198.51.100.190')).toBe(true)
  expect(await reaches('m1', beyond)).toBe(true)
  expect((await bed.engine.reconcile({ ...asked, dryRun: true })).commands).toEqual([])
  await expect(change({ parent: 'lo' })).rejects.toThrow(
    'option parent is "uplink0" on network mv, and stays so; make another network for another value',
  )
})

// Last: the second daemon clears away what the first has made ahead.
test('a second daemon finds everything, and changes nothing', async () => {
  await create('mv', { 'patchbay.host_shim': '198.51.100.10' })
  await start('m1', 'mv')
  const held = await capture()
  const second = await bed.again()
  try {
    await second.engine.recover()
    const { commands } = await second.engine.reconcile({ ...asked, dryRun: true })
    // The sockets of the resolver are still the first daemon's.
    expect(commands.filter((line) => !line.startsWith('#'))).toEqual([])
    expect(await capture()).toEqual(held)
    expect(await reaches('m1', outside.address)).toBe(true)
  } finally {
    await second.close()
  }
})
