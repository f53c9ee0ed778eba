import { type Answer, type DecodedPacket, decode, encode, type RecordType } from 'dns-packet'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFakeUpstream, type FakeUpstream } from '../dns/testing/upstream'
import { run } from '../kernel/run'
import type { Netns } from '../plan/object'
import { type Bed, createBed } from './testing/bed'

/** Asks 127.0.0.11 from inside a sandbox, over the transport named first, one question after another. */
const program = `
const dgram = require('node:dgram'), net = require('node:net')
const [transport, ...queries] = process.argv.slice(1)
const overUdp = (query) => new Promise((resolve) => {
  const socket = dgram.createSocket('udp4')
  socket.on('message', (answer) => { socket.close(); resolve(answer) })
  socket.send(query, 53, '127.0.0.11')
})
const overTcp = (query) => new Promise((resolve) => {
  let held = Buffer.alloc(0)
  const socket = net.connect(53, '127.0.0.11', () => socket.write(Buffer.concat([Buffer.from([query.length >> 8, query.length & 255]), query])))
  socket.on('data', (chunk) => {
    held = Buffer.concat([held, chunk])
    if (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) { socket.destroy(); resolve(held.subarray(2)) }
  })
})
setTimeout(() => process.exit(1), 8000).unref()
;(async () => {
  for (const query of queries) {
    const answer = await (transport === 'udp' ? overUdp : overTcp)(Buffer.from(query, 'base64'))
    console.log(answer.toString('base64'))
  }
})()
`

type Reply = DecodedPacket & { rcode: string }

let bed: Bed
let upstream: FakeUpstream
let upstream6: FakeUpstream
const asked = { actor: 'test' }

async function ask(container: string, questions: [string, RecordType?][], transport = 'udp'): Promise<Reply[]> {
  const queries = questions.map(([name, type = 'A']) =>
    encode({ type: 'query', id: 7, flags: 0x100, questions: [{ type, name }] }).toString('base64'),
  )
  const netns = bed.engine.getContainer(container).sandbox?.key as Netns
  const { stdout } = await run('node', ['--input-type=commonjs', '-e', program, '--', transport, ...queries], { netns })
  return stdout
    .trim()
    .split('\n')
    .map((line) => decode(Buffer.from(line, 'base64')) as Reply)
}

const dataOf = (reply: Reply | undefined) =>
  reply?.answers?.map((answer: Answer) => ('data' in answer ? answer.data : undefined))
const ipOf = (container: string, network = 'front', family: 'ipv4Address' | 'ipv6Address' = 'ipv4Address') => {
  const [box, net] = [bed.engine.getContainer(container), bed.engine.getNetwork(network)]
  const endpoint = bed.engine.listEndpoints().find((one) => one.containerId === box.id && one.networkId === net.id)
  return endpoint?.assigned?.[family]?.split('/')[0] ?? ''
}

beforeAll(async () => {
  bed = await createBed()
  upstream = await createFakeUpstream('127.0.0.1')
  upstream6 = await createFakeUpstream('::1')
  await bed.engine.createNetwork(
    {
      name: 'front',
      ipv6: true,
      names: {
        upstreams: [`127.0.0.1:${upstream.port}`],
        records: [
          { name: '_http._tcp.shop', type: 'SRV', value: '0 5 8080 web' },
          ...Array.from({ length: 60 }, (_, at) => ({ name: 'many', type: 'A', value: `10.99.0.${at}` })),
        ],
      },
    },
    asked,
  )
  await bed.engine.createNetwork({ name: 'inner', internal: true }, asked)
  const start = (name: string, network: string, more: object = {}) =>
    bed.engine.runContainer({ name, network, command: ['sleep', '3600'], ...more }, asked)
  await start('asker', 'front')
  await start('web', 'front', { aliases: ['pool', '*.web', 'v1.api.example.com'] })
  const healthcheck = {
    test: ['CMD', 'test', '-e', '/ill'],
    intervalMs: 150,
    timeoutMs: 3_000,
    startPeriodMs: 0,
    retries: 1,
  }
  await start('two', 'front', { aliases: ['pool'], options: { healthcheck } })
  await start('shut', 'inner')
})

afterAll(async () => {
  await Promise.all([bed?.end(), upstream?.close(), upstream6?.close()])
})

test.each(['udp', 'tcp'])(
  'names, wildcards, both families and both ways back are answered over %s',
  async (transport) => {
    const [web, web6] = [ipOf('web'), ipOf('web', 'front', 'ipv6Address')]
    const back = `${web.split('.').reverse().join('.')}.in-addr.arpa`
    const replies = await ask(
      'asker',
      [
        ['WEB'],
        ['web.front'],
        ['x.y.web'],
        ['v1.api.example.com'],
        ['web', 'AAAA'],
        [back, 'PTR'],
        ['_http._tcp.shop', 'SRV'],
      ],
      transport,
    )
    expect(replies.map(dataOf)).toEqual([
      ...[[web], [web], [web], [web], [web6], ['web.front']],
      [{ priority: 0, weight: 5, port: 8080, target: 'web' }],
    ])
    expect(replies.at(-1)?.additionals).toMatchObject([{ data: web }, { data: web6 }])
  },
)

test('what is longer than a datagram comes in part over UDP, and whole over TCP', async () => {
  const [[cut], [whole]] = await Promise.all([ask('asker', [['many']]), ask('asker', [['many']], 'tcp')])
  expect(cut?.flag_tc).toBe(true)
  expect(cut?.answers).toHaveLength(30)
  expect(whole?.answers).toHaveLength(60)
})

test('a container that fails its health check is left out while another has the name, and comes back', async () => {
  await bed.engine.exec('two', ['touch', '/ill'])
  await expect.poll(() => bed.engine.health(bed.engine.getContainer('two'))?.status, { timeout: 5_000 }).toBe('healthy')
  const both = await ask('asker', [['pool'], ['pool']])
  expect(new Set(both.map((reply) => dataOf(reply)?.[0]))).toEqual(new Set([ipOf('web'), ipOf('two')]))
  await bed.engine.exec('two', ['rm', '/ill'])
  await expect
    .poll(() => bed.engine.health(bed.engine.getContainer('two'))?.status, { timeout: 5_000 })
    .toBe('unhealthy')
  const [pool, own] = await ask('asker', [['pool'], ['two']])
  expect(dataOf(pool)).toEqual([ipOf('web')])
  expect(dataOf(own)).toEqual([ipOf('two')])
})

test('a network’s own servers are asked, of either family, and another one at once when it is set', async () => {
  upstream.answer = ({ name }) => ({ answers: [{ type: 'A', name, ttl: 60, data: '192.0.2.4' }] })
  upstream6.answer = ({ name }, transport) =>
    transport === 'udp' ? { truncated: true } : { answers: [{ type: 'A', name, ttl: 60, data: '192.0.2.6' }] }
  const [before] = await ask('asker', [['elsewhere.example']])
  expect(dataOf(before)).toEqual(['192.0.2.4'])
  await bed.engine.updateNetwork('front', { names: { upstreams: [`[::1]:${upstream6.port}`] } }, asked)
  const [after] = await ask('asker', [['elsewhere.example']])
  expect(dataOf(after)).toEqual(['192.0.2.6'])
  expect(upstream6.asked).toEqual(['udp A elsewhere.example', 'tcp A elsewhere.example'])
})

test('records are others at once in containers that run', async () => {
  const records = [{ name: 'printer', type: 'A', value: '10.99.1.1' }]
  await bed.engine.updateNetwork('front', { names: { records } }, asked)
  expect(dataOf((await ask('asker', [['printer']]))[0])).toEqual(['10.99.1.1'])
  await bed.engine.updateNetwork(
    'front',
    { names: { records: [{ ...records[0], value: '10.99.1.2' } as never] } },
    asked,
  )
  expect(dataOf((await ask('asker', [['printer']]))[0])).toEqual(['10.99.1.2'])
})

test('nobody outside is asked from an internal network', async () => {
  const before = upstream.asked.length + upstream6.asked.length
  const [reply] = await ask('shut', [['elsewhere.example']])
  expect(reply?.rcode).toBe('SERVFAIL')
  expect(upstream.asked.length + upstream6.asked.length).toBe(before)
})

test('IPv6 name servers of a container are its own on the default bridge, and asked for it elsewhere', async () => {
  const dns = ['2001:db8::53']
  await bed.engine.runContainer({ name: 'plain', network: 'bridge', command: ['sleep', '60'], dns }, asked)
  const { stdout } = await bed.engine.exec('plain', ['cat', '/etc/resolv.conf'])
  expect(stdout).toContain('nameserver 2001:db8::53\n')
})

test('the questions that containers asked can be watched', async () => {
  const stop = new AbortController()
  for await (const { queries } of bed.engine.queries.watch(stop.signal)) {
    const query = queries.find(({ name }) => name === 'pool')
    expect(query).toMatchObject({ container: { name: 'asker' }, networks: ['front'], type: 'A', code: 'NOERROR' })
    stop.abort()
  }
})
