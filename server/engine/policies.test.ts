import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PolicyInput } from './contract'
import type { StartedEngine } from './engine'
import { createFakeHost, type FakeHost } from './testing/fake-host'

const asked = { actor: 'test' }
let host: FakeHost

beforeEach(async () => {
  host = await createFakeHost()
  await host.engine.createNetwork({ name: 'front', subnet: '10.1.0.0/16' }, asked)
  for (const name of ['web', 'db']) await host.engine.runContainer({ name, network: 'front' }, asked)
})
afterEach(() => host.end())

const toDb: PolicyInput = {
  egress: 'deny',
  rules: [{ action: 'allow', direction: 'egress', peer: { kind: 'container', name: 'db' } }],
}
const set = (engine: StartedEngine, policy: PolicyInput = toDb) => engine.updateContainer('web', { policy }, asked)
/** Chains and rules of policies; a rule with the mark of a container is one of its policy. */
const rules = () => {
  const marks = host.engine.listContainers().map(({ id }) => `patchbay:${id}`)
  const lines = host.kernel.print().split('\n')
  return lines.filter((line) => /PATCHBAY-(POLICY|IN-|OUT-)/.test(line) || marks.some((mark) => line.includes(mark)))
}

const changes: [
  name: string,
  prepare: (engine: StartedEngine) => Promise<unknown>,
  change: (engine: StartedEngine) => Promise<unknown>,
][] = [
  ['a policy is set', async () => undefined, (engine) => set(engine)],
  ['a policy is taken away', (engine) => set(engine), (engine) => set(engine, {})],
  ['a peer ends', (engine) => set(engine), (engine) => engine.stopContainer('db', asked)],
]

describe.each(changes)('where %s', (_, prepare, change) => {
  test.each(['before', 'after'] as const)(
    'a command that fails %s its effect leaves the rules as the records say',
    async (moment) => {
      await prepare(host.engine)
      for (let place = 1; place < 40; place++) {
        host.kernel.failAt(place, moment)
        const failed = await change(host.engine).then(
          () => false,
          () => true,
        )
        // What the records say, the kernel has, whether the change failed or not.
        const mended = await host.engine.reconcile({ ...asked, dryRun: true })
        expect(
          mended.commands.filter((command) => command.includes('PATCHBAY-')),
          `command ${place}`,
        ).toEqual([])
        if (!failed) return
      }
    },
  )
})

test('a peer’s rules follow its address, its end, its start and its name', async () => {
  await set(host.engine)
  expect(rules().filter((line) => line.includes('10.1.0.3'))).toHaveLength(1)
  await host.engine.updateEndpoint({ network: 'front', container: 'db' }, { ipv4Address: '10.1.0.77' }, asked)
  expect(rules().filter((line) => /10\.1\.0\.77\/32.*RETURN/.test(line))).toHaveLength(1)
  expect(rules().join()).not.toContain('10.1.0.3/32')
  await host.engine.stopContainer('db', asked)
  expect(rules().join()).not.toContain('10.1.0.77')
  await host.engine.startContainer('db', asked)
  expect(rules().join()).toContain('10.1.0.77')
  await host.engine.renameContainer('db', 'other', asked)
  expect(rules().join()).not.toContain('10.1.0.77')
  await host.engine.runContainer({ name: 'db', network: 'front' }, asked)
  expect(rules().filter((line) => /10\.1\.0\.\d+\/32.*RETURN/.test(line))).toHaveLength(1)
})

test('those that name each other come and go at the same time', async () => {
  const names = ['a1', 'a2', 'a3', 'a4']
  for (const name of names) await host.engine.runContainer({ name, network: 'front' }, asked)
  const policy: PolicyInput = {
    ingress: 'deny',
    rules: names.map((name) => ({ action: 'allow', direction: 'ingress', peer: { kind: 'container', name } })),
  }
  for (const name of names) await host.engine.updateContainer(name, { policy }, asked)
  const before = rules().toSorted()
  for (let round = 0; round < 3; round++) {
    await Promise.all(names.map((name) => host.engine.stopContainer(name, asked)))
    expect(rules()).toEqual([])
    await Promise.all(names.map((name) => host.engine.startContainer(name, asked)))
  }
  expect(rules()).toHaveLength(before.length)
  expect((await host.engine.reconcile({ ...asked, dryRun: true })).commands).toEqual([])
})

test('a preview of a policy, and of the end of a peer, gives the commands that then run', async () => {
  const planned = await host.engine.updateContainer('web', { policy: toDb }, { ...asked, dryRun: true })
  expect(rules()).toEqual([])
  expect((await set(host.engine)).commands).toEqual(planned.commands)
  expect(planned.commands).toContain(
    `iptables -A PATCHBAY-OUT-${host.engine.getContainer('web').id.slice(0, 12)} -d 10.1.0.3/32 -m comment --comment patchbay:${host.engine.getContainer('web').id} -j RETURN`,
  )
  const stop = await host.engine.stopContainer('db', { ...asked, dryRun: true })
  expect(stop.commands.join('\n')).toMatch(/iptables -D PATCHBAY-OUT-\S+ -d 10\.1\.0\.3\/32/)
})

test('the switch that shows rules what passes within a bridge goes with the last who needs it', async () => {
  const isOn = () => host.kernel.print().includes('bridge-nf-call-iptables=1')
  expect(isOn()).toBe(false)
  await set(host.engine)
  await host.engine.createNetwork(
    { name: 'apart', options: { 'com.docker.network.bridge.enable_icc': 'false' } },
    asked,
  )
  expect(isOn()).toBe(true)
  await set(host.engine, {})
  expect(isOn()).toBe(true)
  await set(host.engine)
  await host.engine.removeNetwork('apart', asked)
  expect(isOn()).toBe(true)
  await set(host.engine, {})
  expect(isOn()).toBe(false)
})

test('without policies a start and a new network run the same commands as ever', async () => {
  const { commands } = await host.engine.createNetwork({ name: 'plain' }, { ...asked, dryRun: true })
  expect(commands.join()).not.toMatch(/POLICY|bridge-nf/)
  expect(rules()).toEqual([])
})
