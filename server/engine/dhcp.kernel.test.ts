import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { toldBy } from '../cnm/errors'
import { run } from '../kernel/run'
import { type Bed, createBed, outside } from './testing/bed'

/** Against a real DHCP server on the wire of the uplink. */

const asked = { actor: 'test' }
const leases = '/run/patchbay-test/leases'
let bed: Bed
let folder: string
let server: ChildProcess | undefined

beforeAll(async () => {
  bed = await createBed()
  folder = await mkdtemp(join(tmpdir(), 'patchbay-dhcp-'))
  await bed.engine.createNetwork(
    { name: 'lan', driver: 'macvlan', ipamDriver: 'dhcp', options: { parent: 'uplink0' } },
    asked,
  )
}, 60_000)

afterEach(async () => {
  for (const { id } of bed.engine.listContainers()) await bed.engine.removeContainer(id, { ...asked, force: true })
  await stopServing()
  expect(filesOfLeases()).toEqual([])
})

afterAll(async () => {
  await bed.end()
  await rm(folder, { recursive: true })
})

const uplink = { wire: 'wire0', net: '198.51.100', router: outside.address as string }

/** A server that gives addresses from here to there, of 198.51.100.0/24 unless on another wire. */
async function serve(from: number, to = from, { wire, net, router } = uplink): Promise<void> {
  await stopServing()
  const path = join(folder, 'udhcpd.conf')
  const file = join(folder, `leases-${from}`)
  await writeFile(file, '')
  const lines = [
    ...[`start ${net}.${from}`, `end ${net}.${to}`, `interface ${wire}`, `lease_file ${file}`],
    ...[`pidfile ${join(folder, 'udhcpd.pid')}`, 'option subnet 255.255.255.0', 'option lease 3600'],
    ...[`option router ${router}`, `option dns ${router}`, 'option domain lan.test'],
  ]
  await writeFile(path, `${lines.join('\n')}\n`)
  const args = [`--net=${outside.netns}`, '--', 'busybox', 'udhcpd', '-f', '-a', '10', path]
  server = spawn('nsenter', args, { stdio: 'ignore' })
}

async function stopServing(): Promise<void> {
  const child = server
  server = undefined
  if (!child || child.exitCode !== null) return
  await new Promise((resolve) => {
    child.once('exit', resolve)
    child.kill('SIGTERM')
  })
}

const filesOfLeases = () => readdirSync(leases).filter((name) => name !== 'client')
const addressOf = (name: string) => {
  const { id } = bed.engine.getContainer(name)
  return bed.engine.listEndpoints().find(({ containerId }) => containerId === id)?.assigned?.ipv4Address
}
const said = async (name: string, ...command: string[]) => (await bed.engine.exec(name, command)).stdout
const clientOf = (name: string) => {
  const { id } = bed.engine.getContainer(name)
  const endpoint = bed.engine.listEndpoints().find(({ containerId }) => containerId === id)
  return Number(readFileSync(join(leases, `${endpoint?.id}.pid`), 'utf8'))
}
/** Without the resolver's sockets, which the daemon before still has. */
const drift = async (engine: Bed['engine']) =>
  (await engine.reconcile({ ...asked, dryRun: true })).commands.filter((line) => !line.includes('dns socket'))
const start = (name: string, network = 'lan') =>
  bed.engine.runContainer({ name, image: 'busybox', network, command: ['sleep', '1d'] }, asked)

test('a container has the address, router and name that a DHCP server gives, and gives it back when it stops', async () => {
  await serve(100)
  await start('web')
  expect(addressOf('web')).toBe('198.51.100.100/24')
  expect(await said('web', 'ip', '-4', 'address', 'show', 'dev', 'eth0')).toContain('inet 198.51.100.100/24')
  expect(await said('web', 'ip', 'route')).toContain(`default via ${outside.address} dev eth0`)
  expect(await said('web', 'cat', '/etc/hosts')).toContain('198.51.100.100')
  expect(await bed.tries('web', 'ping', '-c1', '-W1', outside.address)).toBe(0)
  await serve(101)
  await start('app')
  expect(addressOf('app')).toBe('198.51.100.101/24')
  expect(await bed.tries('app', 'ping', '-c1', '-W1', 'web')).toBe(0)
  const [endpoint] = bed.engine.listEndpoints()
  expect(endpoint && bed.engine.lease(endpoint)).toMatchObject({
    ...{ server: outside.address, seconds: 3600, nameServers: [outside.address], gateway: outside.address },
  })
  const client = clientOf('web')
  await bed.engine.stopContainer('web', { ...asked, timeoutMs: 0 })
  expect(() => process.kill(client, 0)).toThrow()
  expect(bed.engine.wanted().filter(({ kind }) => kind === 'lease')).toHaveLength(1)
  // One address for two, one after the other: it has been given back.
  await bed.engine.removeContainer('app', { ...asked, force: true })
  await serve(110)
  for (const name of ['one', 'two']) {
    await start(name)
    expect(addressOf(name)).toBe('198.51.100.110/24')
    await bed.engine.removeContainer(name, { ...asked, force: true })
  }
})

test('a server that does not answer gives an error within seconds, and nothing is left', async () => {
  const links = await run('ip', ['-o', 'link'])
  await bed.engine.createContainer({ name: 'alone', image: 'busybox', network: 'lan' }, asked)
  const failure = await bed.engine.startContainer('alone', asked).catch(toldBy)
  expect(JSON.stringify(failure)).toContain(
    '{"template":"no DHCP server answered on {0} of the container within {1} s"',
  )
  const { status, error } = bed.engine.getContainer('alone').state
  expect(status).toBe('created')
  expect(String(error)).toContain('no DHCP server answered on eth0 of the container within 8 s')
  expect(filesOfLeases()).toEqual([])
  expect((await run('ip', ['-o', 'link'])).stdout.split('\n')).toHaveLength(links.stdout.split('\n').length)
}, 20_000)

test('a lease that is prolonged, changed or lost reaches record, kernel and names by itself', async () => {
  await serve(120)
  await start('web')
  const [endpoint] = bed.engine.listEndpoints()
  const lease = () => endpoint && bed.engine.lease(endpoint)
  const first = lease()?.renewedAt.getTime() ?? 0
  process.kill(clientOf('web'), 'SIGUSR1')
  await expect.poll(() => lease()?.renewedAt.getTime(), { timeout: 3_000 }).toBeGreaterThan(first)
  expect(addressOf('web')).toBe('198.51.100.120/24')
  await serve(130)
  process.kill(clientOf('web'), 'SIGUSR1')
  await expect.poll(() => addressOf('web'), { timeout: 8_000 }).toBe('198.51.100.130/24')
  await expect
    .poll(() => said('web', 'ip', '-4', '-o', 'address', 'show', 'dev', 'eth0'))
    .toMatch(/198\.51\.100\.130\/24/)
  expect(await said('web', 'ip', '-4', '-o', 'address')).not.toContain('198.51.100.120')
  expect(await bed.tries('web', 'ping', '-c1', '-W1', outside.address)).toBe(0)
  process.kill(clientOf('web'), 'SIGUSR2')
  await expect.poll(() => addressOf('web'), { timeout: 3_000 }).toBeUndefined()
  await expect.poll(() => said('web', 'ip', '-4', '-o', 'address', 'show', 'dev', 'eth0')).toBe('')
})

test('a bridge of the host’s with a DHCP server behind one of its ports serves containers as well', async () => {
  await run('ip', ['link', 'add', 'lab0', 'type', 'bridge'])
  await run('ip', ['link', 'add', 'port0', 'type', 'veth', 'peer', 'name', 'far0', 'netns', 'outside'])
  try {
    await run('ip', ['link', 'set', 'port0', 'master', 'lab0', 'up'])
    await run('ip', ['link', 'set', 'lab0', 'up'])
    await run('ip', ['address', 'add', '192.0.2.1/24', 'dev', 'far0'], { netns: outside.netns })
    await run('ip', ['link', 'set', 'far0', 'up'], { netns: outside.netns })
    await serve(9, 9, { wire: 'far0', net: '192.0.2', router: '192.0.2.1' })
    const options = { 'com.docker.network.bridge.name': 'lab0' }
    await bed.engine.createNetwork({ name: 'lab', ipamDriver: 'dhcp', options }, asked)
    await start('web', 'lab')
    expect(addressOf('web')).toBe('192.0.2.9/24')
    expect(await bed.tries('web', 'ping', '-c1', '-W1', '192.0.2.1')).toBe(0)
    expect((await bed.engine.reconcile({ ...asked, dryRun: true })).commands).toEqual([])
    await bed.engine.removeContainer('web', { ...asked, force: true })
    await bed.engine.removeNetwork('lab', asked)
  } finally {
    await run('ip', ['link', 'del', 'port0'])
    await run('ip', ['link', 'del', 'lab0'])
  }
})

test('the client outlives the daemon; what it was told meanwhile is followed, and a client that died is drift', async () => {
  await serve(140)
  await start('web')
  const client = clientOf('web')
  await bed.engine.close()
  await serve(150)
  process.kill(client, 'SIGUSR1')
  const again = await bed.again()
  try {
    await expect.poll(() => [...again.kernel.leases.values()][0]?.address, { timeout: 8_000 }).toBe('198.51.100.150/24')
    await again.engine.recover()
    const [endpoint] = again.engine.listEndpoints()
    expect(endpoint?.assigned?.ipv4Address).toBe('198.51.100.150/24')
    expect(await drift(again.engine)).toEqual([])
    process.kill(client, 'SIGKILL')
    await expect.poll(() => drift(again.engine)).toEqual([expect.stringContaining('busybox udhcpc -i eth0')])
    await again.engine.reconcile(asked)
    expect(await drift(again.engine)).toEqual([])
    expect(again.kernel.leases.get(endpoint?.id ?? '')?.address).toBe('198.51.100.150/24')
  } finally {
    await again.close()
  }
})
