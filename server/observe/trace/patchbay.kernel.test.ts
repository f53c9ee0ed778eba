import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDockerWatcher } from '../../docker/watcher'
import { placeOf } from '../../drivers/registry'
import { type Bed, createBed, outside } from '../../engine/testing/bed'
import { createNetnsReader } from '../../kernel/netlink/reader'
import { createNetnsTables } from '../../kernel/netns-tables'
import { run } from '../../kernel/run'
import type { Observer } from '../contract'
import { createKernelSources } from '../kernel-sources'
import { createObserver } from '../observer'
import type { Snapshot } from '../snapshot'
import { planOf } from './change'
import type { CauseCode } from './codes'
import type { Explanation, Place, TraceChange, TraceQuestion, Tracer } from './contract'
import { prober } from './testing/lab'
import { createTracer } from './tracer'

const asked = { actor: 'test' }
const reader = createNetnsReader()
const times: number[] = []
let bed: Bed
let observer: Observer
let tracer: Tracer
let outsider: Place

/** Answers on tcp/80. */
const server = ['sh', '-c', 'mkdir -p /www; httpd -f -p 80 -h /www']
const start = (name: string, network: string, more: Record<string, unknown> = {}) =>
  bed.engine.runContainer({ name, network, command: server, ...more }, asked)

beforeAll(async () => {
  bed = await createBed()
  const { engine, kernel, store, drivers } = bed
  observer = createObserver({
    ...{ engine, store, sources: createKernelSources(kernel), docker: createDockerWatcher('unix:///nowhere.sock') },
    placeOf: (network) => placeOf(drivers.find(network.driver), network),
    failed: () => undefined,
  })
  tracer = createTracer({
    ...{ reader, tables: createNetnsTables(), sandboxDir: '/run/patchbay-test/netns' },
    records: () => picture(),
    names: (container) => engine.listNames(container),
    plan: (change) => planOf(engine, change),
  })
  await engine.createNetwork({ name: 'backend' }, asked)
  await engine.createNetwork({ name: 'frontend' }, asked)
  await engine.createNetwork({ name: 'store', internal: true }, asked)
  await engine.createNetwork({ name: 'quiet', options: { 'com.docker.network.bridge.enable_icc': 'false' } }, asked)
  await start('web', 'backend', { ports: [{ containerPort: 80, hostPort: 8080 }] })
  await start('box', 'backend')
  await start('front', 'frontend')
  await start('local', 'frontend', { ports: [{ containerPort: 81, hostPort: 8081, hostIp: '127.0.0.1' }] })
  await start('closed', 'backend')
  await start('shut', 'backend')
  await start('db', 'store')
  await start('q1', 'quiet')
  await start('q2', 'quiet')
  await engine.updateContainer('closed', { policy: { ingress: 'deny' } }, asked)
  await engine.updateContainer('shut', { policy: { egress: 'deny' } }, asked)
  await engine.createService(
    { name: 'api', network: 'backend', containers: ['web', 'box'], ports: [{ port: 80 }] },
    asked,
  )
  const found = (await reader.find()).find(({ mounts }) => mounts.includes(outside.netns))
  outsider = { kind: 'namespace', id: found?.id ?? '' }
})

afterAll(async () => {
  await observer?.close()
  await reader.close()
  await bed?.end()
})

async function picture(): Promise<Snapshot> {
  for await (const event of observer.watch(new AbortController().signal)) {
    if (event.type === 'snapshot') return event.snapshot
  }
  throw new Error('there was no picture')
}

const of = (name: string): Place => ({ kind: 'container', id: bed.engine.getContainer(name).id })
const address = (text: string): Place => ({ kind: 'address', address: text })
const host: Place = { kind: 'host' }
const service = () => address(bed.engine.getService('api').ipv4Address ?? '')

/** A real packet from the place, waiting for so many seconds. */
async function probe(from: Place, to: string, { protocol, port }: TraceQuestion, wait: number): Promise<string> {
  const netns =
    from.kind === 'container'
      ? bed.engine.getContainer(from.id).sandbox?.key
      : from.kind === 'host'
        ? '/proc/self/ns/net'
        : outside.netns
  const probing = ['perl', '-e', prober, protocol, to, `${port ?? 0}`, '0', `${wait}`]
  const { stdout } = await promisify(execFile)('nsenter', [`--net=${netns}`, '--', ...probing])
  return stdout.trim()
}

async function explained(
  from: Place,
  to: Place,
  port: number,
  protocol: TraceQuestion['protocol'] = 'tcp',
  change?: TraceChange,
) {
  const found = await tracer.explain({ from, to, protocol, ...(protocol === 'icmp' ? {} : { port }) }, change)
  times.push(found.durationMs)
  return found
}

function shown({ there, back, verdict }: Explanation): string {
  const steps = [...there.steps, ...(back?.steps ?? [])]
  return [...steps.map(({ said, evidence }) => `${said.code} ${evidence}`), JSON.stringify(verdict)].join('\n')
}

type Case = readonly [title: string, from: () => Place, to: () => Place, port: number, cause: CauseCode, values: object]

const cases: readonly Case[] = [
  ['on one network', () => of('box'), () => of('web'), 80, 'answered', {}],
  ['by name', () => of('box'), () => ({ kind: 'name', name: 'web' }), 80, 'answered', {}],
  [
    'by a name that nobody has',
    () => of('box'),
    () => ({ kind: 'name', name: 'wep' }),
    80,
    'name-unknown',
    { name: 'wep' },
  ],
  ['by a published port from outside', () => outsider, () => address(outside.host), 8080, 'answered', {}],
  ['by a published port from its own network', () => of('box'), () => address(outside.host), 8080, 'answered', {}],
  ['from the host', () => host, () => of('db'), 80, 'answered', {}],
  ['a service', () => of('closed'), service, 80, 'answered', {}],
  ['a port that the service has not', () => of('box'), service, 81, 'service-refuses', { name: 'api' }],
  [
    'another network',
    () => of('box'),
    () => of('front'),
    80,
    'networks-isolated',
    { from: 'backend', network: 'frontend' },
  ],
  ['an internal network', () => of('box'), () => of('db'), 80, 'network-internal', { network: 'store' }],
  [
    'out of an internal network',
    () => of('db'),
    () => address(outside.address),
    80,
    'no-route-internal',
    { network: 'store' },
  ],
  ['where containers are kept apart', () => of('q1'), () => of('q2'), 80, 'containers-apart', { network: 'quiet' }],
  ['whose policy denies', () => of('box'), () => of('closed'), 80, 'policy-denies-ingress', { name: 'closed' }],
  ['by whose policy it is denied', () => of('shut'), () => of('box'), 80, 'policy-denies-egress', { name: 'shut' }],
  ['a port that nobody listens on', () => of('box'), () => of('web'), 99, 'nobody-listens', { port: 99, place: 'web' }],
  [
    'published at the loopback alone',
    () => outsider,
    () => address(outside.host),
    8081,
    'published-elsewhere',
    { container: 'local', address: '127.0.0.1' },
  ],
]

test.each(cases)('%s', async (_title, fromPlace, toPlace, port, cause, values) => {
  const [from, to] = [fromPlace(), toPlace()]
  const found = await explained(from, to, port)
  expect(found.verdict.cause, shown(found)).toMatchObject({ code: cause, values })
  if (found.address === null) return
  const { outcome } = found.verdict
  const seen = await probe(
    from,
    found.address,
    found.question,
    outcome === 'answered' || outcome === 'rejected' ? 2 : 0.3,
  )
  expect(seen, shown(found)).toMatch(
    outcome === 'answered' ? /^answered$/ : outcome === 'rejected' ? /^refused/ : /^(silent|error)/,
  )
})

test('somebody outside is told to use what is published, and to publish what is not', async () => {
  const direct = await explained(address(outside.address), of('web'), 80)
  expect(direct.verdict.cause, shown(direct)).toMatchObject({ code: 'direct-access', values: { container: 'web' } })
  const unpublished = await explained(address(outside.address), of('box'), 80)
  expect(unpublished.verdict, shown(unpublished)).toMatchObject({
    cause: { code: 'port-unpublished', values: { container: 'box', port: 80 } },
    remedies: [{ code: 'publish', values: { container: 'box', port: 80 } }],
  })
})

test('a question to the resolver is taken at the port that it is led to', async () => {
  const found = await explained(of('box'), address('127.0.0.11'), 53, 'udp')
  expect(found.verdict.cause.code, shown(found)).toBe('answered')
})

test("the host's loopback is not to be reached from outside", async () => {
  const inside = { netns: outside.netns }
  await run('ip', ['address', 'del', '127.0.0.1/8', 'dev', 'lo'], inside)
  await run('ip', ['route', 'add', '127.0.0.1', 'via', outside.host], inside)
  const found = await explained(outsider, address('127.0.0.1'), 8081)
  const seen = await probe(outsider, '127.0.0.1', found.question, 0.3)
  await run('ip', ['route', 'del', '127.0.0.1'], inside)
  await run('ip', ['address', 'add', '127.0.0.1/8', 'dev', 'lo'], inside)
  expect(found.verdict, shown(found)).toMatchObject({ outcome: 'dropped', cause: { code: 'loopback-guarded' } })
  expect(seen).toBe('silent')
})

test("an administrator's rule and a rule that is missing are named", async () => {
  await run('iptables', ['-I', 'PATCHBAY-USER', '-d', outside.address, '-j', 'DROP'])
  const stopped = await explained(of('box'), address(outside.address), 0, 'icmp')
  await run('iptables', ['-D', 'PATCHBAY-USER', '-d', outside.address, '-j', 'DROP'])
  expect(stopped.verdict.cause.code, shown(stopped)).toBe('user-rule-drops')
  expect((await explained(of('box'), address(outside.address), 0, 'icmp')).verdict.outcome).toBe('answered')
  await run('iptables', ['-t', 'nat', '-F', 'POSTROUTING'])
  const bare = await explained(of('box'), address(outside.address), 0, 'icmp')
  await bed.engine.reconcile(asked)
  expect(bare.verdict.cause.code, shown(bare)).toBe('not-masqueraded')
})

test('what a change would bring is explained as it is once the change was made', async () => {
  const changes: readonly [
    TraceChange,
    Place,
    Place,
    CauseCode,
    CauseCode,
    () => Promise<unknown>,
    () => Promise<unknown>,
  ][] = [
    [
      { kind: 'connect', network: 'store', container: 'box' },
      ...([of('box'), of('db')] as const),
      ...(['network-internal', 'answered'] as const),
      () => bed.engine.connect({ network: 'store', container: 'box' }, asked),
      () => bed.engine.disconnect({ network: 'store', container: 'box' }, asked),
    ],
    [
      { kind: 'disconnect', network: 'backend', container: 'web' },
      ...([of('box'), of('web')] as const),
      ...(['answered', 'no-address'] as const),
      () => bed.engine.disconnect({ network: 'backend', container: 'web' }, asked),
      () => bed.engine.connect({ network: 'backend', container: 'web' }, asked),
    ],
    [
      { kind: 'connect', network: 'store', container: 'closed', leaving: 'backend' },
      ...([of('closed'), address(outside.address)] as const),
      ...(['nobody-listens', 'no-route-internal'] as const),
      async () => {
        await bed.engine.connect({ network: 'store', container: 'closed' }, asked)
        await bed.engine.disconnect({ network: 'backend', container: 'closed' }, asked)
      },
      async () => {
        await bed.engine.connect({ network: 'backend', container: 'closed' }, asked)
        await bed.engine.disconnect({ network: 'store', container: 'closed' }, asked)
      },
    ],
    [
      { kind: 'network', network: 'backend', changes: { internal: true } },
      ...([of('box'), address(outside.address)] as const),
      ...(['nobody-listens', 'no-route-internal'] as const),
      () => bed.engine.updateNetwork('backend', { internal: true }, asked),
      () => bed.engine.updateNetwork('backend', { internal: false }, asked),
    ],
    [
      { kind: 'container', container: 'closed', changes: { policy: {} } },
      ...([of('box'), of('closed')] as const),
      ...(['policy-denies-ingress', 'answered'] as const),
      () => bed.engine.updateContainer('closed', { policy: {} }, asked),
      () => bed.engine.updateContainer('closed', { policy: { ingress: 'deny' } }, asked),
    ],
    [
      { kind: 'network', network: 'frontend', changes: { policy: { ingress: 'deny' } } },
      ...([host, of('front')] as const),
      ...(['answered', 'policy-denies-ingress'] as const),
      () => bed.engine.updateNetwork('frontend', { policy: { ingress: 'deny' } }, asked),
      () => bed.engine.updateNetwork('frontend', { policy: {} }, asked),
    ],
  ]
  for (const [change, from, to, now, then, make, undo] of changes) {
    const before = await explained(from, to, 80)
    const planned = await explained(from, to, 80, 'tcp', change)
    await make()
    const after = await explained(from, to, 80)
    await undo()
    const codes = [before, planned, after].map(({ verdict }) => verdict.cause.code)
    expect(codes, [before, planned, after].map(shown).join('\n\n')).toEqual([now, then, then])
  }
})

test('a container that does not run has no network, and one that is not there is said so', async () => {
  await bed.engine.stopContainer('q2', { ...asked, timeoutMs: 0 })
  const found = await explained(of('q1'), of('q2'), 80)
  expect(found.verdict).toMatchObject({ cause: { code: 'no-stack', values: { name: 'q2' } }, at: null })
  await expect(explained(of('q1'), { kind: 'container', id: 'nobody' }, 80)).rejects.toThrow(
    'no such container: nobody',
  )
})

/** The figure is 100 ms; this machine may be shared by other tests. */
const busyMs = 300

test('what Patchbay made is explained at once', () => {
  const [median = 0] = [...times].sort((one, other) => one - other).slice(Math.floor(times.length / 2))
  console.log(`${times.length} explanations; ms: median ${median.toFixed(0)}, slowest ${Math.max(...times).toFixed(0)}`)
  expect(median).toBeLessThanOrEqual(busyMs)
})
