import { Socket } from 'node:dgram'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { Server } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { diff } from '../plan/diff'
import type { KernelObject, SocketObject } from '../plan/object'
import { baseObjects, bridge, endpointObjects, networkObjects, rule, sandboxObjects } from '../plan/testing/objects'
import { ApplyError } from './apply'
import type { Kernel } from './contract'
import { createKernel } from './kernel'
import { run } from './run'
import type { ListeningSocket } from './socket-opener'
import { captureKernel } from './testing/capture'

let runDir: `/${string}`
let directory: `/${string}`
let netns: `/${string}`
let kernel: Kernel
let before: string[]
const handed: [SocketObject, ListeningSocket][] = []

const describeAll = () => [
  ...baseObjects,
  ...networkObjects,
  ...sandboxObjects(directory),
  ...endpointObjects(directory),
]

beforeAll(async () => {
  runDir = (await mkdtemp('/run/patchbay-')) as `/${string}`
  directory = `${runDir}/netns`
  netns = `${directory}/0123456789ab`
  kernel = createKernel({
    runDir,
    onSocket: (object, socket) => {
      handed.push([object, socket])
      return undefined
    },
  })
})
beforeEach(async () => {
  before = await captureKernel(directory)
})
afterEach(async () => {
  await kernel.apply(diff([], await kernel.observe([])))
  await writeFile('/proc/sys/net/ipv4/ip_forward', '0')
  await run('iptables', ['-P', 'FORWARD', 'ACCEPT'])
  expect(await captureKernel(directory)).toEqual(before)
})
afterAll(async () => {
  await kernel.close()
  await rm(runDir, { recursive: true })
})

test('what was applied is observed as it was wanted, and applying it again does nothing', async () => {
  const wanted = describeAll()
  await kernel.apply(diff(wanted, []))
  const again = diff(wanted, await kernel.observe(wanted))
  expect(again.steps).toEqual([])
  expect(await kernel.apply(again)).toMatchObject({ commands: [] })
  expect(await captureKernel(directory)).toEqual(
    expect.arrayContaining([
      `host link host ${bridge.name} 1500 up patchbay:net ${await macOf(bridge.name)}`,
      `host link host veth0123456 1500 up patchbay:end ${bridge.name} hairpin`,
      `${netns} link ${netns} eth0 1500 up 02:42:0a:59:00:02`,
      `${netns} default via 10.89.0.1 dev eth0`,
      '*filter :FORWARD DROP',
      '*filter -A FORWARD -m comment --comment "patchbay:host" -j PATCHBAY-USER',
    ]),
  )
  await run('ip', ['route', 'get', '10.89.0.1'], { netns })
})

test('a bridge keeps its MAC while ports come and go, and when it is made anew', async () => {
  await kernel.apply(diff([...baseObjects, ...networkObjects, ...sandboxObjects(directory)], []))
  const mac = await macOf(bridge.name)
  await kernel.apply(diff(endpointObjects(directory).slice(0, 2), []))
  expect(await macOf(bridge.name)).toBe(mac)
  await kernel.apply(diff([], endpointObjects(directory).slice(0, 2)))
  await kernel.apply(diff([], networkObjects))
  await kernel.apply(diff(networkObjects, []))
  expect(await macOf(bridge.name)).toBe(mac)
})

test('what somebody else took away, changed or added is found and put right', async () => {
  const wanted = describeAll()
  await kernel.apply(diff(wanted, []))
  await run('ip', ['link', 'set', 'veth0123456', 'nomaster'])
  await run('ip', ['address', 'add', '10.89.7.1/24', 'dev', bridge.name])
  await run('ip', ['link', 'set', bridge.name, 'alias', '', 'mtu', '1400'])
  await run('ip', ['route', 'delete', 'default'], { netns })
  await run('iptables', ['-D', 'PATCHBAY-FORWARD', '1'])
  await run('iptables', ['-I', 'PATCHBAY-FORWARD', '-j', 'ACCEPT'])
  await run('iptables', ['-P', 'FORWARD', 'ACCEPT'])
  await writeFile(`/proc/sys/net/ipv4/conf/${bridge.name}/route_localnet`, '0')
  const plan = diff(wanted, await kernel.observe(wanted))
  expect(plan.steps.length).toBeGreaterThan(7)
  await kernel.apply(plan)
  expect(diff(wanted, await kernel.observe(wanted)).steps).toEqual([])
})

test('looking at what was applied finds it as wanted, ends no process, and sees links by the names that they have now', async () => {
  const wanted = describeAll()
  await kernel.apply(diff(wanted, []))
  await kernel.observe(wanted, 'host')
  const pids = await listChildren()
  const present = await kernel.observe(wanted, 'everything')
  expect(diff(wanted, present).steps).toEqual([])
  const isDeep = (object: KernelObject) => 'netns' in object && object.netns === netns && isDeepKind(object)
  expect(await kernel.observe(wanted, 'links')).toEqual(present.filter((object) => !isDeep(object)))
  const host = await kernel.observe(wanted, 'host')
  expect(host).toEqual(present.filter((object) => 'netns' in object && object.netns === 'host'))
  expect(await listChildren()).toEqual(pids)
  await run('ip', ['link', 'set', 'veth0123456', 'down', 'name', 'renamed'])
  expect(await kernel.observe(wanted, 'host')).toContainEqual(expect.objectContaining({ name: 'renamed', up: false }))
  await run('ip', ['link', 'set', 'renamed', 'name', 'veth0123456', 'up'])
  expect(await listChildren()).toHaveLength(pids.length)
})

test('a link that vanished is made again, with all that was on it', async () => {
  const wanted = describeAll()
  await kernel.apply(diff(wanted, []))
  await run('ip', ['link', 'delete', 'veth0123456'])
  await kernel.apply(diff(wanted, await kernel.observe(wanted)))
  expect(diff(wanted, await kernel.observe(wanted)).steps).toEqual([])
})

test('removing and making again at once works, though links have other indexes', async () => {
  await kernel.apply(diff(describeAll(), []))
  for (let round = 0; round < 3; round++) {
    await kernel.apply(diff([], endpointObjects(directory)))
    await kernel.apply(diff(endpointObjects(directory), []))
  }
  const both = [...networkObjects, ...endpointObjects(directory)]
  for (let round = 0; round < 3; round++) {
    await kernel.apply(diff([], both))
    expect((await run('ip', ['-o', 'link'])).stdout).not.toMatch(/veth0123456|br-0123456789ab/)
    await kernel.apply(diff(both, []))
  }
  const wanted = describeAll()
  expect(diff(wanted, await kernel.observe(wanted)).steps).toEqual([])
})

test('rules of the administrator stay, in the chain that is his', async () => {
  await kernel.apply(diff(baseObjects, []))
  await run('iptables', ['-A', 'PATCHBAY-USER', '-s', '192.0.2.1', '-j', 'DROP'])
  await run('iptables', ['-A', 'FORWARD', '-s', '192.0.2.2', '-j', 'DROP'])
  expect(diff(baseObjects, await kernel.observe(baseObjects)).steps).toEqual([])
  await kernel.apply(diff([...baseObjects, ...networkObjects], baseObjects))
  await kernel.apply(diff(baseObjects, [...baseObjects, ...networkObjects]))
  const { stdout } = await run('iptables-save', [])
  expect(stdout).toContain('-A PATCHBAY-USER -s 192.0.2.1/32 -j DROP')
  expect(stdout).toContain('-A FORWARD -s 192.0.2.2/32 -j DROP')
  await run('iptables', ['-D', 'FORWARD', '-s', '192.0.2.2', '-j', 'DROP'])
})

test('a plan that fails leaves alone what was there before it', async () => {
  await run('ip', ['link', 'add', bridge.name, 'type', 'bridge'])
  const there = await captureKernel(directory)
  const error = await kernel.apply(diff([...baseObjects, ...networkObjects], [])).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ApplyError)
  expect(error).toMatchObject({ kind: 'system', restored: true, output: 'RTNETLINK answers: File exists' })
  expect(error).toMatchObject({ command: expect.stringMatching(/^ip link add name br-0123456789ab /) })
  expect(await captureKernel(directory)).toEqual(there)
  await run('ip', ['link', 'delete', bridge.name])
})

test('a sysctl that does not exist is a failure', async () => {
  const sysctl: KernelObject = { kind: 'sysctl', netns: 'host', name: 'net/ipv4/no_such_thing', value: '1' }
  await expect(kernel.apply(diff([...networkObjects, sysctl], []))).rejects.toThrow('does not exist')
})

const hostile = ['a b', "a'b", 'a"b', '$(reboot)', 'a\nb', 'x'.repeat(10_000), '新しい', 'a#b', '../../etc', '-j', '']
test.each(hostile)('a hostile name does no harm: %j', async (name) => {
  const objects: KernelObject[] = [
    { ...bridge, name },
    { ...bridge, alias: `patchbay:${name}` },
    { kind: 'sysctl', netns: 'host', name: `net/ipv4/conf/${name}/forwarding`, value: '1' },
    rule('filter', 'FORWARD', name, ['-j', 'ACCEPT']),
    rule('filter', 'FORWARD', 'x', ['-i', name, '-j', 'ACCEPT']),
    { kind: 'chain', netns: 'host', table: 'filter', name: `PATCHBAY${name}` },
    { kind: 'address', netns: 'host', link: name, address: '10.1.2.3/24' },
  ]
  for (const object of objects) {
    try {
      await kernel.apply(diff([object], []))
    } catch {
      expect(await captureKernel(directory)).toEqual(before)
      continue
    }
    await kernel.apply(diff([], [object]))
    expect(await captureKernel(directory)).toEqual(before)
  }
})

test('the death of its long-lived processes is survived', async () => {
  await kernel.apply(diff([...baseObjects, ...networkObjects, ...sandboxObjects(directory)], []))
  await kernel.facts()
  const pids = await listChildren()
  expect(pids.length).toBeGreaterThanOrEqual(4)
  for (const pid of pids) process.kill(pid, 'SIGKILL')
  await kernel.apply(diff(endpointObjects(directory), []))
  expect((await kernel.facts()).routedSubnets).toContain('10.89.0.0/24')
  expect(diff(describeAll(), await kernel.observe(describeAll())).steps).toEqual([])
})

test('sockets in a sandbox are answered by the daemon, and closed before the sandbox goes', async () => {
  const common = { kind: 'socket', netns, address: '127.0.0.11', port: 53, service: 'dns' } as const
  const sockets: SocketObject[] = [
    { ...common, protocol: 'udp' },
    { ...common, protocol: 'tcp' },
  ]
  const wanted = [...sandboxObjects(directory), ...sockets]
  handed.length = 0
  await kernel.apply(diff(wanted.slice(0, -1), []))
  for (const pid of await listChildren()) process.kill(pid, 'SIGKILL')
  await kernel.apply(diff(wanted, wanted.slice(0, -1)))
  expect(handed.map(([object]) => object)).toEqual(sockets)
  expect(diff(wanted, await kernel.observe(wanted)).steps).toEqual([])
  const listening = async () => (await run('node', ['-p', readListening], { netns })).stdout
  expect(await listening()).toContain('0B00007F:0035 00000000:0000')
  const server = handed[1]?.[1]
  if (!(server instanceof Server)) throw new Error('the second socket is a TCP server')
  server.on('connection', (socket) => socket.end('hello'))
  const answer = await run('node', ['-e', readFromServer], { netns })
  expect(answer.stdout).toBe('hello')
  await kernel.apply(diff(sandboxObjects(directory), wanted))
  expect(await listening()).not.toContain('0B00007F:0035 00000000:0000')
})
const readListening = `require('fs').readFileSync('/proc/net/udp', 'utf8') + require('fs').readFileSync('/proc/net/tcp', 'utf8')`
const readFromServer = `require('net').connect(53, '127.0.0.11').pipe(process.stdout)`

test('what is asked at one port is answered from another, over both protocols, and nothing there tracks connections', async () => {
  const at = { netns, address: '127.0.0.11', port: 21_000 } as const
  const socket = { kind: 'socket', service: 'dns', ...at } as const
  const redirect: KernelObject = { kind: 'redirect', ...at, port: 53, to: at.port, owner: 'patchbay:box' }
  const sockets: SocketObject[] = [
    { ...socket, protocol: 'udp' },
    { ...socket, protocol: 'tcp' },
  ]
  const wanted = [...sandboxObjects(directory), redirect, ...sockets]
  handed.length = 0
  await kernel.apply(diff(wanted, []))
  expect(diff(wanted, await kernel.observe(wanted)).steps).toEqual([])
  const [udp, tcp] = handed.map(([, handle]) => handle)
  if (!(udp instanceof Socket && tcp instanceof Server)) throw new Error('first the datagram socket, then the server')
  udp.on('message', (text, { port, address }) => udp.send(`udp ${text}`, port, address))
  tcp.on('connection', (connection) => connection.end('tcp'))
  expect((await run('node', ['-e', askBoth], { netns })).stdout).toBe('udp ping tcp')
  await run('nft', ['flush', 'chain', 'ip', 'patchbay', 'answers'], { netns })
  const mending = diff(wanted, await kernel.observe(wanted))
  expect(mending.steps).toMatchObject([{ verb: 'add', object: { kind: 'redirect' } }])
  await kernel.apply(mending)
  expect((await run('node', ['-e', askBoth], { netns })).stdout).toBe('udp ping tcp')
  expect((await run('nft', ['list', 'ruleset'], { netns })).stdout.match(/ set /g)).toHaveLength(4)
  expect((await run('conntrack', ['-C'], { netns })).stdout.trim()).toBe('0')
})
/** A client that asks from one port only hears who answers from that. */
const askBoth = `const udp = require('dgram').createSocket('udp4')
setTimeout(() => process.exit(1), 2000).unref()
udp.connect(53, '127.0.0.11', () => udp.send('ping'))
udp.on('message', (text) => {
  udp.close()
  process.stdout.write(text + ' ')
  require('net').connect(53, '127.0.0.11').pipe(process.stdout)
})`

test('a socket that cannot be had is a failure, and nothing stays', async () => {
  const common = { kind: 'socket', netns, port: 53, service: 'dns' } as const
  const free: SocketObject = { ...common, protocol: 'tcp', address: '127.0.0.11' }
  const taken: SocketObject = { ...common, protocol: 'udp', address: '192.0.2.1' }
  await expect(kernel.apply(diff([...sandboxObjects(directory), free, taken], []))).rejects.toThrow(
    /udp 192\.0\.2\.1:53 .*Cannot assign requested address/,
  )
  expect(await captureKernel(directory)).toEqual(before)
})

test('a file left by a namespace that was never mounted is no hindrance', async () => {
  const [namespace] = sandboxObjects(directory)
  if (namespace?.kind !== 'namespace') throw new Error('a sandbox begins with its namespace')
  await kernel.apply(diff([namespace], []))
  await run('umount', [namespace.path])
  expect(await kernel.observe([namespace])).toEqual([])
  await kernel.apply(diff([namespace], []))
  expect(await kernel.observe([namespace])).toEqual([namespace])
  await run('umount', [namespace.path])
  expect(await kernel.observe([])).toEqual([namespace])
})

test('facts tell what plans depend on', async () => {
  await kernel.apply(diff([...baseObjects, ...networkObjects], []))
  const facts = await kernel.facts()
  expect(facts.forwarding).toBe(true)
  expect(await kernel.forwardPolicy('ipv4')).toBe('DROP')
  expect([facts.hasLink('lo'), facts.hasLink(bridge.name), facts.hasLink('nosuch0')]).toEqual([true, true, false])
  expect(facts.routedSubnets).toContain('10.89.0.0/24')
  expect(facts.nameservers.every((address) => /^\d+(\.\d+){3}$/.test(address))).toBe(true)
})

test('a route in a table of its own, as VPNs have it, is told with its link', async () => {
  await run('ip', ['link', 'add', 'vpn0', 'type', 'veth', 'peer', 'name', 'vpn1'])
  try {
    await run('ip', ['link', 'set', 'vpn0', 'up'])
    await run('ip', ['route', 'add', '10.201.0.0/16', 'dev', 'vpn0', 'table', '52'])
    await run('ip', ['route', 'add', '10.202.0.9', 'dev', 'vpn0', 'table', '52'])
    const places = await kernel.ground()
    expect(places).toContainEqual({ subnet: '10.201.0.0/16', link: 'vpn0', what: 'route' })
    expect(places).toContainEqual({ subnet: '10.202.0.9/32', link: 'vpn0', what: 'route' })
  } finally {
    await run('ip', ['link', 'del', 'vpn0'])
  }
})

function isDeepKind({ kind }: KernelObject): boolean {
  return kind === 'chain' || kind === 'policy' || kind === 'rule' || kind === 'sysctl'
}

async function macOf(name: string): Promise<string> {
  const { stdout } = await run('ip', ['-j', 'link', 'show', 'dev', name])
  return /"address":"([^"]+)"/.exec(stdout)?.[1] ?? ''
}

async function listChildren(): Promise<number[]> {
  const text = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8')
  return text.trim().split(' ').map(Number)
}

test('sandboxes that come and go while everything is read are no failure', async () => {
  const sandbox = sandboxObjects(directory)
  let isOver = false
  const coming = (async () => {
    for (let round = 0; round < 25; round++) {
      await kernel.apply(diff(sandbox, []))
      await kernel.apply(diff([], sandbox))
    }
    isOver = true
  })()
  while (!isOver) await kernel.observe(sandbox)
  await coming
})
