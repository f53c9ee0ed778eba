import { expect, test } from 'vitest'
import { createCounterTable, readInsideCounters } from './kernel-sources'
import { insideName, newsIn, ratesBetween } from './traffic'
import { createTrafficWatch } from './traffic-watch'

const cables = [
  { id: 'e', hostIfname: 'veth1' },
  { id: 'none', hostIfname: null },
]

function reading(at: number, rxBytes: number, txBytes: number) {
  return { at, links: new Map([['veth1', { rxBytes, rxPackets: rxBytes / 10, txBytes, txPackets: txBytes / 10 }]]) }
}

test('rates are seen from the sandbox: the host’s receiving is its sending', () => {
  expect(ratesBetween(reading(1_000, 0, 100), reading(1_500, 500, 300), cables)).toEqual({
    e: {
      ...{ rxBytesPerSecond: 400, txBytesPerSecond: 1_000, rxPacketsPerSecond: 40, txPacketsPerSecond: 100 },
      ...{ rxBytes: 300, txBytes: 500 },
    },
  })
})

test('counters that went back, or were not there before, give no rate', () => {
  expect(ratesBetween(reading(0, 900, 900), reading(1_000, 10, 1_000), cables).e).toMatchObject({
    rxBytesPerSecond: 0,
    txBytesPerSecond: 0,
    txBytes: 10,
  })
  expect(ratesBetween({ at: 0, links: new Map() }, reading(1_000, 50, 50), cables).e?.rxBytesPerSecond).toBe(0)
})

test('what goes on standing still is told by the same object, and what stops by another', () => {
  const [one, two, three] = [reading(0, 10, 10), reading(1_000, 20, 10), reading(2_000, 20, 10)]
  const still = { at: 3_000, links: three.links }
  const busy = ratesBetween(one, two, cables)
  const stopped = ratesBetween(two, { at: 2_000, links: two.links }, cables, busy)
  expect(stopped.e).toMatchObject({ rxPacketsPerSecond: 0, txPacketsPerSecond: 0 })
  const quiet = ratesBetween(two, three, cables, stopped)
  expect(ratesBetween(three, still, cables, quiet).e).toBe(quiet.e)
})

test('only what flows, or has just stopped, is news', () => {
  const quiet = ratesBetween(reading(0, 10, 10), reading(1_000, 10, 10), cables)
  const busy = ratesBetween(reading(0, 10, 10), reading(1_000, 20, 10), cables)
  expect(newsIn(quiet, quiet)).toBeNull()
  expect(newsIn(quiet, busy)).toEqual(busy)
  expect(newsIn(busy, quiet)).toEqual(quiet)
})

test('counters of all links come from one read', () => {
  const text = [
    'Inter-|   Receive                                                |  Transmit',
    ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed',
    '    lo:   84      1    0    0    0     0          0         0    84       1    0    0    0     0       0          0',
    'veth1:12345678901 22 0 0 0 0 0 0 33 44 0 0 0 0 0 0',
    '',
  ].join('\n')
  const read = createCounterTable()
  const first = read(text)
  expect(first.get('veth1')).toEqual({ rxBytes: 12345678901, rxPackets: 22, txBytes: 33, txPackets: 44 })
  expect(first.get('lo')?.txPackets).toBe(1)
  const next = read(text.replace('lo:   84 ', 'lo:   90 '))
  expect(next.get('lo')?.rxBytes).toBe(90)
  expect(next.get('veth1')).toBe(first.get('veth1'))
  expect([...read('').keys()]).toEqual([])
})

test('a cable without an end on the host is counted inside its sandbox, by a process that is there', async () => {
  const inside = await readInsideCounters([process.pid, 4_194_999])
  expect(inside.get(insideName(process.pid, 'lo'))?.rxBytes).toBeGreaterThanOrEqual(0)
  let bytes = 0
  const watch = createTrafficWatch({
    sources: {
      readCounters: async () => new Map(),
      readInsideCounters: async (pids) => {
        bytes += 500
        return new Map(
          pids.map((pid) => [insideName(pid, 'eth0'), { rxBytes: bytes, rxPackets: 1, txBytes: 0, txPackets: bytes }]),
        )
      },
    },
    endpoints: () => [],
    insides: () => [{ id: 'mv', ifname: 'eth0', pid: 7 }],
    pollMs: 10,
    failed: (error) => expect.fail(String(error)),
  })
  const stop = await watch.start()
  const ending = new AbortController()
  for await (const { event } of watch.feed.follow(ending.signal)) {
    if (event.mv === undefined) continue
    expect(event.mv.txBytesPerSecond).toBeGreaterThan(0)
    expect(event.mv.rxPacketsPerSecond).toBeGreaterThan(0)
    ending.abort()
  }
  stop()
})
