import { createSocket } from 'node:dgram'
import { expect, test } from 'vitest'
import {
  address,
  ask,
  bed,
  type Decoded,
  dataOf,
  decode,
  listenAnew,
  query,
  withResolverBed,
} from './testing/resolver-bed'
import { createFakeUpstream } from './testing/upstream'

withResolverBed()

test('other names are forwarded, under an id of their own', async () => {
  const ids: (number | undefined)[] = []
  bed.upstream.answer = (question, _transport, packet) => {
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
  bed.upstream.answer = (question, _transport, packet) => ({
    id: ((packet.id ?? 0) + 1) & 0xffff,
    answers: [address(question.name, '6.6.6.6')],
  })
  expect((await ask('example.com')).rcode).toBe('SERVFAIL')
  bed.upstream.answer = () => ({
    questions: [{ type: 'A', name: 'other.com' }],
    answers: [address('other.com', '6.6.6.6')],
  })
  expect((await ask('example.com')).rcode).toBe('SERVFAIL')
})

test('a server that is silent, absent or failing leaves it to the next', async () => {
  const second = await createFakeUpstream('127.0.0.2', bed.upstream.port)
  try {
    second.answer = (question) => ({ answers: [address(question.name, '1.2.3.4')] })
    bed.upstreams = ['127.0.0.1', '127.0.0.3', '127.0.0.2']
    bed.upstream.answer = () => undefined
    expect(dataOf(await ask('silent.com'))).toEqual(['1.2.3.4'])
    bed.upstream.answer = () => ({ code: 2 })
    expect(dataOf(await ask('failing.com'))).toEqual(['1.2.3.4'])
    second.answer = () => ({ code: 5 })
    expect((await ask('refused.com')).rcode).toBe('REFUSED')
  } finally {
    await second.close()
  }
})

test('without servers, or with itself as the only one, the answer is SERVFAIL', async () => {
  bed.upstreams = []
  expect(await ask('example.com')).toMatchObject({ rcode: 'SERVFAIL', id: 4711 })
  bed.upstreams = ['127.0.0.11', 'not-an-address']
  expect((await ask('example.com')).rcode).toBe('SERVFAIL')
  expect((await ask('broken')).rcode).toBe('SERVFAIL')
})

test('an answer that was cut is asked for again over TCP', async () => {
  bed.upstream.answer = (question, transport) =>
    transport === 'udp' ? { truncated: true } : { answers: [address(question.name, '1.1.1.1')] }
  expect(dataOf(await ask('long.com'))).toEqual(['1.1.1.1'])
  expect(bed.upstream.asked).toEqual(['udp A long.com', 'tcp A long.com'])
})

test('at most so many questions wait for servers at a time', async () => {
  await listenAnew({ maxForwarded: 2 })
  bed.upstream.answer = () => undefined
  const answers: Decoded[] = []
  bed.client.on('message', (message) => answers.push(decode(message)))
  for (let id = 1; id <= 5; id++) bed.client.send(query('slow.com', 'A', { id }), bed.udp.address().port, '127.0.0.1')
  await expect.poll(() => answers.length, { timeout: 250 }).toBe(3)
  expect(answers.every((answer) => answer.rcode === 'SERVFAIL')).toBe(true)
  await expect.poll(() => answers.length).toBe(5)
})

test('an answer for a sandbox that has gone is dropped', async () => {
  bed.upstream.answer = () => undefined
  bed.client.send(query('slow.com'), bed.udp.address().port, '127.0.0.1')
  await expect.poll(() => bed.upstream.asked.length).toBe(1)
  await listenAnew({})
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(dataOf(await ask('web'))).toEqual(['10.0.0.2'])
})

test('a server that was silent is asked after the others for a while', async () => {
  const second = await createFakeUpstream('127.0.0.2', bed.upstream.port)
  try {
    await listenAnew({ silenceMs: 60_000 })
    bed.upstreams = ['127.0.0.1', '127.0.0.2']
    bed.upstream.answer = () => undefined
    second.answer = (question) => ({ answers: [address(question.name, '1.2.3.4')] })
    await ask('one.com')
    await ask('two.com')
    expect(bed.upstream.asked).toEqual(['udp A one.com'])
    expect(second.asked).toEqual(['udp A one.com', 'udp A two.com'])
  } finally {
    await second.close()
  }
})

test('no more than three servers are asked', async () => {
  const fourth = await createFakeUpstream('127.0.0.4', bed.upstream.port)
  try {
    bed.upstreams = ['127.0.0.5', '127.0.0.6', '127.0.0.7', '127.0.0.4']
    expect((await ask('example.com')).rcode).toBe('SERVFAIL')
    expect(fourth.asked).toEqual([])
  } finally {
    await fourth.close()
  }
})

test('a question that waits is not asked again: two that forward to each other do not go round', async () => {
  bed.upstreams = ['127.0.0.1']
  bed.upstream.answer = (question) => {
    // As a server in a container does whose own resolver asks it.
    bed.client.send(query(question.name, 'A', { id: 99 }), bed.udp.address().port, '127.0.0.1')
    return undefined
  }
  bed.client.send(query('loop.com', 'A', { id: 1 }), bed.udp.address().port, '127.0.0.1')
  const answers: Decoded[] = []
  bed.client.on('message', (message) => answers.push(decode(message)))
  await expect.poll(() => answers.map(({ id }) => id).sort()).toEqual([1, 99])
  expect(answers.map(({ rcode }) => rcode)).toEqual(['SERVFAIL', 'SERVFAIL'])
  expect(bed.upstream.asked).toEqual(['udp A loop.com'])
})

test('on internal networks nobody is asked', async () => {
  bed.refusal = 'internal'
  expect((await ask('example.com')).rcode).toBe('SERVFAIL')
  expect(dataOf(await ask('web'))).toEqual(['10.0.0.2'])
  expect(bed.upstream.asked).toEqual([])
})

test('where ndots is set, a name without a dot is left to the search domains of the client', async () => {
  bed.keepsShortNames = true
  bed.upstream.answer = (question) => ({ answers: [address(question.name, '1.1.1.1')] })
  expect(await ask('printer')).toMatchObject({ rcode: 'NOERROR', answers: [] })
  expect(dataOf(await ask('printer.example'))).toEqual(['1.1.1.1'])
  expect((await ask('printer', 'TXT')).rcode).toBe('NOERROR')
  expect(bed.upstream.asked).toEqual(['udp A printer.example', 'udp TXT printer'])
})

test('a CNAME is followed inside, and outside by way of the servers', async () => {
  bed.records = [
    { name: 'inner', type: 'CNAME', value: 'group' },
    { name: 'outer', type: 'CNAME', value: 'inner2' },
    { name: 'inner2', type: 'CNAME', value: 'www.example.com' },
  ]
  bed.upstream.answer = (question) => ({ answers: [address(question.name, '93.184.216.34')] })
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
  bed.refusal = 'internal'
  expect((await ask('outer')).rcode).toBe('SERVFAIL')
})

test('one sandbox does not take the places of all others', async () => {
  await listenAnew({ maxOfOne: 1 })
  bed.upstream.answer = () => undefined
  bed.client.send(query('slow.com'), bed.udp.address().port, '127.0.0.1')
  await expect.poll(() => bed.upstream.asked.length).toBe(1)
  const other = createSocket('udp4')
  await new Promise<void>((resolve) => other.bind(0, '127.0.0.1', resolve))
  try {
    bed.resolver.listen('/run/other', other)
    bed.client.send(query('second.com'), bed.udp.address().port, '127.0.0.1')
    bed.client.send(query('second.com'), other.address().port, '127.0.0.1')
    await expect.poll(() => bed.upstream.asked).toEqual(['udp A slow.com', 'udp A second.com'])
  } finally {
    other.close()
  }
})
