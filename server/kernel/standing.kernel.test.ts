import { mkdtemp, rm } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { diff } from '../plan/diff'
import { lackOf } from '../plan/feature'
import { type KernelObject, keyOf, type MacvlanLink } from '../plan/object'
import { ApplyError } from './apply'
import type { Kernel } from './contract'
import { createKernel } from './kernel'
import { run } from './run'
import { captureKernel } from './testing/capture'

/** Links that stand on one of the host's, against the real kernel. */

let runDir: `/${string}`
let directory: `/${string}`
let netns: `/${string}`
let kernel: Kernel
let before: string[]

const common = { kind: 'link', type: 'macvlan', parent: 'uplink0', mode: 'bridge', up: true } as const
const describeAll = (change: Partial<MacvlanLink> = {}): KernelObject[] => [
  { kind: 'parent', netns: 'host', name: 'uplink0', neededBy: 'patchbay:net' },
  { kind: 'namespace', path: netns },
  { ...common, netns, name: 'eth0', alias: 'patchbay:end', mac: '02:42:c0:a8:32:80', ...change },
  { kind: 'address', netns, link: 'eth0', address: '192.168.50.128/24' },
  { kind: 'route', netns, destination: 'default', via: '192.168.50.254', link: 'eth0' },
]
const shim: KernelObject[] = [
  { ...common, netns: 'host', name: 'mh-0', alias: 'patchbay:net', mac: '02:42:c0:a8:32:0a' },
  { kind: 'address', netns: 'host', link: 'mh-0', address: '192.168.50.10/32' },
  { kind: 'route', netns: 'host', destination: '192.168.50.128/32', link: 'mh-0' },
]

beforeAll(async () => {
  runDir = (await mkdtemp('/run/patchbay-')) as `/${string}`
  directory = `${runDir}/netns`
  netns = `${directory}/0123456789ab`
  kernel = createKernel({ runDir, onSocket: () => undefined })
})
beforeEach(async () => {
  before = await captureKernel(directory)
  await addUplink()
})
afterEach(async () => {
  await kernel.apply(diff([], await kernel.observe([])))
  await run('ip', ['link', 'del', 'uplink0']).catch(() => undefined)
  expect(await captureKernel(directory)).toEqual(before)
})
afterAll(async () => {
  await kernel.close()
  await rm(runDir, { recursive: true })
})

async function addUplink(): Promise<void> {
  await run('ip', ['link', 'add', 'uplink0', 'type', 'veth', 'peer', 'name', 'wire0'])
  await run('ip', ['link', 'set', 'uplink0', 'up'])
  await run('ip', ['link', 'set', 'wire0', 'up'])
}

const macOf = async (name: string) =>
  /link\/ether (\S+)/.exec((await run('ip', ['link', 'show', 'dev', name])).stdout)?.[1]

test('what was applied is observed as it was wanted, on the host too; and it goes without the parent going', async () => {
  const wanted = [...describeAll(), ...shim]
  await kernel.apply(diff(wanted, []))
  expect(diff(wanted, await kernel.observe(wanted)).steps).toEqual([])
  expect(await captureKernel(directory)).toEqual(
    expect.arrayContaining([
      `${netns} link ${netns} eth0 1500 up patchbay:end 02:42:c0:a8:32:80`,
      'host link host mh-0 1500 up patchbay:net 02:42:c0:a8:32:0a',
      'host 192.168.50.128 dev mh-0 scope link',
      `${netns} default via 192.168.50.254 dev eth0`,
    ]),
  )
  await kernel.apply(diff([], wanted))
  expect(await macOf('uplink0')).toBeDefined()
})

test.each(['private', 'vepa', 'passthru'] as const)('mode %s is observed as it was wanted', async (mode) => {
  const wanted = describeAll({ mode, mtu: 1400 })
  await kernel.apply(diff(wanted, []))
  expect(diff(wanted, await kernel.observe(wanted)).steps).toEqual([])
})

test('in passthru the parent takes the MAC of the only one on it, and has its own again afterwards', async () => {
  const own = await macOf('uplink0')
  const wanted = describeAll({ mode: 'passthru' })
  await kernel.apply(diff(wanted, []))
  expect(await macOf('uplink0')).toBe('02:42:c0:a8:32:80')
  await kernel.apply(diff([], wanted))
  expect(await macOf('uplink0')).toBe(own)
})

test('a parent that vanishes takes all along; once it is back, one plan makes all anew', async () => {
  const wanted = describeAll()
  await kernel.apply(diff(wanted, []))
  await run('ip', ['link', 'del', 'uplink0'])
  const missing = diff(wanted, await kernel.observe(wanted)).steps.map(({ verb, object }) => `${verb} ${keyOf(object)}`)
  expect(missing).toEqual([
    'add parent host uplink0',
    `add link ${netns} eth0`,
    `add address ${netns} eth0 192.168.50.128/24`,
    `add route ${netns} default eth0`,
  ])
  await expect(kernel.apply(diff(wanted, await kernel.observe(wanted)))).rejects.toThrow(ApplyError)
  await addUplink()
  await kernel.apply(diff(wanted, await kernel.observe(wanted)))
  expect(diff(wanted, await kernel.observe(wanted)).steps).toEqual([])
})

test('removing what has gone already is quiet, and a later failure does not bring it back', async () => {
  const wanted = describeAll()
  await kernel.apply(diff(wanted, []))
  await run('ip', ['link', 'del', 'uplink0'])
  const held = await captureKernel(directory)
  const missing: KernelObject = { kind: 'rule', netns, table: 'filter', chain: 'NONE', args: ['-j', 'ACCEPT'] }
  const removal = diff(wanted.slice(1, 2), wanted.slice(1))
  const failing = { steps: [...removal.steps, { verb: 'add', object: missing } as const] }
  await expect(kernel.apply(failing)).rejects.toMatchObject({ restored: true })
  expect(await captureKernel(directory)).toEqual(held)
  await kernel.apply(removal)
})

test('a plan that fails behind a macvlan takes it away again', async () => {
  const sandbox = describeAll().slice(1, 2)
  await kernel.apply(diff(sandbox, []))
  const bad: KernelObject = { kind: 'route', netns, destination: 'default', via: '10.9.9.9', link: 'eth0' }
  const held = await captureKernel(directory)
  await expect(kernel.apply(diff([...describeAll().slice(0, 4), bad], sandbox))).rejects.toMatchObject({
    restored: true,
  })
  expect(await captureKernel(directory)).toEqual(held)
})

test('switches of a bridge and of its ports are set, observed, and put right', async () => {
  const bridge: KernelObject = {
    ...{ kind: 'link', type: 'bridge', netns: 'host', name: 'br-x', alias: 'patchbay:net', mtu: 1500, up: true },
    ...{ stp: true, multicastSnooping: false },
  }
  const port: KernelObject = {
    ...{ kind: 'link', type: 'veth', netns: 'host', name: 'veth0', alias: 'patchbay:end', mtu: 1500, up: true },
    ...{ master: 'br-x', hairpin: true, isolated: true, peer: { netns, name: 'eth0', mac: '02:42:0a:00:00:02' } },
  }
  const wanted = [{ kind: 'namespace', path: netns } as const, bridge, port]
  await kernel.apply(diff(wanted, []))
  expect(diff(wanted, await kernel.observe(wanted)).steps).toEqual([])
  const { stdout } = await run('ip', ['-d', 'link', 'show', 'dev', 'veth0'])
  expect(stdout).toMatch(/hairpin on .* isolated on/)
  await run('ip', ['link', 'set', 'dev', 'br-x', 'type', 'bridge', 'stp_state', '0', 'mcast_snooping', '1'])
  await run('ip', ['link', 'set', 'dev', 'veth0', 'type', 'bridge_slave', 'isolated', 'off'])
  const mending = diff(wanted, await kernel.observe(wanted))
  expect(mending.steps.map(({ verb, object }) => `${verb} ${keyOf(object)}`)).toEqual([
    'change link host br-x',
    'change link host veth0',
  ])
  await kernel.apply(mending)
  expect(diff(wanted, await kernel.observe(wanted)).steps).toEqual([])
})

test('what the kernel lacks is found by trying, once, and nothing is left of the trial', async () => {
  const features = await kernel.features()
  expect(features.has('macvlan')).toBe(true)
  expect(await kernel.features()).toBe(features)
  const hasDummy = await run('ip', ['link', 'add', 'dummy-try', 'type', 'dummy']).then(
    () => true,
    () => false,
  )
  if (hasDummy) await run('ip', ['link', 'del', 'dummy-try'])
  expect(features.has('dummy')).toBe(hasDummy)
  expect(String(lackOf('dummy'))).toContain('CONFIG_DUMMY')
  expect([...(await kernel.links()).keys()].toSorted()).toEqual(['lo', 'uplink0', 'wire0'])
})
