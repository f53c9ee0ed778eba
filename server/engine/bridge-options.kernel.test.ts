import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { run } from '../kernel/run'
import { captureKernel } from '../kernel/testing/capture'
import { diff } from '../plan/diff'
import { type Bed, createBed, outside } from './testing/bed'

/** Options of bridge networks beyond the everyday ones, with real packets. */

let bed: Bed
let before: string[]
const asked = { actor: 'test' }
const subnet = '10.88.0.0/24'
const capture = () => captureKernel('/run/patchbay-test/none')
const docker = (options: Record<string, string>) =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [`com.docker.network.bridge.${name}`, value]))

async function create(options: Record<string, string>, more: Record<string, unknown> = {}) {
  return bed.engine.createNetwork({ name: 'net', pools: [{ subnet }], options, ...more }, asked)
}

/** A container that serves at ports 80 and 81, and publishes 80. */
async function serve(name = 'web', more: Record<string, unknown> = {}): Promise<void> {
  const command = ['sh', '-c', 'mkdir /www; httpd -p 80 -h /www; httpd -f -p 81 -h /www']
  await bed.engine.runContainer(
    { name, network: 'net', command, ports: [{ containerPort: 80, hostPort: 8080 }], ...more },
    asked,
  )
}

/** From the outside, which knows the way to the container's own subnet. */
const opens = (address: string, port: number) =>
  run('busybox', ['nc', '-w', '1', address, String(port)], {
    netns: outside.netns,
    input: 'GET / HTTP/1.0\r\n\r\n',
  }).then(
    () => true,
    () => false,
  )
const reaches = async (from: string, to: string) => (await bed.tries(from, 'ping', '-c1', '-W1', to)) === 0

beforeAll(async () => {
  bed = await createBed()
  await run('ip', ['route', 'add', subnet, 'via', outside.host], { netns: outside.netns })
  // What the first network with IPv6 puts there stays.
  await create({}, { ipv6: true })
  await bed.engine.removeNetwork('net', asked)
  before = await capture()
})
afterEach(async () => {
  for (const { id } of bed.engine.listServices()) await bed.engine.removeService(id, asked)
  for (const { id } of bed.engine.listContainers()) await bed.engine.removeContainer(id, { ...asked, force: true })
  if (bed.engine.findNetwork('net')) await bed.engine.removeNetwork('net', asked)
  expect(await capture()).toEqual(before)
})
afterAll(() => bed?.end())

test.each([
  ['nat', {}, [true, false, false]],
  ['routed', { gateway_mode_ipv4: 'routed' }, [false, true, false]],
  ['nat-unprotected', { gateway_mode_ipv4: 'nat-unprotected' }, [true, true, true]],
  ['nat with a trusted uplink', { trusted_host_interfaces: 'uplink0' }, [true, true, false]],
])(
  '%s: who gets to the published port by the host, by the container, and to one that is not',
  async (_, options, seen) => {
    await create(docker(options))
    await serve()
    await expect.poll(() => bed.tries('web', 'sh', '-c', 'nc -w 1 127.0.0.1 81 </dev/null')).toBe(0)
    expect([await opens(outside.host, 8080), await opens('10.88.0.2', 80), await opens('10.88.0.2', 81)]).toEqual(seen)
    expect((await bed.engine.reconcile({ ...asked, dryRun: true })).commands).toEqual([])
  },
)

test('what leaves the host has the address that the network names, and is seen as that outside', async () => {
  await run('ip', ['address', 'add', '198.51.100.50/24', 'dev', 'uplink0'])
  try {
    await create({ 'com.docker.network.host_ipv4': '198.51.100.50' })
    await serve('one', { ports: [] })
    const seen = async () => (await run('ip', ['neigh', 'show', '198.51.100.50'], { netns: outside.netns })).stdout
    expect(await seen()).toBe('')
    expect(await reaches('one', outside.address)).toBe(true)
    expect(await seen()).toContain('lladdr')
    expect((await bed.engine.reconcile({ ...asked, dryRun: true })).commands).toEqual([])
    await expect(create({ 'com.docker.network.host_ipv6': '198.51.100.50' }, { name: 'bad' })).rejects.toThrow(
      /host_ipv6" must be an IPv6 address/,
    )
  } finally {
    await run('ip', ['address', 'del', '198.51.100.50/24', 'dev', 'uplink0'])
  }
})

test('isolated ports: containers reach the outside, and not each other', async () => {
  await create({ 'patchbay.bridge.isolate_ports': 'true', 'com.docker.network.container_iface_prefix': 'lan' })
  await serve('one', { ports: [] })
  await serve('two', { ports: [] })
  expect(await reaches('one', outside.address)).toBe(true)
  expect(await reaches('one', '10.88.0.3')).toBe(false)
  expect((await bed.engine.exec('one', ['ip', 'link', 'show', 'lan0'])).exitCode).toBe(0)
})

test('in a spanning tree frames of who joins pass within seconds, and at once where it is left again', async () => {
  await create({ ...docker({ name: 'br-tree' }), 'patchbay.bridge.stp': 'true' })
  await serve('one', { ports: [] })
  expect(await reaches('one', '10.88.0.1')).toBe(false)
  await expect.poll(() => reaches('one', '10.88.0.1'), { timeout: 12_000 }).toBe(true)
  await bed.engine.updateNetwork('net', { options: docker({ name: 'br-tree' }) }, asked)
  await serve('two', { ports: [] })
  expect(await reaches('two', '10.88.0.2')).toBe(true)
  expect((await bed.engine.reconcile({ ...asked, dryRun: true })).commands).toEqual([])
})

test('an isolated gateway: the host has no address on the bridge, and containers reach each other', async () => {
  await create(docker({ gateway_mode_ipv4: 'isolated', name: 'br-alone' }), { internal: true })
  await serve('one', { ports: [] })
  await serve('two', { ports: [] })
  expect(await reaches('one', '10.88.0.3')).toBe(true)
  expect((await run('ip', ['-4', 'address', 'show', 'dev', 'br-alone'])).stdout).toBe('')
})

const serveAll = ['sh', '-c', "mkdir /w; echo lab > /w/index.html; exec httpd -f -p '[::]:80' -h /w"]
const got = (url: string) => fetch(url, { signal: AbortSignal.timeout(2000) }).then((reply) => reply.text())

test.each([
  ['down, without an address', []],
  ['with the gateway’s addresses, and others', ['10.88.0.1/24', 'fd88::1/64', '10.77.0.1/24']],
])('somebody else’s bridge is used as it is, and stays as it was: %s', async (_, own) => {
  await run('ip', ['link', 'add', 'lab0', 'address', '02:00:00:00:00:aa', 'type', 'bridge'])
  await run('ip', ['link', 'set', 'lab0', 'mtu', '1400'])
  for (const address of own) {
    await run('ip', ['address', 'add', address, 'dev', 'lab0', ...(address.includes(':') ? ['nodad'] : [])])
  }
  if (own.length > 0) {
    await run('ip', ['link', 'set', 'lab0', 'up'])
    await run('ip', ['route', 'add', '10.66.0.0/24', 'via', '10.77.0.2', 'dev', 'lab0'])
  }
  try {
    const held = await capture()
    const pools = [{ subnet }, { subnet: 'fd88::/64' }]
    await create(docker({ name: 'lab0' }), { ipv6: true, pools })
    expect(bed.engine.getNetwork('net').options).toEqual(docker({ name: 'lab0' }))
    await serve('web', { command: serveAll, labels: { app: 'web' } })
    await bed.engine.createService(
      { name: 'web', network: 'net', ipv4Address: '10.88.0.200', ports: [{ port: 80 }], memberLabels: { app: 'web' } },
      asked,
    )
    for (const host of [outside.host, '127.0.0.1', '10.88.0.2', '[fd88::2]', '10.88.0.200']) {
      const port = host === outside.host || host === '127.0.0.1' ? ':8080' : ''
      await expect.poll(() => got(`http://${host}${port}`).catch(String)).toBe('lab\n')
    }
    expect(await opens(outside.host, 8080)).toBe(true)
    const wanted = bed.engine.wanted()
    const { steps } = diff(wanted, await bed.kernel.observe(wanted))
    expect(steps.filter(({ object }) => JSON.stringify(object).includes('lab0'))).toEqual([])
    await bed.engine.updateNetwork('net', { pools: [...pools, { subnet: '10.77.0.0/24' }] }, asked)
    for (const { id } of bed.engine.listServices()) await bed.engine.removeService(id, asked)
    await bed.engine.removeContainer('web', { ...asked, force: true })
    await bed.engine.removeNetwork('net', asked)
    expect(await capture()).toEqual(held)
  } finally {
    await run('ip', ['link', 'del', 'lab0'])
  }
})

test('a bridge’s own address that a container could get, and a link that is no bridge, are named', async () => {
  await run('ip', ['link', 'add', 'lab0', 'type', 'bridge'])
  await run('ip', ['address', 'add', '10.88.0.2/24', 'dev', 'lab0'])
  try {
    await expect(create(docker({ name: 'lab0' }))).rejects.toThrow(
      'bridge lab0 has address 10.88.0.2 of its own in subnet 10.88.0.0/24; make that the gateway, or an auxiliary address',
    )
    await create(docker({ name: 'lab0' }), { pools: [{ subnet, gateway: '10.88.0.2' }] })
    await bed.engine.removeNetwork('net', asked)
    await create(docker({ name: 'lab0' }), { pools: [{ subnet, auxAddresses: { lab: '10.88.0.2' } }] })
    await bed.engine.removeNetwork('net', asked)
    await expect(create(docker({ name: 'uplink0' }))).rejects.toThrow(/device uplink0 already exists|over lab0/)
  } finally {
    await run('ip', ['link', 'del', 'lab0'])
  }
})

test.each(['1400', '9000'])('a bridge keeps its MTU of %s when containers come and the last one goes', async (mtu) => {
  await create({ 'com.docker.network.driver.mtu': mtu })
  const { id } = bed.engine.getNetwork('net')
  const told = async () => (await run('ip', ['-o', 'link', 'show', `br-${id.slice(0, 12)}`])).stdout
  await serve()
  expect(await told()).toContain(` mtu ${mtu} `)
  await bed.engine.removeContainer('web', { ...asked, force: true })
  expect(await told()).toContain(` mtu ${mtu} `)
  expect((await bed.engine.reconcile({ ...asked, dryRun: true })).commands).toEqual([])
})
