import { createServer } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { captureKernel } from '../kernel/testing/capture'
import type { Engine } from './contract'
import { type Bed, createBed } from './testing/bed'

const asked = { actor: 'test' }
const long = 'n'.repeat(10_000)
let bed: Bed
const listener = createServer()

beforeAll(async () => {
  bed = await createBed()
  const { engine } = bed
  await engine.createNetwork({ name: 'backend', subnet: '10.9.0.0/24' }, asked)
  await engine.createNetwork({ name: 'tiny', subnet: '10.9.8.0/30' }, asked)
  await engine.runContainer(
    { name: 'box1', network: 'backend', command: ['sleep', '3600'], ports: [{ containerPort: 80, hostPort: 8080 }] },
    asked,
  )
  await engine.runContainer({ name: 'full', network: 'tiny', command: ['sleep', '3600'] }, asked)
  await engine.runContainer({ name: 'onhost', network: 'host', command: ['sleep', '3600'] }, asked)
  await engine.createContainer({ name: 'idle', network: 'none', command: ['sleep', '3600'] }, asked)
  await new Promise<void>((resolve) => listener.listen(9090, '0.0.0.0', resolve))
})

afterAll(async () => {
  listener.close()
  await bed?.end()
})

type Attempt = (engine: Engine) => Promise<unknown>

const attempts: [title: string, attempt: Attempt, message: RegExp][] = [
  [
    'a network name that is taken',
    (e) => e.createNetwork({ name: 'backend' }, asked),
    /network with name backend already exists/,
  ],
  ['a blank network name', (e) => e.createNetwork({ name: '  ' }, asked), /needs a name/],
  ['a network name of 10,000 characters', (e) => e.createNetwork({ name: long }, asked), /has 10000 characters/],
  [
    'the name of a predefined network',
    (e) => e.createNetwork({ name: 'host' }, asked),
    /kept for a predefined network/,
  ],
  ['a second host network', (e) => e.createNetwork({ name: 'h2', driver: 'host' }, asked), /only one host network/],
  [
    'a driver that there is not',
    (e) => e.createNetwork({ name: 'x', driver: 'warp' }, asked),
    /driver warp is not available; there are bridge/,
  ],
  [
    'an unknown driver option',
    (e) => e.createNetwork({ name: 'x', options: { foo: '1' } }, asked),
    /option "foo" is not known/,
  ],
  ['a malformed subnet', (e) => e.createNetwork({ name: 'x', subnet: '10.0.0' }, asked), /not an IPv4 subnet/],
  [
    'a subnet with host bits',
    (e) => e.createNetwork({ name: 'x', subnet: '10.0.0.1/24' }, asked),
    /did you mean 10.0.0.0\/24/,
  ],
  [
    'a subnet that overlaps a network',
    (e) => e.createNetwork({ name: 'x', subnet: '10.9.0.128/25' }, asked),
    /overlaps 10.9.0.0\/24 of network backend/,
  ],
  [
    'a subnet that the host routes',
    (e) => e.createNetwork({ name: 'x', subnet: '198.51.100.0/25' }, asked),
    /overlaps 198.51.100.0\/24 of a route/,
  ],
  [
    'a gateway outside its subnet',
    (e) => e.createNetwork({ name: 'x', subnet: '10.1.0.0/24', gateway: '10.2.0.1' }, asked),
    /gateway 10.2.0.1 lies outside/,
  ],
  [
    'a bridge name that is a device of the host',
    (e) => e.createNetwork({ name: 'x', options: { 'com.docker.network.bridge.name': 'uplink0' } }, asked),
    /device uplink0 already exists/,
  ],
  [
    'a bridge name that is a shell command',
    (e) => e.createNetwork({ name: 'x', options: { 'com.docker.network.bridge.name': '$(reboot)' } }, asked),
    /must be 1 to 15 letters/,
  ],
  ['removing a network in use', (e) => e.removeNetwork('backend', asked), /in use by box1/],
  ['removing a predefined network', (e) => e.removeNetwork('bridge', asked), /pre-defined network/],
  ['removing an unknown network', (e) => e.removeNetwork('nowhere', asked), /network nowhere does not exist/],
  [
    'connecting twice',
    (e) => e.connect({ network: 'backend', container: 'box1' }, asked),
    /already connected to network backend/,
  ],
  [
    'connecting an unknown container',
    (e) => e.connect({ network: 'backend', container: 'ghost' }, asked),
    /container ghost does not exist/,
  ],
  [
    'connecting to an unknown network',
    (e) => e.connect({ network: 'ghost', container: 'box1' }, asked),
    /network ghost does not exist/,
  ],
  [
    'an address in use',
    (e) => e.connect({ network: 'backend', container: 'full', ipv4Address: '10.9.0.2' }, asked),
    /in use on network backend by container box1/,
  ],
  [
    'an address outside the subnet',
    (e) => e.connect({ network: 'backend', container: 'full', ipv4Address: '10.8.0.2' }, asked),
    /outside subnet 10.9.0.0\/24/,
  ],
  [
    'the gateway’s address',
    (e) => e.connect({ network: 'backend', container: 'full', ipv4Address: '10.9.0.1' }, asked),
    /by the gateway/,
  ],
  [
    'a malformed address',
    (e) => e.connect({ network: 'backend', container: 'full', ipv4Address: '10.9.0.' }, asked),
    /not an IPv4 address/,
  ],
  [
    'a MAC address in use',
    (e) => e.connect({ network: 'backend', container: 'full', macAddress: '02:42:0a:09:00:02' }, asked),
    /in use on network backend/,
  ],
  [
    'an alias with a space',
    (e) => e.connect({ network: 'backend', container: 'full', aliases: ['a b'] }, asked),
    /not a name that DNS can carry/,
  ],
  [
    'an exhausted pool',
    (e) => e.connect({ network: 'tiny', container: 'box1' }, asked),
    /no free address left in 10.9.8.0\/30/,
  ],
  [
    'connecting a container of the host’s network',
    (e) => e.connect({ network: 'backend', container: 'onhost' }, asked),
    /shared whole or not at all/,
  ],
  [
    'connecting to none beside another',
    (e) => e.connect({ network: 'none', container: 'box1' }, asked),
    /cannot be on network none/,
  ],
  [
    'disconnecting what is not connected',
    (e) => e.disconnect({ network: 'tiny', container: 'box1' }, asked),
    /is not connected to network tiny/,
  ],
  ['a container name that is taken', (e) => e.createContainer({ name: 'box1' }, asked), /already in use by container/],
  [
    'a container name with a space',
    (e) => e.createContainer({ name: 'a b' }, asked),
    /container name "a b" is not valid/,
  ],
  ['a container name that is a shell command', (e) => e.createContainer({ name: '$(reboot)' }, asked), /is not valid/],
  ['a container name with quotes', (e) => e.createContainer({ name: `it's"` }, asked), /is not valid/],
  ['a container name in Chinese', (e) => e.createContainer({ name: '容器' }, asked), /is not valid/],
  ['a container name of 10,000 characters', (e) => e.createContainer({ name: long }, asked), /10000 characters/],
  ['an unknown image', (e) => e.createContainer({ name: 'xx', image: 'nginx' }, asked), /nginx/],
  [
    'an unknown network for a container',
    (e) => e.createContainer({ name: 'xx', network: 'ghost' }, asked),
    /network ghost does not exist/,
  ],
  [
    'a port that a container publishes',
    (e) => e.runContainer({ name: 'xx', ports: [{ containerPort: 80, hostPort: 8080 }] }, asked),
    /port 8080\/tcp of this host is already in use by container box1/,
  ],
  [
    'a port that a process of the host has',
    (e) => e.runContainer({ name: 'xx', ports: [{ containerPort: 80, hostPort: 9090 }] }, asked),
    /9090\/tcp of this host is already in use by .+ \(process \d+\)/,
  ],
  [
    'a port beyond 65535',
    (e) => e.createContainer({ name: 'xx', ports: [{ containerPort: 80, hostPort: 70_000 }] }, asked),
    /70000 is not a port number/,
  ],
  [
    'one port twice',
    (e) =>
      e.createContainer(
        {
          name: 'xx',
          ports: [
            { containerPort: 80, hostPort: 81 },
            { containerPort: 82, hostPort: 81 },
          ],
        },
        asked,
      ),
    /container port 80 of the same container/,
  ],
  [
    'a program that the image has not',
    (e) => e.runContainer({ name: 'xx', command: ['no-such-program'] }, asked),
    /no-such-program/,
  ],
  ['a command with a NUL byte', (e) => e.createContainer({ name: 'xx', command: ['a\0b'] }, asked), /NUL byte/],
  [
    'a memory limit below the least',
    (e) => e.createContainer({ name: 'xx', memoryBytes: 5 }, asked),
    /memory limit in bytes must be/,
  ],
  ['starting what runs', (e) => e.startContainer('box1', asked), /is already running/],
  ['stopping what does not run', (e) => e.stopContainer('idle', asked), /is not running/],
  ['running a command in what does not run', (e) => e.exec('idle', ['true']), /is not running; start it first/],
  ['removing what runs', (e) => e.removeContainer('box1', asked), /stop it first, or remove it with force/],
]

test.each(attempts)('%s gives one sentence, and kernel and database stay as they were', async (_, attempt, message) => {
  const before = await everything()
  const error: unknown = await attempt(bed.engine).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toMatchObject({ message: expect.stringMatching(message) })
  expect((error as Error).message.split('\n')).toHaveLength(1)
  expect((error as Error).message.length).toBeLessThan(300)
  expect(await everything()).toEqual(before)
})

test.each(['my net', `it's "quoted"`, '$(touch /tmp/pwned)', '网络一', ';reboot', '-j ACCEPT', '../../etc'])(
  'a network may be called %j; it works and goes without a trace',
  async (name) => {
    const before = await everything()
    await bed.engine.createNetwork({ name }, asked)
    await bed.engine.connect({ network: name, container: 'box1' }, asked)
    expect((await bed.engine.reconcile({ ...asked, dryRun: true })).commands).toEqual([])
    await bed.engine.disconnect({ network: name, container: 'box1' }, asked)
    await bed.engine.removeNetwork(name, asked)
    expect(await everything()).toEqual(before)
  },
)

/** Kernel and records; the sandbox pool may be refilling, so only the host's namespace counts. */
async function everything(): Promise<unknown> {
  const { networks, containers, endpoints } = await bed.store.load()
  return { kernel: await captureKernel('/nowhere'), networks, containers, endpoints }
}
