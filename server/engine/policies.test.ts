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

/** One that names itself, the first with IPv6: the chains that its rules need come with it. */
const guarded = {
  ...{ name: 'guarded', subnet: '10.9.0.0/24', ipv6: true },
  policy: {
    ingress: 'deny',
    rules: [{ action: 'allow', direction: 'ingress', peer: { kind: 'network', name: 'guarded' } }],
  },
}
const born = [
  ['a network is made', 'before', { ...guarded, ipv6: false }],
  ['the first network with IPv6 is made', 'after', guarded],
] as const

test.each(born)(
  'where %s with a policy, a command that fails %s its effect leaves nothing',
  async (_, moment, input) => {
    // The fake host forwards already: to write that down again changes nothing.
    const everything = async () =>
      JSON.stringify(await host.everything()).replace('sysctl host net/ipv6/conf/all/forwarding=1\\n', '')
    const before = await everything()
    for (let place = 1; place < 60; place++) {
      host.kernel.failAt(place, moment)
      const failed = await host.engine.createNetwork(input, asked).then(
        () => false,
        () => true,
      )
      if (!failed) {
        expect(place).toBeGreaterThan(5)
        expect(host.kernel.print()).toContain('PATCHBAY-IN-')
        return
      }
      expect(await everything(), `command ${place}`).toBe(before)
    }
  },
  30_000,
)

test('a network is made with its policy in one change: the preview gives its commands, Undo takes all away', async () => {
  const options = {
    'patchbay.policy.ingress': 'deny',
    'patchbay.policy.rules': 'allow ingress from network guarded; allow ingress tcp 80 from container web',
  }
  const { policy: _, ...plain } = guarded
  const before = host.kernel.print()
  const planned = await host.engine.createNetwork({ ...plain, options }, { ...asked, dryRun: true })
  const { result, commands } = await host.engine.createNetwork({ ...plain, options }, asked)
  expect(commands).toEqual(planned.commands)
  expect(commands.filter((line) => line.startsWith('iptables -A PATCHBAY-IN-'))).toHaveLength(3)
  expect(result.options).toEqual({})
  expect(result.policy?.rules).toHaveLength(2)
  expect((await host.engine.reconcile({ ...asked, dryRun: true })).commands).toEqual([])
  await host.engine.updateNetwork('guarded', { options: { 'patchbay.policy.egress': 'deny' } }, asked)
  expect(host.engine.getNetwork('guarded').policy).toEqual({ ingress: 'allow', egress: 'deny', rules: [] })
  await host.engine.removeNetwork('guarded', asked)
  expect(host.kernel.print().split('\n')).toEqual(expect.arrayContaining(before.split('\n')))
  expect(rules()).toEqual([])
})

test.each([
  [{ driver: 'macvlan', options: { parent: 'eth0' } }, /network guarded cannot have a policy: it has driver macvlan/],
  [{ configOnly: true }, /it only keeps a configuration/],
  [{ ipamDriver: 'null', subnet: undefined, ipv6: false }, /names network guarded, which has no addresses/],
  [{ policy: { rules: [{ action: 'allow', direction: 'in' }] } }, /direction of policy rule 1 cannot be "in"/],
])('a policy that cannot be is refused with the network: %j', async (more, reason) => {
  const before = await host.everything()
  await expect(host.engine.createNetwork({ ...guarded, ...more } as typeof guarded, asked)).rejects.toThrow(reason)
  expect(await host.everything()).toEqual(before)
})

test('a container is made with its policy, by itself or by labels', async () => {
  await host.engine.createContainer({ name: 'kept', network: 'front', policy: { ingress: 'deny' } }, asked)
  expect(rules()).toEqual([])
  const { commands } = await host.engine.startContainer('kept', asked)
  expect(commands.join('\n')).toMatch(/iptables -A PATCHBAY-IN-\S+ .* -j DROP/)
  const labels = { 'patchbay.policy.rules': 'deny egress to container kept' }
  await host.engine.runContainer({ name: 'told', network: 'front', labels }, asked)
  expect(host.engine.getContainer('told')).toMatchObject({ labels, policy: { rules: [{ peer: { name: 'kept' } }] } })
  const refused = { name: 'bad', network: 'host', policy: { ingress: 'deny' } }
  await expect(host.engine.createContainer(refused, asked)).rejects.toThrow(/no rule of this host sees/)
})

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

test('what goes on and may be stopped is told beforehand, where somebody runs and something may be', async () => {
  const told = async (policy: PolicyInput, who: 'web' | 'front' = 'web') => {
    const options = { ...asked, dryRun: true }
    const { interruptions } = await (who === 'web'
      ? host.engine.updateContainer('web', { policy }, options)
      : host.engine.updateNetwork('front', { policy }, options))
    return interruptions.map(String)
  }
  const own = ['connections of container web that its policy does not allow any more stand still']
  expect(await told(toDb)).toEqual(own)
  expect(await told({ ingress: 'deny' }, 'front')).toEqual([
    'connections of web, db that the policy of network front does not allow any more stand still',
  ])
  const [allow] = toDb.rules ?? []
  const deny = { action: 'deny', direction: 'egress', protocol: 'tcp', ports: '22' }
  const rules = [deny, ...(allow ? [allow] : [])]
  expect(await told({ rules: allow ? [allow] : [] })).toEqual([])
  await set(host.engine, { rules })
  expect(await told({ rules: [deny] })).toEqual(own)
  expect(await told({ rules: rules.toReversed() })).toEqual(own)
  expect(await told({ rules: [...rules, { action: 'allow', direction: 'egress' }] })).toEqual([])
  expect(await told({})).toEqual([])
  await host.engine.stopContainer('web', asked)
  expect(await told(toDb)).toEqual([])
})

test('without policies a start and a new network run the same commands as ever', async () => {
  const { commands } = await host.engine.createNetwork({ name: 'plain' }, { ...asked, dryRun: true })
  expect(commands.join()).not.toMatch(/POLICY|bridge-nf/)
  expect(rules()).toEqual([])
})
