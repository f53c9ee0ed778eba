import { expect, test } from 'vitest'
import { keepCapture, streamCapture } from './capture'
import type { CaptureEvent, CaptureLimits, PacketRow } from './contract'
import { createPcapReader } from './pcap'
import { type CaptureRequest, type Point, runCapture } from './run'
import { createFakePackets, type FakePackets, pcapHead } from './testing/fake-packets'

const limits: CaptureLimits = { seconds: 30, bytes: 100_000, packets: 1_000 }
const frame = (mark: number) =>
  Buffer.concat([Buffer.from('02420a0a000302420a0a00021234', 'hex'), Buffer.alloc(40, mark)])

function pointNamed(link: string): Point {
  const ids = { containerId: null, networkId: null, addresses: [] }
  return { label: `host ${link}`, place: 'host', owner: 'host', link, ...ids, at: { netns: 'host', link } }
}

function requestFor(count: number, more: Partial<CaptureLimits> = {}): CaptureRequest {
  const points = Array.from({ length: count }, (_, index) => pointNamed(`l${index}`))
  return { points, filter: 'icmp', limits: { ...limits, ...more } }
}

async function keep(fake: FakePackets, request: CaptureRequest) {
  const capture = await keepCapture(request, fake.startPackets)
  const leaving = new AbortController()
  const seen = { events: [] as CaptureEvent[], rows: [] as PacketRow[] }
  const done = (async () => {
    for await (const event of capture.watch(0, leaving.signal)) {
      seen.events.push(event)
      if (event.type === 'packets') seen.rows.push(...event.rows)
    }
  })()
  const end = async () => {
    leaving.abort()
    capture.close()
    await done
  }
  return { capture, seen, end, last: () => seen.events.at(-1) }
}

test('packets of several points come in the order of time, numbered, with their point', async () => {
  const fake = createFakePackets()
  const { seen, end, capture } = await keep(fake, requestFor(2))
  const now = Date.now()
  fake.started[1]?.pass(frame(2), new Date(now + 1))
  fake.started[0]?.pass(frame(1), new Date(now))
  fake.started[0]?.pass(frame(3), new Date(now + 2))
  await expect
    .poll(() => seen.rows.map(({ number, point }) => [number, point]))
    .toEqual([
      [1, 0],
      [2, 1],
      [3, 0],
    ])
  expect(seen.events[0]).toMatchObject({ type: 'started', filter: 'icmp', points: [{ link: 'l0' }, { link: 'l1' }] })
  expect(fake.started.map(({ point, filter }) => [point.link, filter])).toEqual([
    ['l0', 'icmp'],
    ['l1', 'icmp'],
  ])
  expect(Buffer.from(capture.detail(2).bytes, 'base64')).toEqual(frame(2))
  expect(() => capture.detail(4)).toThrow('there is no packet 4')
  await end()
  expect(fake.started.every(({ isStopped }) => isStopped)).toBe(true)
})

test.each([
  ['packets', { packets: 2 }, 2],
  ['bytes', { bytes: 150 }, 2],
  ['seconds', { seconds: 0.2 }, 5],
] as const)('it ends by itself at the limit of %s, and says so', async (reason, more, kept) => {
  const fake = createFakePackets()
  const { seen, end, last } = await keep(fake, requestFor(1, more))
  for (let mark = 0; mark < 5; mark++) fake.started[0]?.pass(frame(mark))
  await expect.poll(last).toMatchObject({ type: 'ended', reason, ends: [{ point: 0, dropped: 0, complaint: null }] })
  expect(seen.rows).toHaveLength(kept)
  expect(fake.started[0]?.isStopped).toBe(true)
  await end()
})

test('a point that dies is told while the others go on; when all have died, it has failed', async () => {
  const fake = createFakePackets()
  const { seen, end, last } = await keep(fake, requestFor(2))
  fake.started[0]?.fail('The interface disappeared')
  await expect
    .poll(last)
    .toMatchObject({ type: 'pointEnded', end: { point: 0, complaint: 'The interface disappeared' } })
  fake.started[1]?.pass(frame(1))
  await expect.poll(() => seen.rows).toHaveLength(1)
  fake.started[1]?.fail('too')
  await expect.poll(last).toMatchObject({ type: 'ended', reason: 'failed' })
  await end()
})

test('what the kernel drops is told while it goes on', async () => {
  const fake = createFakePackets()
  const { end, last } = await keep(fake, requestFor(2))
  fake.started[0]?.drop(3)
  fake.started[1]?.drop(4)
  await expect.poll(last, { timeout: 3_000 }).toMatchObject({ type: 'packets', rows: [], dropped: 7 })
  await end()
})

test('what tcpdump complains of at the start is an error, at the filter where that is what is wrong', async () => {
  const start = (complaint: string) => runCapture(requestFor(1), createFakePackets({ complaint }).startPackets)
  await expect(start('l0: No such device exists')).rejects.toThrow(
    'nothing can be captured at host l0: l0: No such device',
  )
  await expect(start("can't parse filter expression: syntax error")).rejects.toMatchObject({ field: 'filter' })
})

test('where one point cannot start, none stays', async () => {
  const fake = createFakePackets()
  const startPackets: typeof fake.startPackets = async (point, filter) => {
    if (point.link === 'l1') throw new Error('gone')
    return fake.startPackets(point, filter)
  }
  await expect(keepCapture(requestFor(3), startPackets)).rejects.toThrow('gone')
  expect(fake.started.map(({ isStopped }) => isStopped)).toEqual([true, true])
})

test('who comes back sees what came behind the last packet that it had', async () => {
  const fake = createFakePackets()
  const { capture, seen, end } = await keep(fake, requestFor(1))
  for (let mark = 0; mark < 3; mark++) fake.started[0]?.pass(frame(mark))
  await expect.poll(() => seen.rows).toHaveLength(3)
  const leaving = new AbortController()
  const numbers: number[] = []
  for await (const event of capture.watch(2, leaving.signal)) {
    if (event.type === 'packets') numbers.push(...event.rows.map(({ number }) => number))
    if (numbers.length > 0) leaving.abort()
  }
  expect(numbers).toEqual([3])
  await end()
})

test('a stream of pcapng has its blocks, and ends with whoever reads it', async () => {
  const fake = createFakePackets()
  const leaving = new AbortController()
  const types: number[] = []
  for await (const piece of streamCapture(requestFor(2, { packets: 1 }), fake.startPackets, leaving.signal)) {
    for (let at = 0; at < piece.length; at += piece.readUInt32LE(at + 4)) {
      types.push(piece.readUInt32LE(at))
      expect(piece.readUInt32LE(at + piece.readUInt32LE(at + 4) - 4)).toBe(piece.readUInt32LE(at + 4))
    }
    if (types.length === 3) fake.started[1]?.pass(frame(1))
  }
  expect(types).toEqual([0x0a0d0d0a, 1, 1, 6, 5, 5])
  const other = createFakePackets()
  for await (const _ of streamCapture(requestFor(1), other.startPackets, leaving.signal)) leaving.abort()
  expect(other.started[0]?.isStopped).toBe(true)
})

test('pcap is read however it is cut, in either byte order, and nothing else is', () => {
  const head = pcapHead()
  const record = Buffer.alloc(16)
  for (const [at, value] of [1, 2, 3, 60].entries()) record.writeUInt32LE(value, at * 4)
  const whole = Buffer.concat([head, record, Buffer.from('abc'), record, Buffer.from('def')])
  for (let size = 1; size <= whole.length; size++) {
    const reader = createPcapReader()
    const packets = []
    for (let at = 0; at < whole.length; at += size) packets.push(...reader.push(whole.subarray(at, at + size)))
    expect(packets.map(({ bytes, timeNs, originalLength }) => [String(bytes), timeNs, originalLength])).toEqual([
      ['abc', 1_000_000_002n, 60],
      ['def', 1_000_000_002n, 60],
    ])
  }
  const swapped = Buffer.from(whole.subarray(0, 43))
  for (let at = 0; at < 40; at += 4) swapped.subarray(at, at + 4).reverse()
  swapped.writeUInt32BE(1, 20)
  expect(
    createPcapReader()
      .push(swapped)
      .map(({ bytes }) => String(bytes)),
  ).toEqual(['abc'])
  expect(() => createPcapReader().push(Buffer.alloc(24))).toThrow('no pcap')
  const long = Buffer.concat([head, Buffer.alloc(16, 0xff)])
  expect(() => createPcapReader().push(long)).toThrow(RangeError)
})
