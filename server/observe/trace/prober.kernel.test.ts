import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createNetnsReader } from '../../kernel/netlink/reader'
import { createNetnsTables } from '../../kernel/netns-tables'
import { run, start } from '../../kernel/run'
import type { Netns } from '../../plan/object'
import type { VerifiedCell, VerifyState } from '../reach/contract'
import { createReach } from '../reach/reach'
import type { Place, TraceQuestion } from './contract'
import { createProber, placeNames } from './prober'
import type { ProbeState } from './prober-contract'
import { createTracer } from './tracer'
import type { Records } from './world'

/** Two namespaces with the host between them, as a router. */
const client: Netns = '/run/netns/sends-client'
const server: Netns = '/run/netns/sends-server'
const address = '10.87.2.2'
const reader = createNetnsReader()
const tables = createNetnsTables()
const noted: string[] = []
const containers = [
  { id: 'c', name: 'client', key: client, published: [] },
  { id: 's', name: 'server', key: server, published: [] },
]
const views = containers.map(({ id, name, key }) => [
  id,
  { id, name, pid: null, networkMode: 'none', ports: [], sandbox: { id, key } },
])
const records: Records = { networks: {}, containers: Object.fromEntries(views), endpoints: {}, services: {} }
const tracer = createTracer({
  ...{ reader, tables, sandboxDir: '/run/patchbay-none' },
  records: async () => records,
  names: () => [],
  plan: async () => [],
})
const engine = {
  listContainers: () => [],
  note: async <Result>(
    { verb, subjects }: { verb: string; subjects: readonly string[] },
    work: () => Promise<Result>,
  ) => {
    noted.push(`${verb} ${subjects.join(' ')}`)
    return work()
  },
}
const prober = createProber({ tracer, reader, tables, engine, nameOf: placeNames(engine) })
let listener: ReturnType<typeof start> | undefined
let from: Place = { kind: 'host' }

beforeAll(async () => {
  for (const [index, name] of ['client', 'server'].entries()) {
    const [subnet, near] = [`10.87.${index + 1}`, `sends${index}`]
    await run('ip', ['netns', 'add', `sends-${name}`])
    await run('ip', ['link', 'add', near, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', `sends-${name}`])
    await run('ip', ['address', 'add', `${subnet}.1/24`, 'dev', near])
    await run('ip', ['link', 'set', near, 'up'])
    const inside = ['-n', `sends-${name}`]
    await run('ip', [...inside, 'address', 'add', `${subnet}.2/24`, 'dev', 'eth0'])
    for (const link of ['lo', 'eth0']) await run('ip', [...inside, 'link', 'set', link, 'up'])
    await run('ip', [...inside, 'route', 'add', 'default', 'via', `${subnet}.1`])
  }
  await run('sysctl', ['-w', 'net.ipv4.ip_forward=1'])
  await run('iptables', ['-A', 'FORWARD', '-p', 'tcp', '--dport', '81', '-j', 'ACCEPT'])
  await run('iptables', ['-A', 'FORWARD', '-p', 'tcp', '--dport', '82', '-j', 'DROP'])
  listener = start('busybox', ['nc', '-ll', '-p', '80', '-e', 'true'], { netns: server })
  const found = (await reader.find()).find(({ mounts }) => mounts.includes(client))
  if (!found) throw new Error('the client is not there')
  from = { kind: 'namespace', id: found.id }
})

afterEach(async () => {
  expect((await run('nft', ['list', 'tables'])).stdout).not.toContain('patchbay_probe')
})

afterAll(async () => {
  listener?.kill('SIGKILL')
  await prober.close()
  await reader.close()
  await run('iptables', ['-F', 'FORWARD'])
  for (const name of ['sends-client', 'sends-server']) await run('ip', ['netns', 'delete', name])
})

async function send(question: Omit<TraceQuestion, 'from' | 'to'>): Promise<ProbeState> {
  const id = prober.send({ from, to: { kind: 'address', address }, ...question }, 'admin')
  let last: ProbeState | undefined
  for await (const state of prober.follow(id, new AbortController().signal)) last = state
  if (!last) throw new Error('nothing was told')
  return last
}

/** What the kernel showed of the way there, by step. */
function marks({ explanation, comparison }: ProbeState): string[] {
  const steps = explanation?.there.steps ?? []
  return steps.map(({ said }, index) => `${said.code} ${comparison?.there[index]?.mark}`)
}

test('a probe that is answered, and one that nobody takes, agree with what is explained', async () => {
  const good = await send({ protocol: 'tcp', port: 80 })
  expect(good).toMatchObject({ stage: 'done', outcome: { result: 'answered' }, comparison: { agreement: 'agrees' } })
  expect(marks(good)).toContain('link-crosses seen')
  expect(marks(good).filter((mark) => mark.endsWith('contradicted'))).toEqual([])
  expect(good.comparison?.back.some(({ mark }) => mark === 'seen')).toBe(true)
  const refused = await send({ protocol: 'tcp', port: 81 })
  expect(refused).toMatchObject({ outcome: { result: 'refused' }, comparison: { agreement: 'agrees', dropped: null } })
  expect(marks(refused)).toEqual(expect.arrayContaining(['rule-accepts seen', 'socket-none seen']))
  expect(noted).toContain(`trace.send namespace ${'id' in from ? from.id : ''} ${address} 80/tcp`)
})

test('a probe that is dropped shows by which rule, and ends soon after', async () => {
  const state = await send({ protocol: 'tcp', port: 82 })
  expect(state.outcome).toMatchObject({ result: 'silent' })
  expect(state.outcome?.ms).toBeLessThan(1_500)
  expect(state.comparison).toMatchObject({
    ...{ agreement: 'agrees', dropped: { family: 'ip', table: 'filter', chain: 'FORWARD', number: 2 } },
  })
  expect(marks(state)).toContain('rule-drops seen')
})

test('a datagram and an echo are seen on their way, too', async () => {
  const echo = await send({ protocol: 'icmp' })
  expect(echo).toMatchObject({ outcome: { result: 'answered' }, comparison: { agreement: 'agrees' } })
  const datagram = await send({ protocol: 'udp', port: 9 })
  expect(datagram).toMatchObject({ outcome: { result: 'refused' }, comparison: { agreement: 'agrees' } })
})

const older = (...args: string[]) => promisify(execFile)('iptables-legacy', args)

test('a rule of the older iptables is seen by what it counts', async () => {
  const rule = ['FORWARD', '-p', 'udp', '--dport', '10', '-j', 'DROP']
  await older('-I', ...rule)
  const state = await send({ protocol: 'udp', port: 10 })
  await older('-D', ...rule)
  expect(state).toMatchObject({ outcome: { result: 'silent' }, comparison: { agreement: 'agrees' } })
  expect(marks(state)).toContain('rule-drops seen')
})

test('what nobody here can send is told', async () => {
  from = { kind: 'address', address: '10.87.1.9' }
  expect(await send({ protocol: 'tcp', port: 80 })).toMatchObject({
    ...{ stage: 'failed', message: { template: expect.stringContaining('sent from this machine') } },
  })
})

test('every way is verified by a probe, and agrees with what is computed', async () => {
  const reach = createReach({ tracer, reader, engine })
  const id = reach.verify(
    { containers, outside: [address], by: 'address', what: { kind: 'port', protocol: 'tcp', port: 82 } },
    'admin',
  )
  const cells = new Map<string, VerifiedCell>()
  let stage = ''
  for await (const event of reach.follow(id, new AbortController().signal)) {
    stage = event.state.message ? JSON.stringify(event.state.message) : event.state.stage
    for (const cell of event.cells) cells.set(`${cell.row} ${cell.column}`, cell)
  }
  expect(stage).toBe('done')
  expect([...cells.values()].filter(({ agreement }) => agreement === 'differs')).toEqual([])
  // Two containers and the host ask both containers, the host and the address; three of them would ask themselves.
  expect(cells.size).toBe(9)
  const results = (row: number) => [...cells.values()].filter((cell) => cell.row === row).map(({ result }) => result)
  expect(results(0)).toEqual(['silent', 'refused', 'silent'])
  await reach.close()
})

test('a verification that is cancelled sends no more, and says how far it came', async () => {
  const reach = createReach({ tracer, reader, engine })
  const many = Array.from({ length: 40 }, (_, index) => `10.87.2.${index + 100}`)
  const id = reach.verify({ containers, outside: many, by: 'address', what: { kind: 'echo' } }, 'admin')
  let last: VerifyState | undefined
  for await (const { state } of reach.follow(id, new AbortController().signal)) {
    last = state
    if (state.stage === 'sending') reach.cancel(id)
  }
  expect(last?.stage).toBe('cancelled')
  expect(last?.sent).toBeLessThan(last?.total ?? 0)
  reach.cancel(id)
  await reach.close()
})
