import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../kernel/run'
import type { PolicyInput, PolicyRuleInput } from './contract'
import { type Bed, createBed, outside } from './testing/bed'

let bed: Bed
const asked = { actor: 'test' }

/** Answers on tcp/80 and tcp/8080. */
const server = `
  mkdir -p /www; echo hello > /www/index.html
  httpd -f -p '[::]:8080' -h /www & httpd -f -p '[::]:80' -h /www`

async function start(name: string, network: string, more: Record<string, unknown> = {}): Promise<void> {
  await bed.engine.runContainer({ name, network, command: ['sh', '-c', server], ...more }, asked)
}

const set = (container: string, policy: PolicyInput) => bed.engine.updateContainer(container, { policy }, asked)
const allow = (direction: 'ingress' | 'egress', more: Partial<PolicyRuleInput> = {}) => ({
  ...{ action: 'allow', direction },
  ...more,
})
const deny = (direction: 'ingress' | 'egress', more: Partial<PolicyRuleInput> = {}) => ({
  ...allow(direction, more),
  action: 'deny',
})
const peer = (name: string) => ({ peer: { kind: 'container', name } })
const from = (subnet: string) => ({ peer: { kind: 'subnet', subnet } })

const addressOf = (name: string, family: 'ipv4Address' | 'ipv6Address' = 'ipv4Address') => {
  const { id } = bed.engine.getContainer(name)
  const found = bed.engine.listEndpoints().find((one) => one.containerId === id)?.assigned?.[family]
  return found?.split('/')[0] ?? ''
}
const at = (address: string, port: number) => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`)

const pings = async (source: string, to: string) => (await bed.tries(source, 'ping', '-c1', '-W1', to)) === 0
const fetches = async (source: string, to: string, port = 80) =>
  (await bed.tries(source, 'timeout', '1', 'wget', '-q', '-O-', `http://${at(to, port)}/`)) === 0
const fetchesFrom = async (netns: 'host' | `/${string}`, to: string, port: number) =>
  works(
    'nsenter',
    `--net=${netns === 'host' ? '/proc/self/ns/net' : netns}`,
    ...['timeout', '1', 'busybox', 'wget', '-q', '-O-'],
    `http://${at(to, port)}/`,
  )
/** A program of the test's own, on the host. */
const works = (program: string, ...args: string[]) =>
  promisify(execFile)(program, args, { timeout: 5_000 }).then(
    () => true,
    () => false,
  )
const rules = async (program: 'iptables-save' | 'ip6tables-save' = 'iptables-save') =>
  (await run(program, [])).stdout.replaceAll(/^#.*\n/gm, '')
const drift = async () => (await bed.engine.reconcile({ ...asked, dryRun: true })).commands

beforeAll(async () => {
  bed = await createBed()
  await bed.engine.createNetwork({ name: 'front', ipv6: true, pools: [{ subnet: 'fd00:31::/64' }] }, asked)
  await bed.engine.createNetwork({ name: 'back' }, asked)
  await start('web', 'front', { ports: [{ containerPort: 80, hostPort: 8081 }] })
  await start('db', 'front')
  await start('far', 'back')
}, 60_000)

afterAll(() => bed?.end())

test('a host without policies has no rule of theirs', async () => {
  expect(await rules()).not.toContain('PATCHBAY-POLICY')
  expect(await drift()).toEqual([])
})

describe('what comes to a container', () => {
  test('is denied by the switch, over both families, from neighbours, the host and published ports', async () => {
    const reached = () =>
      Promise.all([
        fetches('db', addressOf('web')),
        fetches('db', addressOf('web', 'ipv6Address')),
        fetchesFrom('host', addressOf('web'), 80),
        fetchesFrom(outside.netns, outside.host, 8081),
        fetchesFrom('host', '127.0.0.1', 8081),
      ])
    expect(await reached()).toEqual([true, true, true, true, true])
    const { commands } = await set('web', { ingress: 'deny' })
    expect(commands.join('\n')).toMatch(/iptables -A PATCHBAY-IN-\S+ .* -j DROP/)
    expect(await reached()).toEqual([false, false, false, false, false])
    expect(await drift()).toEqual([])
  })

  test('what it begins itself goes on, with the answers and the resolver’s', async () => {
    expect(await pings('web', 'db')).toBe(true)
    expect(await fetches('web', addressOf('db', 'ipv6Address'))).toBe(true)
    expect(await fetches('web', 'db', 8080)).toBe(true)
  })

  test('the first rule that matches decides: peer, protocol, port, subnet of the outside, host', async () => {
    await set('web', {
      ingress: 'deny',
      rules: [
        deny('ingress', { ...peer('db'), protocol: 'tcp', ports: '8080' }),
        allow('ingress', { ...peer('db'), protocol: 'tcp', ports: '70-90, 8080' }),
        allow('ingress', { ...from(`${outside.address}/32`), protocol: 'tcp' }),
        allow('ingress', { peer: { kind: 'host' }, protocol: 'icmp' }),
      ],
    })
    const reached = await Promise.all([
      fetches('db', addressOf('web')),
      fetches('db', addressOf('web', 'ipv6Address')),
      fetchesFrom(outside.netns, outside.host, 8081),
      works('busybox', 'ping', '-c1', '-W1', addressOf('web')),
      fetches('db', addressOf('web'), 8080),
      pings('db', addressOf('web')),
      fetchesFrom('host', addressOf('web'), 80),
    ])
    expect(reached).toEqual([true, true, true, true, false, false, false])
    expect(await drift()).toEqual([])
  })

  test('a rule of UDP is one of its port', async () => {
    await set('web', {
      ingress: 'deny',
      rules: [allow('ingress', { ...peer('db'), protocol: 'udp', ports: '5300' })],
    })
    // Programs of the test's own, on the networks of the containers.
    const within = (name: string, script: string) =>
      run('node', ['-e', script], { netns: bed.engine.getContainer(name).sandbox?.key as `/${string}` })
    const listening = within(
      'web',
      `const heard = []
       for (const port of [5300, 5301]) require('node:dgram').createSocket('udp4').on('message', () => heard.push(port)).bind(port)
       setTimeout(() => { console.log(heard.join()); process.exit() }, 1200)`,
    )
    await new Promise((resolve) => setTimeout(resolve, 500))
    await within(
      'db',
      `const socket = require('node:dgram').createSocket('udp4')
       for (const port of [5301, 5300]) socket.send('hi', port, '${addressOf('web')}')
       setTimeout(() => process.exit(), 200)`,
    )
    expect((await listening).stdout.trim()).toBe('5300')
  })

  test('rules in another order decide otherwise', async () => {
    const policy = (...order: PolicyRuleInput[]): PolicyInput => ({ rules: order })
    const [no, yes] = [deny('ingress', { protocol: 'icmp' }), allow('ingress', { ...peer('db') })]
    await set('web', policy(no, yes))
    expect(await pings('db', addressOf('web'))).toBe(false)
    await set('web', policy(yes, no))
    expect(await pings('db', addressOf('web'))).toBe(true)
    expect(await pings('web', addressOf('db'))).toBe(true)
    expect(await drift()).toEqual([])
  })

  test('a peer is who bears the name now: what goes, comes, moves and is renamed takes its rules along', async () => {
    await set('web', { ingress: 'deny', rules: [allow('ingress', peer('db'))] })
    const before = await rules()
    await bed.engine.stopContainer('db', { ...asked, timeoutMs: 0 })
    expect(await rules()).not.toContain(`physdev-in veth${endpointId('db')}`)
    await bed.engine.startContainer('db', asked)
    expect(await pings('db', addressOf('web'))).toBe(true)
    expect((await rules()).split('\n').length).toBe(before.split('\n').length)
    await bed.engine.renameContainer('db', 'dbold', asked)
    expect(await pings('dbold', addressOf('web'))).toBe(false)
    await bed.engine.renameContainer('dbold', 'db', asked)
    expect(await pings('db', addressOf('web'))).toBe(true)
    expect(await drift()).toEqual([])
  })
})

const endpointId = (name: string) => {
  const { id } = bed.engine.getContainer(name)
  return bed.engine
    .listEndpoints()
    .find((one) => one.containerId === id)
    ?.id.slice(0, 7)
}

test('what a container sends is denied and allowed by destination; names are still answered', async () => {
  await set('web', {})
  await set('db', { egress: 'deny', rules: [allow('egress', { ...peer('web'), protocol: 'tcp', ports: '80' })] })
  const reached = await Promise.all([
    fetches('db', 'web'),
    fetches('db', addressOf('web', 'ipv6Address')),
    pings('web', addressOf('db')),
    fetches('db', 'web', 8080),
    pings('db', outside.address),
    pings('db', outside.host),
  ])
  expect(reached).toEqual([true, true, true, false, false, false])
  expect(await bed.tries('db', 'nslookup', 'web')).toBe(0)
  await set('db', { rules: [deny('egress', { peer: { kind: 'host' } })] })
  expect(await Promise.all([pings('db', outside.host), pings('db', outside.address)])).toEqual([false, true])
})

test('a connection that a policy no longer allows stands still at once, one that it allows goes on', async () => {
  await set('db', {})
  await bed.tries('db', 'sh', '-c', `ping -i 0.1 -c 40 ${addressOf('web')} > /answers 2>&1 &`)
  const heard = async () => (await bed.engine.exec('db', ['grep', '-c', 'seq=', '/answers'])).stdout.trim()
  const isGrowing = async () => {
    const count = Number(await heard())
    await new Promise((resolve) => setTimeout(resolve, 350))
    return Number(await heard()) > count
  }
  expect(await isGrowing()).toBe(true)
  await set('web', { ingress: 'deny' })
  expect(await isGrowing()).toBe(false)
  await set('web', { ingress: 'deny', rules: [allow('ingress', peer('db'))] })
  expect(await isGrowing()).toBe(true)
})

test('a network’s policy holds for all on it, as the one that each of them has: both have to allow', async () => {
  await set('web', {})
  const { interruptions } = await bed.engine.updateNetwork('front', { policy: { ingress: 'deny' } }, asked)
  expect(interruptions.map(String)).toEqual([
    'connections of web, db that the policy of network front does not allow any more stand still',
  ])
  const reached = () =>
    Promise.all([
      fetches('db', addressOf('web')),
      fetchesFrom('host', addressOf('web'), 80),
      fetchesFrom('host', '127.0.0.1', 8081),
      fetchesFrom(outside.netns, outside.host, 8081),
      pings('web', outside.address),
    ])
  expect(await reached()).toEqual([false, false, false, false, true])
  const own: PolicyRuleInput = allow('ingress', { peer: { kind: 'network', name: 'front' } })
  const rest: PolicyRuleInput = allow('ingress', { protocol: 'tcp', ports: '80' })
  await bed.engine.updateNetwork('front', { policy: { ingress: 'deny', rules: [own, rest] } }, asked)
  expect(await reached()).toEqual([true, true, true, true, true])
  await set('web', { rules: [deny('ingress', peer('db'))] })
  expect(await reached()).toEqual([false, true, true, true, true])
  expect(await drift()).toEqual([])
  await bed.engine.updateNetwork('front', { policy: {} }, asked)
  expect(await drift()).toEqual([])
})

test('a network that is made with a policy, by options as Docker’s clients give them, has it from the first packet', async () => {
  const options = {
    'patchbay.policy.ingress': 'deny',
    'patchbay.policy.rules': 'allow ingress tcp 80 from network born; allow ingress icmp from host',
  }
  await bed.engine.createNetwork({ name: 'born', options, ipv6: true }, asked)
  await start('born1', 'born')
  await start('born2', 'born')
  const reached = await Promise.all([
    fetches('born1', addressOf('born2')),
    fetches('born1', addressOf('born2', 'ipv6Address')),
    works('busybox', 'ping', '-c1', '-W1', addressOf('born2')),
    fetches('born1', addressOf('born2'), 8080),
    fetchesFrom('host', addressOf('born2'), 80),
  ])
  expect(reached).toEqual([true, true, true, false, false])
  expect(await drift()).toEqual([])
  for (const name of ['born1', 'born2']) await bed.engine.removeContainer(name, { ...asked, force: true })
  const { id } = bed.engine.getNetwork('born')
  await bed.engine.removeNetwork('born', asked)
  expect(await rules()).not.toContain(id.slice(0, 12))
})

test('what cannot be is refused before anything is touched', async () => {
  const before = await rules()
  const refused = (policy: PolicyInput, container = 'far') => set(container, policy).then(() => '', String)
  expect(await refused({ ingress: 'maybe' })).toMatch(/cannot be "maybe"; it is one of allow, deny/)
  expect(await refused({ rules: [allow('ingress', peer('nobody'))] })).toMatch(
    /policy rule 1 names container "nobody", which does not exist/,
  )
  expect(await refused({ rules: [allow('ingress', from('10.0.0/8'))] })).toMatch(/it is to be like 10.20.0.0\/24/)
  expect(await refused({ rules: [allow('ingress', { protocol: 'tcp', ports: '90-80' })] })).toMatch(
    /"90-80"; ports are/,
  )
  expect(await refused({ rules: [allow('ingress', { ports: '80' })] })).toMatch(/protocol any has none/)
  await bed.engine.runContainer({ name: 'onhost', network: 'host', command: ['sleep', '3600'] }, asked)
  expect(await refused({ ingress: 'deny' }, 'onhost')).toMatch(
    /no rule of this host sees what passes a network of driver host/,
  )
  await bed.engine.runContainer({ name: 'guest', network: 'container:far', command: ['sleep', '3600'] }, asked)
  expect(await refused({ ingress: 'deny' }, 'guest')).toMatch(/it is on the network of far; set the policy there/)
  await bed.engine.createNetwork({ name: 'alone', driver: 'macvlan', options: { parent: 'uplink0' } }, asked)
  const lan = (reference: string) => bed.engine.updateNetwork(reference, { policy: { ingress: 'deny' } }, asked)
  await expect(lan('alone')).rejects.toThrow(/network alone cannot have a policy: it has driver macvlan/)
  expect(await rules()).toBe(before)
  await set('far', { ingress: 'deny' })
  await expect(bed.engine.connect({ network: 'alone', container: 'far' }, asked)).rejects.toThrow(
    /container far cannot have a policy and be on network alone/,
  )
  await set('far', {})
})

// Last: here a second daemon takes the first one's place.
test('nothing is kept of a policy that was taken away, and a daemon that was killed finds the one that was set', async () => {
  await set('web', { ingress: 'deny' })
  const killed = await bed.again()
  await killed.engine.recover()
  expect(killed.engine.getContainer('web').policy).toEqual({ ingress: 'deny', egress: 'allow', rules: [] })
  const { commands } = await killed.engine.reconcile({ ...asked, dryRun: true })
  expect(commands.filter((command) => command.includes('tables'))).toEqual([])
  await killed.engine.updateContainer('web', { policy: {} }, asked)
  expect(await rules()).not.toMatch(/PATCHBAY-(POLICY|IN-|OUT-)/)
  expect(await rules('ip6tables-save')).not.toMatch(/PATCHBAY-(POLICY|IN-|OUT-)/)
  await killed.close()
})
