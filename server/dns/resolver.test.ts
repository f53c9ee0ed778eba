import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import {
  type Answer,
  type DecodedPacket,
  decode as decodePacket,
  encode,
  type Packet,
  type RecordType,
} from 'dns-packet'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { NameRecord } from '../cnm/network-names'
import type { Forwarding, NameSource, QueryView, Resolver } from './contract'
import { createFrameReader, frame } from './framing'
import { lookUp } from './lookup'
import { createResolver, type ResolverOptions } from './resolver'
import { buildTable, type NameTable } from './table'
import { createFakeUpstream, type FakeUpstream } from './testing/upstream'

const self = { id: 'f'.repeat(64), name: 'asker', networks: ['backend'] }
const many = Array.from({ length: 60 }, (_, index) => `10.0.1.${index}`)
const names: Record<string, string[]> = { web: ['10.0.0.2'], group: ['10.0.0.12', '10.0.0.13', '10.0.0.14'], many }

/** The library's types leave the response code out. */
type Decoded = DecodedPacket & { rcode: string }
const decode = (raw: Buffer) => decodePacket(raw) as Decoded

let upstream: FakeUpstream
let upstreams: string[]
let udp: Socket
let tcp: Server
let client: Socket
let resolver: Resolver

let generation = 0
let isBroken = false
let refusal: Forwarding['refusal']
let keepsShortNames: boolean
let records: NameRecord[]

/** One network of containers with these names, and another that is empty. */
function tableOf(): NameTable {
  const holders = Object.entries(names).flatMap(([name, addresses]) =>
    addresses.map((address, at) => ({
      id: `${name}${at}`,
      name: addresses.length > 1 ? `${name}${at}` : name,
      addresses: [address],
      readiness: 'ready' as const,
      names: [{ name, kind: 'alias' as const }],
    })),
  )
  return buildTable({ id: 'n', name: 'backend' }, holders, records)
}

const source: NameSource = {
  get generation() {
    return generation
  },
  of: () => {
    if (isBroken) throw new Error('broken on purpose')
    const views = [{ table: tableOf(), links: new Map() }]
    return {
      asker: self,
      find: (name, type) => {
        if (name === 'broken') throw new Error('broken on purpose')
        return lookUp(views, name, type)
      },
      upstreams: () => ({
        servers: upstreams.map((server) => ({ address: server, port: upstream.port })),
        ...{ refusal, keepsShortNames },
      }),
    }
  },
}

beforeEach(async () => {
  upstream = await createFakeUpstream()
  upstreams = ['127.0.0.1']
  refusal = null
  keepsShortNames = false
  records = []
  generation++
  client = createSocket('udp4')
  await new Promise<void>((resolve) => client.bind(0, '127.0.0.1', resolve))
  await listen({})
})

afterEach(async () => {
  client.close()
  udp.close()
  tcp.close()
  await upstream.close()
})

async function listen(options: Partial<ResolverOptions>): Promise<void> {
  udp = createSocket('udp4')
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve))
  tcp = createServer()
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve))
  resolver = createResolver(source, { timeoutMs: 300, silenceMs: 0, ...options })
  resolver.listen('/run/ns', udp)
  resolver.listen('/run/ns', tcp)
}

async function listenAnew(options: Partial<ResolverOptions>): Promise<void> {
  udp.close()
  tcp.close()
  await listen(options)
}

function query(name: string, type: RecordType = 'A', rest: Partial<Packet> = {}): Buffer {
  return encode({ type: 'query', id: 4711, flags: 0x100, questions: [{ type, name }], ...rest })
}

function sendUdp(raw: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer')), 1_500)
    client.once('message', (message) => {
      clearTimeout(timer)
      resolve(message)
    })
    client.send(raw, udp.address().port, '127.0.0.1')
  })
}

const ask = async (...args: Parameters<typeof query>) => decode(await sendUdp(query(...args)))

async function askTcp(raws: Buffer[]): Promise<Decoded[]> {
  const socket = connect((tcp.address() as AddressInfo).port, '127.0.0.1')
  const packets: Decoded[] = []
  try {
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject)
      socket.on(
        'data',
        createFrameReader((message) => {
          packets.push(decode(message))
          if (packets.length === raws.length) resolve()
        }),
      )
      socket.write(Buffer.concat(raws.map(frame)))
    })
  } finally {
    socket.destroy()
  }
  return packets
}

const dataOf = (packet: Packet) => packet.answers?.map((answer) => ('data' in answer ? answer.data : undefined))
const opt = (udpPayloadSize: number): Answer => ({
  ...{ type: 'OPT', name: '.', extendedRcode: 0, ednsVersion: 0, flags: 0, flag_do: false, options: [] },
  udpPayloadSize,
})
const address = (name: string, data: string): Answer => ({ type: 'A', name, data, ttl: 60 })

test('a name of a container is answered with its address, ten minutes good', async () => {
  const answer = await ask('web')
  expect(answer).toMatchObject({ id: 4711, rcode: 'NOERROR', flag_ra: true, flag_rd: true, flag_aa: false })
  expect(answer.answers).toMatchObject([{ type: 'A', name: 'web', ttl: 600, data: '10.0.0.2' }])
  expect(upstream.asked).toEqual([])
})

test('names are known in any case, with and without the last dot, and come back as asked', async () => {
  const answer = await ask('WeB.')
  expect(dataOf(answer)).toEqual(['10.0.0.2'])
  expect(answer.questions?.[0]?.name).toBe('WeB')
})

test('of containers that share an alias each comes first in turn, and all are in every answer', async () => {
  const orders: string[] = []
  for (let round = 0; round < 6; round++) orders.push(String(dataOf(await ask('group'))))
  expect(new Set(orders)).toEqual(
    new Set(['10.0.0.12,10.0.0.13,10.0.0.14', '10.0.0.13,10.0.0.14,10.0.0.12', '10.0.0.14,10.0.0.12,10.0.0.13']),
  )
  expect(orders.slice(3)).toEqual(orders.slice(0, 3))
})

test('a known name has no records of other types, and nobody outside is asked', async () => {
  for (const type of ['AAAA', 'MX', 'SRV', 'TXT'] as const) {
    expect(await ask('web', type)).toMatchObject({ rcode: 'NOERROR', answers: [] })
  }
  expect(upstream.asked).toEqual([])
})

test('an address of a container has its name', async () => {
  expect(dataOf(await ask('2.0.0.10.in-addr.arpa', 'PTR'))).toEqual(['web.backend'])
  upstream.answer = () => ({ code: 3 })
  expect((await ask('9.0.0.10.in-addr.arpa', 'PTR')).rcode).toBe('NXDOMAIN')
  expect(upstream.asked).toEqual(['udp PTR 9.0.0.10.in-addr.arpa'])
})

test('other names are forwarded, under an id of their own', async () => {
  const ids: (number | undefined)[] = []
  upstream.answer = (question, _transport, packet) => {
    ids.push(packet.id)
    return { answers: [address(question.name, '93.184.216.34')] }
  }
  for (let round = 0; round < 4; round++) {
    const answer = await ask('example.com')
    expect(answer.id).toBe(4711)
    expect(dataOf(answer)).toEqual(['93.184.216.34'])
  }
  expect(new Set(ids).size).toBeGreaterThan(1)
})

test('an answer of somebody who guesses is not taken', async () => {
  upstream.answer = (question, _transport, packet) => ({
    id: ((packet.id ?? 0) + 1) & 0xffff,
    answers: [address(question.name, '6.6.6.6')],
  })
  expect((await ask('example.com')).rcode).toBe('SERVFAIL')
  upstream.answer = () => ({
    questions: [{ type: 'A', name: 'other.com' }],
    answers: [address('other.com', '6.6.6.6')],
  })
  expect((await ask('example.com')).rcode).toBe('SERVFAIL')
})

test('a server that is silent, absent or failing leaves it to the next', async () => {
  const second = await createFakeUpstream('127.0.0.2', upstream.port)
  try {
    second.answer = (question) => ({ answers: [address(question.name, '1.2.3.4')] })
    upstreams = ['127.0.0.1', '127.0.0.3', '127.0.0.2']
    upstream.answer = () => undefined
    expect(dataOf(await ask('silent.com'))).toEqual(['1.2.3.4'])
    upstream.answer = () => ({ code: 2 })
    expect(dataOf(await ask('failing.com'))).toEqual(['1.2.3.4'])
    second.answer = () => ({ code: 5 })
    expect((await ask('refused.com')).rcode).toBe('REFUSED')
  } finally {
    await second.close()
  }
})

test('without servers, or with itself as the only one, the answer is SERVFAIL', async () => {
  upstreams = []
  expect(await ask('example.com')).toMatchObject({ rcode: 'SERVFAIL', id: 4711 })
  upstreams = ['127.0.0.11', 'not-an-address']
  expect((await ask('example.com')).rcode).toBe('SERVFAIL')
  expect((await ask('broken')).rcode).toBe('SERVFAIL')
})

test('an answer that was cut is asked for again over TCP', async () => {
  upstream.answer = (question, transport) =>
    transport === 'udp' ? { truncated: true } : { answers: [address(question.name, '1.1.1.1')] }
  expect(dataOf(await ask('long.com'))).toEqual(['1.1.1.1'])
  expect(upstream.asked).toEqual(['udp A long.com', 'tcp A long.com'])
})

test('what does not fit into a datagram is cut and marked, and comes whole over TCP or with EDNS', async () => {
  const cut = await ask('many')
  expect(cut).toMatchObject({ flag_tc: true, questions: [{ name: 'many' }] })
  expect(cut.answers).toHaveLength(30)
  const whole = await ask('many', 'A', { additionals: [opt(4096)] })
  expect(whole.answers).toHaveLength(60)
  expect(whole.additionals).toMatchObject([{ type: 'OPT' }])
  const [overTcp] = await askTcp([query('many')])
  expect(overTcp?.answers).toHaveLength(60)
})

test('a TCP connection takes several questions, and forwards them over TCP', async () => {
  upstream.answer = (question) => ({ answers: [address(question.name, '1.1.1.1')] })
  const packets = await askTcp([
    query('web', 'A', { id: 1 }),
    query('a.com', 'A', { id: 2 }),
    query('b.com', 'A', { id: 3 }),
  ])
  expect(packets.map((packet) => packet.id).sort()).toEqual([1, 2, 3])
  expect(upstream.asked.sort()).toEqual(['tcp A a.com', 'tcp A b.com'])
})

test('a TCP connection without a word is closed', async () => {
  await listenAnew({ idleMs: 100 })
  const socket = connect((tcp.address() as AddressInfo).port, '127.0.0.1')
  await new Promise<void>((resolve) => socket.on('close', () => resolve()))
})

test('at most so many questions wait for servers at a time', async () => {
  await listenAnew({ maxForwarded: 2 })
  upstream.answer = () => undefined
  const answers: Decoded[] = []
  client.on('message', (message) => answers.push(decode(message)))
  for (let id = 1; id <= 5; id++) client.send(query('slow.com', 'A', { id }), udp.address().port, '127.0.0.1')
  await expect.poll(() => answers.length, { timeout: 250 }).toBe(3)
  expect(answers.every((answer) => answer.rcode === 'SERVFAIL')).toBe(true)
  await expect.poll(() => answers.length).toBe(5)
})

test('a question of another kind is refused, an answer is not answered', async () => {
  const status = query('web')
  status.writeUInt16BE(2 << 11, 2)
  expect(decode(await sendUdp(status)).rcode).toBe('NOTIMP')
  const two = encode({ type: 'query', id: 1, questions: [query, query].map(() => ({ type: 'A', name: 'web' })) })
  expect(decode(await sendUdp(two)).rcode).toBe('FORMERR')
  const response = query('web')
  response.writeUInt16BE(0x8000, 2)
  await expect(sendUdp(response)).rejects.toThrow('no answer')
})

test('ten thousand malformed packets do no harm', async () => {
  upstreams = []
  client.on('message', () => undefined)
  const valid = query('web')
  for (let round = 0; round < 10_000; round++) {
    const noise = randomBytes(round % 80)
    const bent = Buffer.from(valid)
    bent[round % bent.length] = round & 0xff
    client.send(round % 2 ? noise : bent, udp.address().port, '127.0.0.1')
    if (round % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  const socket = connect((tcp.address() as AddressInfo).port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(randomBytes(200_000))
  await new Promise((resolve) => setTimeout(resolve, 300))
  socket.destroy()
  client.removeAllListeners('message')
  expect(dataOf(await ask('web'))).toEqual(['10.0.0.2'])
})

test('an answer for a sandbox that has gone is dropped', async () => {
  upstream.answer = () => undefined
  client.send(query('slow.com'), udp.address().port, '127.0.0.1')
  await expect.poll(() => upstream.asked.length).toBe(1)
  await listenAnew({})
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(dataOf(await ask('web'))).toEqual(['10.0.0.2'])
})

test('a server that was silent is asked after the others for a while', async () => {
  const second = await createFakeUpstream('127.0.0.2', upstream.port)
  try {
    await listenAnew({ silenceMs: 60_000 })
    upstreams = ['127.0.0.1', '127.0.0.2']
    upstream.answer = () => undefined
    second.answer = (question) => ({ answers: [address(question.name, '1.2.3.4')] })
    await ask('one.com')
    await ask('two.com')
    expect(upstream.asked).toEqual(['udp A one.com'])
    expect(second.asked).toEqual(['udp A one.com', 'udp A two.com'])
  } finally {
    await second.close()
  }
})

test('no more than three servers are asked', async () => {
  const fourth = await createFakeUpstream('127.0.0.4', upstream.port)
  try {
    upstreams = ['127.0.0.5', '127.0.0.6', '127.0.0.7', '127.0.0.4']
    expect((await ask('example.com')).rcode).toBe('SERVFAIL')
    expect(fourth.asked).toEqual([])
  } finally {
    await fourth.close()
  }
})

test('a question that waits is not asked again: two that forward to each other do not go round', async () => {
  upstreams = ['127.0.0.1']
  upstream.answer = (question) => {
    // As a server in a container does whose own resolver asks it.
    client.send(query(question.name, 'A', { id: 99 }), udp.address().port, '127.0.0.1')
    return undefined
  }
  client.send(query('loop.com', 'A', { id: 1 }), udp.address().port, '127.0.0.1')
  const answers: Decoded[] = []
  client.on('message', (message) => answers.push(decode(message)))
  await expect.poll(() => answers.map(({ id }) => id).sort()).toEqual([1, 99])
  expect(answers.map(({ rcode }) => rcode)).toEqual(['SERVFAIL', 'SERVFAIL'])
  expect(upstream.asked).toEqual(['udp A loop.com'])
})

test('on internal networks nobody is asked', async () => {
  refusal = 'internal'
  expect((await ask('example.com')).rcode).toBe('SERVFAIL')
  expect(dataOf(await ask('web'))).toEqual(['10.0.0.2'])
  expect(upstream.asked).toEqual([])
})

test('where ndots is set, a name without a dot is left to the search domains of the client', async () => {
  keepsShortNames = true
  upstream.answer = (question) => ({ answers: [address(question.name, '1.1.1.1')] })
  expect(await ask('printer')).toMatchObject({ rcode: 'NOERROR', answers: [] })
  expect(dataOf(await ask('printer.example'))).toEqual(['1.1.1.1'])
  expect((await ask('printer', 'TXT')).rcode).toBe('NOERROR')
  expect(upstream.asked).toEqual(['udp A printer.example', 'udp TXT printer'])
})

test('records of the network are answered by their type, with the addresses of the hosts that they name', async () => {
  records = [
    { name: '_http._tcp.shop', type: 'SRV', value: '10 5 8080 web' },
    { name: 'shop', type: 'MX', value: '20 web' },
    { name: 'shop', type: 'TXT', value: 'x'.repeat(300) },
  ]
  const service = await ask('_http._tcp.shop', 'SRV')
  expect(service.answers).toMatchObject([{ data: { priority: 10, weight: 5, port: 8080, target: 'web' } }])
  expect(service.additionals).toMatchObject([{ type: 'A', name: 'web', data: '10.0.0.2' }])
  expect(dataOf(await ask('shop', 'MX'))).toEqual([{ preference: 20, exchange: 'web' }])
  expect(String(dataOf(await ask('shop', 'TXT'))?.[0])).toBe(`${'x'.repeat(255)},${'x'.repeat(45)}`)
  expect(upstream.asked).toEqual([])
})

test('a CNAME is followed inside, and outside by way of the servers', async () => {
  records = [
    { name: 'inner', type: 'CNAME', value: 'group' },
    { name: 'outer', type: 'CNAME', value: 'inner2' },
    { name: 'inner2', type: 'CNAME', value: 'www.example.com' },
  ]
  upstream.answer = (question) => ({ answers: [address(question.name, '93.184.216.34')] })
  const inner = await ask('inner')
  expect(inner.answers?.map(({ type, name }) => `${type} ${name}`)).toEqual([
    'CNAME inner',
    'A group',
    'A group',
    'A group',
  ])
  const outer = await ask('outer')
  expect(outer.answers).toMatchObject([
    { type: 'CNAME', name: 'outer', data: 'inner2' },
    { type: 'CNAME', name: 'inner2', data: 'www.example.com' },
    { type: 'A', name: 'www.example.com', data: '93.184.216.34' },
  ])
  expect(outer).toMatchObject({ id: 4711, rcode: 'NOERROR', questions: [{ name: 'outer' }] })
  refusal = 'internal'
  expect((await ask('outer')).rcode).toBe('SERVFAIL')
})

test('an answer that is kept ready is forgotten when names change', async () => {
  expect(dataOf(await ask('later'))).toEqual([])
  records = [{ name: 'later', type: 'A', value: '10.0.0.77' }]
  generation++
  expect(dataOf(await ask('later'))).toEqual(['10.0.0.77'])
  expect(dataOf(await ask('later'))).toEqual(['10.0.0.77'])
  records = []
  generation++
  upstream.answer = () => ({ code: 3 })
  expect((await ask('later')).rcode).toBe('NXDOMAIN')
})

test('a repeated question has the answer of the first, and its own id, letters and EDNS', async () => {
  await ask('web')
  const again = await ask('web', 'A', { id: 5, flags: 0 })
  expect(again).toMatchObject({ id: 5, flag_rd: false, flag_ra: true, additionals: [] })
  const upper = await ask('WEB', 'A', { id: 6, additionals: [opt(1_232)] })
  expect(upper.questions?.[0]?.name).toBe('WEB')
  expect(upper.additionals).toMatchObject([{ type: 'OPT' }])
  expect(upper.answers).toMatchObject([{ name: 'WEB', data: '10.0.0.2' }])
})

test('what was asked is shown to who watches: by whom, the answer, and where it came from', async () => {
  upstream.answer = (question) => ({
    answers: [address(question.name, '9.9.9.9'), { type: 'TXT', name: question.name, data: 'a\u202eb' }],
  })
  const stop = new AbortController()
  const seen: QueryView[] = []
  const watching = (async () => {
    for await (const { queries } of resolver.queries.watch(stop.signal)) seen.push(...queries)
  })()
  await ask('web')
  await ask('example.com')
  refusal = 'internal'
  await ask('example.org')
  await sendUdp(Buffer.concat([query('x').subarray(0, 12), Buffer.from([4, 0x1b, 0x3c, 0xe2, 0x2e, 0, 0, 1, 0, 1])]))
  await expect.poll(() => seen.length).toBe(4)
  stop.abort()
  await watching
  expect(seen).toMatchObject([
    {
      name: 'web',
      type: 'A',
      code: 'NOERROR',
      answers: ['10.0.0.2'],
      cause: { from: 'names', origin: { matched: 'web' } },
    },
    { name: 'example.com', answers: ['9.9.9.9', 'TXT a\\u{202e}b'], cause: { from: 'upstream', tried: [] } },
    { name: 'example.org', code: 'SERVFAIL', cause: { from: 'refusal', reason: 'internal' } },
    { name: '\\027<\\226\\.', code: 'SERVFAIL' },
  ])
  expect(seen[0]).toMatchObject({ container: { name: 'asker' }, networks: ['backend'], transport: 'udp', sequence: 1 })
})

test('a source that fails is answered with SERVFAIL, over both transports, and asked again', async () => {
  isBroken = true
  generation++
  expect((await ask('web')).rcode).toBe('SERVFAIL')
  expect((await askTcp([query('web')]))[0]?.rcode).toBe('SERVFAIL')
  isBroken = false
  expect(dataOf(await ask('web'))).toEqual(['10.0.0.2'])
})

test('one sandbox does not take the places of all others', async () => {
  await listenAnew({ maxOfOne: 1 })
  upstream.answer = () => undefined
  client.send(query('slow.com'), udp.address().port, '127.0.0.1')
  await expect.poll(() => upstream.asked.length).toBe(1)
  const other = createSocket('udp4')
  await new Promise<void>((resolve) => other.bind(0, '127.0.0.1', resolve))
  try {
    resolver.listen('/run/other', other)
    client.send(query('second.com'), udp.address().port, '127.0.0.1')
    client.send(query('second.com'), other.address().port, '127.0.0.1')
    await expect.poll(() => upstream.asked).toEqual(['udp A slow.com', 'udp A second.com'])
  } finally {
    other.close()
  }
})

test('of a rush of questions the latest are shown, and the rest are counted', async () => {
  const stop = new AbortController()
  const events: { shown: number; missed: number }[] = []
  const watching = (async () => {
    for await (const { queries, missed } of resolver.queries.watch(stop.signal)) {
      events.push({ shown: queries.length, missed })
    }
  })()
  await expect.poll(() => events.length).toBe(1)
  await askTcp(Array.from({ length: 300 }, (_, id) => query('web', 'A', { id })))
  await expect.poll(() => events.reduce((sum, { shown, missed }) => sum + shown + missed, 0)).toBe(300)
  stop.abort()
  await watching
  expect(Math.max(...events.map(({ shown }) => shown))).toBeLessThanOrEqual(100)
})
