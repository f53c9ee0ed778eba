import { randomBytes } from 'node:crypto'
import { type AddressInfo, connect } from 'node:net'
import { encode } from 'dns-packet'
import { expect, test } from 'vitest'
import {
  address,
  ask,
  askTcp,
  bed,
  dataOf,
  decode,
  listenAnew,
  opt,
  query,
  sendUdp,
  withResolverBed,
} from './testing/resolver-bed'

withResolverBed()

test('a name of a container is answered with its address, ten minutes good', async () => {
  const answer = await ask('web')
  expect(answer).toMatchObject({ id: 4711, rcode: 'NOERROR', flag_ra: true, flag_rd: true, flag_aa: false })
  expect(answer.answers).toMatchObject([{ type: 'A', name: 'web', ttl: 600, data: '10.0.0.2' }])
  expect(bed.upstream.asked).toEqual([])
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
  expect(bed.upstream.asked).toEqual([])
})

test('an address of a container has its name', async () => {
  expect(dataOf(await ask('2.0.0.10.in-addr.arpa', 'PTR'))).toEqual(['web.backend'])
  bed.upstream.answer = () => ({ code: 3 })
  expect((await ask('9.0.0.10.in-addr.arpa', 'PTR')).rcode).toBe('NXDOMAIN')
  expect(bed.upstream.asked).toEqual(['udp PTR 9.0.0.10.in-addr.arpa'])
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
  bed.upstream.answer = (question) => ({ answers: [address(question.name, '1.1.1.1')] })
  const packets = await askTcp([
    query('web', 'A', { id: 1 }),
    query('a.com', 'A', { id: 2 }),
    query('b.com', 'A', { id: 3 }),
  ])
  expect(packets.map((packet) => packet.id).sort()).toEqual([1, 2, 3])
  expect(bed.upstream.asked.sort()).toEqual(['tcp A a.com', 'tcp A b.com'])
})

test('a TCP connection without a word is closed', async () => {
  await listenAnew({ idleMs: 100 })
  const socket = connect((bed.tcp.address() as AddressInfo).port, '127.0.0.1')
  await new Promise<void>((resolve) => socket.on('close', () => resolve()))
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
  bed.upstreams = []
  bed.client.on('message', () => undefined)
  const valid = query('web')
  for (let round = 0; round < 10_000; round++) {
    const noise = randomBytes(round % 80)
    const bent = Buffer.from(valid)
    bent[round % bent.length] = round & 0xff
    bed.client.send(round % 2 ? noise : bent, bed.udp.address().port, '127.0.0.1')
    if (round % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  const socket = connect((bed.tcp.address() as AddressInfo).port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(randomBytes(200_000))
  await new Promise((resolve) => setTimeout(resolve, 300))
  socket.destroy()
  bed.client.removeAllListeners('message')
  expect(dataOf(await ask('web'))).toEqual(['10.0.0.2'])
})

test('records of the network are answered by their type, with the addresses of the hosts that they name', async () => {
  bed.records = [
    { name: '_http._tcp.shop', type: 'SRV', value: '10 5 8080 web' },
    { name: 'shop', type: 'MX', value: '20 web' },
    { name: 'shop', type: 'TXT', value: 'x'.repeat(300) },
  ]
  const service = await ask('_http._tcp.shop', 'SRV')
  expect(service.answers).toMatchObject([{ data: { priority: 10, weight: 5, port: 8080, target: 'web' } }])
  expect(service.additionals).toMatchObject([{ type: 'A', name: 'web', data: '10.0.0.2' }])
  expect(dataOf(await ask('shop', 'MX'))).toEqual([{ preference: 20, exchange: 'web' }])
  expect(String(dataOf(await ask('shop', 'TXT'))?.[0])).toBe(`${'x'.repeat(255)},${'x'.repeat(45)}`)
  expect(bed.upstream.asked).toEqual([])
})

test('an answer that is kept ready is forgotten when names change', async () => {
  expect(dataOf(await ask('later'))).toEqual([])
  bed.records = [{ name: 'later', type: 'A', value: '10.0.0.77' }]
  bed.generation++
  expect(dataOf(await ask('later'))).toEqual(['10.0.0.77'])
  expect(dataOf(await ask('later'))).toEqual(['10.0.0.77'])
  bed.records = []
  bed.generation++
  bed.upstream.answer = () => ({ code: 3 })
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

test('a source that fails is answered with SERVFAIL, over both transports, and asked again', async () => {
  bed.isBroken = true
  bed.generation++
  expect((await ask('web')).rcode).toBe('SERVFAIL')
  expect((await askTcp([query('web')]))[0]?.rcode).toBe('SERVFAIL')
  bed.isBroken = false
  expect(dataOf(await ask('web'))).toEqual(['10.0.0.2'])
})
