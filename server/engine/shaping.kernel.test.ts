import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ShapingInput } from '../cnm/shaping'
import { CommandError, run } from '../kernel/run'
import { diff } from '../plan/diff'
import { type Bed, createBed } from './testing/bed'
import { lossPercent, type Place, throughput } from './testing/traffic'

/** What cables are made to be like, measured with real traffic. */

const asked = { actor: 'test' }
let bed: Bed

beforeAll(async () => {
  bed = await createBed()
  await bed.engine.createNetwork({ name: 'lab' }, asked)
  for (const name of ['near', 'far']) {
    await bed.engine.runContainer({ name, network: 'lab', command: ['sleep', '1000'], capAdd: ['NET_ADMIN'] }, asked)
  }
})
afterAll(() => bed.end())

const endpointOf = (container: string, network = 'lab') => {
  const [{ id }, on] = [bed.engine.getContainer(container), bed.engine.getNetwork(network)]
  const found = bed.engine
    .listEndpoints()
    .find(({ containerId, networkId }) => containerId === id && networkId === on.id)
  if (!found?.assigned) throw new Error(`${container} is not on ${network}`)
  return { ...found, assigned: found.assigned }
}
const place = (container: string, network = 'lab'): Place => ({
  netns: bed.engine.getContainer(container).sandbox?.key as `/${string}`,
  address: endpointOf(container, network).assigned.ipv4Address?.split('/')[0] ?? '',
})
const shape = (shaping: ShapingInput, network = 'lab', container = 'near') =>
  bed.engine.updateEndpoint({ network, container }, { shaping }, asked)

/** A sandbox that is just made ahead is waited for. */
async function expectNoDrift(): Promise<void> {
  const look = async () => {
    const wanted = bed.engine.wanted()
    return diff(wanted, await bed.kernel.observe(wanted, 'everything')).steps
  }
  await expect.poll(look, { timeout: 3000 }).toEqual([])
}

/** A rate holds for every moment: a machine that is away in one of them is measured again. */
async function holds(measure: () => Promise<number>, wanted: number, part = 0.1): Promise<void> {
  const seen: number[] = []
  for (let attempt = 0; attempt < 4; attempt++) {
    const value = await measure()
    if (Math.abs(value - wanted) < wanted * part) return
    seen.push(value)
  }
  expect(seen, `Mbit/s, to be ${wanted}`).toEqual([])
}

const within = (value: number, wanted: number, part = 0.1) => {
  expect(value).toBeGreaterThan(wanted * (1 - part))
  expect(value).toBeLessThan(wanted * (1 + part))
}

test('rates hold both ways, each for itself, and go as they came', async () => {
  await shape({ toContainer: { bitsPerSecond: '20mbit' }, fromContainer: { bitsPerSecond: '8mbit' } })
  await expectNoDrift()
  await holds(() => throughput(place('far'), place('near')), 20)
  // A way that is new to the kernel is learned by the first connection on it.
  await throughput(place('near'), place('far'), 100)
  await holds(() => throughput(place('near'), place('far')), 8)
  await shape({ toContainer: { bitsPerSecond: '5mbit' } })
  await holds(() => throughput(place('far'), place('near')), 5)
  expect(await throughput(place('near'), place('far'), 300)).toBeGreaterThan(200)
  const { commands, interruptions } = await shape({})
  expect(commands).toEqual([`tc qdisc delete dev ${endpointOf('near').assigned.hostIfname} root handle 1:`])
  expect(interruptions.map(String)).toEqual([])
  expect(await throughput(place('far'), place('near'), 300)).toBeGreaterThan(200)
  await expectNoDrift()
})

test('a connection goes on while its cable becomes slow, and the container cannot take that away', async () => {
  const slowed = async () => {
    await shape({})
    const measured = throughput(place('near'), place('far'), 1500)
    await new Promise((resolve) => setTimeout(resolve, 100))
    await shape({ fromContainer: { bitsPerSecond: '10mbit' } })
    return measured
  }
  await holds(slowed, 10, 0.15)
  const { stdout } = await run('tc', ['qdisc', 'show', 'dev', 'eth0'], { netns: place('near').netns })
  expect(stdout).toContain('noqueue')
  await shape({})
})

test('loss is by chance and each way for itself, also between two ports of one bridge', async () => {
  await shape({ toContainer: { lossPercent: 20 }, fromContainer: { lossPercent: 5 } })
  await expectNoDrift()
  const [to, from] = [await lossPercent(place('far'), place('near')), await lossPercent(place('near'), place('far'))]
  within(to, 20, 0.25)
  within(from, 5, 0.4)
  await shape({})
  expect(await lossPercent(place('far'), place('near'), 500)).toBe(0)
})

test('an interface gets an MTU of its own, and the network’s again', async () => {
  const mtu = async () =>
    Number(
      /mtu (\d+)/.exec((await run('ip', ['link', 'show', 'dev', 'eth0'], { netns: place('near').netns })).stdout)?.[1],
    )
  await shape({ mtu: 1300 })
  expect(await mtu()).toBe(1300)
  await expectNoDrift()
  await shape({})
  expect(await mtu()).toBe(1500)
})

test('what somebody takes away is missed, and put back', async () => {
  await shape({ toContainer: { bitsPerSecond: '1mbit', lossPercent: 1 }, fromContainer: { bitsPerSecond: '1mbit' } })
  const device = endpointOf('near').assigned.hostIfname ?? ''
  await run('tc', ['qdisc', 'delete', 'dev', device, 'clsact'])
  await run('tc', [
    'qdisc',
    'change',
    'dev',
    device,
    'root',
    'handle',
    '1:',
    ...'tbf rate 9mbit burst 4000 limit 9000'.split(' '),
  ])
  const wanted = bed.engine.wanted()
  const steps = diff(wanted, await bed.kernel.observe(wanted, 'everything')).steps
  expect(steps.map(({ verb, object }) => `${verb} ${object.kind}`)).toEqual([
    ...['change qdisc', 'add qdisc', 'add filter', 'add filter'],
  ])
  await bed.engine.reconcile(asked)
  await expectNoDrift()
})

test('shaping outlives the container’s restart, and other changes of its endpoint', async () => {
  await shape({ toContainer: { bitsPerSecond: '2mbit' }, fromContainer: { bitsPerSecond: '1mbit' } })
  await bed.engine.restartContainer('near', { ...asked, timeoutMs: 0 })
  await expectNoDrift()
  await holds(() => throughput(place('far'), place('near')), 2, 0.15)
  await bed.engine.updateEndpoint({ network: 'lab', container: 'near' }, { aliases: ['slow'] }, asked)
  expect(endpointOf('near').shaping).toMatchObject({ toContainer: { bitsPerSecond: 2_000_000 } })
  await shape({})
  expect((await run('ip', ['-o', 'link', 'show', 'type', 'ifb'])).stdout).toBe('')
})

test('macvlan endpoints are held inside of their sandboxes', async () => {
  await run('ip', ['link', 'add', 'mv0', 'type', 'veth', 'peer', 'name', 'mv1'])
  try {
    await run('ip', ['link', 'set', 'mv0', 'up'])
    await run('ip', ['link', 'set', 'mv1', 'up'])
    await bed.engine.createNetwork({ name: 'wire', driver: 'macvlan', options: { parent: 'mv0' } }, asked)
    const shaping = { toContainer: { bitsPerSecond: '6mbit' }, fromContainer: { bitsPerSecond: '3mbit' }, mtu: 1400 }
    await bed.engine.connect({ network: 'wire', container: 'near', shaping }, asked)
    await bed.engine.connect({ network: 'wire', container: 'far' }, asked)
    await expectNoDrift()
    await holds(() => throughput(place('far', 'wire'), place('near', 'wire'), 1500, 'given'), 6, 0.25)
    await holds(() => throughput(place('near', 'wire'), place('far', 'wire')), 3, 0.15)
    await shape({}, 'wire')
    await expectNoDrift()
    const { stdout } = await run('ip', ['-o', 'link', 'show'], { netns: place('near').netns })
    expect(stdout).not.toMatch(/mtu 1400|ifb|tbf/)
  } finally {
    for (const container of ['near', 'far'])
      await bed.engine.disconnect({ network: 'wire', container }, asked).catch(() => undefined)
    await bed.engine.removeNetwork('wire', asked).catch(() => undefined)
    await run('ip', ['link', 'delete', 'mv0'])
  }
})

test('what this kernel cannot do is refused before anything is touched, by its name', async () => {
  const before = bed.engine.listOperations().length
  const { lacks, mtu } = await bed.engine.shapingBounds('lab')
  expect(mtu).toBe(1500)
  if (lacks.delayMs !== null) {
    await expect(shape({ toContainer: { delayMs: 10 } })).rejects.toMatchObject({
      kind: 'unavailable',
      field: 'shaping.toContainer.delayMs',
      message: expect.stringContaining('CONFIG_NET_SCH_NETEM'),
    })
  } else {
    await shape({ toContainer: { delayMs: 10, bitsPerSecond: '10mbit' } })
    await expectNoDrift()
    await shape({})
  }
  await expect(shape({ mtu: 9000 })).rejects.toThrow(
    'MTU 9000 is more than network lab carries: it is to be 1500 at most',
  )
  await expect(
    bed.engine.createContainer({ network: 'host', shaping: { toContainer: { bitsPerSecond: '1mbit' } } }, asked),
  ).rejects.toThrow('network host gives no interface that could be shaped')
  expect(bed.engine.listOperations()).toHaveLength(lacks.delayMs === null ? before + 2 : before)
  await expect(
    run('tc', ['qdisc', 'delete', 'dev', endpointOf('far').assigned.hostIfname ?? '', 'root']),
  ).rejects.toThrow(CommandError)
})

test('a daemon that comes after a kill takes away what was not to stay, and leaves the rest as it is', async () => {
  await shape({ toContainer: { bitsPerSecond: '2mbit' }, fromContainer: { bitsPerSecond: '1mbit' } })
  const device = endpointOf('far').assigned.hostIfname ?? ''
  await run('tc', [
    'qdisc',
    'add',
    'dev',
    device,
    'root',
    'handle',
    '1:',
    ...'tbf rate 9mbit burst 4000 limit 9000'.split(' '),
  ])
  const again = await bed.again()
  try {
    await again.engine.recover()
    const { commands } = again.engine.listOperations()[0] ?? {}
    expect(commands?.filter((command) => /^tc |ifb/.test(command))).toEqual([
      `tc qdisc delete dev ${device} root handle 1:`,
    ])
    const { stdout } = await run('tc', ['qdisc', 'show', 'dev', endpointOf('near').assigned.hostIfname ?? ''])
    expect(stdout).toContain('rate 2Mbit')
  } finally {
    await again.close()
  }
})
