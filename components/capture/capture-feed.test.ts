import { expect, test } from 'vitest'
import type { CaptureEvent, PacketRow } from '@/server/observe/capture/contract'
import { droppedIn, mergeCaptureEvent } from './capture-feed'
import { filterParts, hasPart, togglePart } from './filter-parts'
import { delayOf, endOf } from './packet-words'
import { captureAddress, parsePoint, pointText } from './point-address'

const started = {
  type: 'started',
  points: [],
  limits: { seconds: 10, bytes: 100, packets: 5 },
  startedAt: '2026-11-21T00:00:00.000Z',
  filter: '',
} satisfies CaptureEvent
const packets = (...numbers: number[]): CaptureEvent => ({
  type: 'packets',
  rows: numbers.map((number) => ({ number }) as PacketRow),
  ...{ bytes: 7, dropped: 1, secondsLeft: 4 },
})
const merge = (...events: CaptureEvent[]) => {
  let feed: ReturnType<typeof mergeCaptureEvent>
  for (const event of events) feed = mergeCaptureEvent(feed, event, 1_000)
  return feed
}

test('a stream that is taken up again repeats nothing', () => {
  const feed = merge(started, packets(1, 2), started, packets(2, 3))
  expect(feed?.rows.map(({ number }) => number)).toEqual([1, 2, 3])
  expect(feed).toMatchObject({ bytes: 7, endsAt: 5_000, end: null })
  expect(merge(packets(1))).toBeUndefined()
})

test('it says how it ended, what was lost, and keeps what there is when the daemon has forgotten it', () => {
  const lost = { point: 0, received: 5, dropped: 2, complaint: 'gone' }
  expect(merge(started, { type: 'pointEnded', end: lost })).toMatchObject({ ends: [lost], end: null })
  const ended = merge(started, packets(1), { type: 'ended', reason: 'seconds', ends: [lost, { ...lost, dropped: 3 }] })
  expect(ended).toMatchObject({ end: 'seconds', rows: [{ number: 1 }] })
  expect([merge(started), merge(started, packets(1)), ended].map((feed) => feed && droppedIn(feed))).toEqual([
    null,
    1,
    5,
  ])
  expect(merge(started, packets(1), { type: 'gone' })).toMatchObject({ end: 'gone', rows: [{ number: 1 }] })
})

test('quick filters are added and taken away, and what a person typed stays', () => {
  const { dns, noArp, handshake } = filterParts
  expect(togglePart('', dns)).toBe('(port 53)')
  const both = togglePart(togglePart('host 10.0.0.2', handshake), noArp)
  expect(both).toBe(`host 10.0.0.2 and (${handshake}) and (not arp)`)
  expect(hasPart(both, noArp)).toBe(true)
  expect(togglePart(both, handshake)).toBe('host 10.0.0.2 and (not arp)')
  expect(togglePart(togglePart('(port 53) and (not arp)', dns), noArp)).toBe('')
})

test('points survive the address, whatever their names hold', () => {
  const point = { container: 'a', network: 'k&i=w l$%^', end: 'host' } as const
  expect(parsePoint(pointText(point))).toEqual(point)
  const address = new URLSearchParams(captureAddress(point, { link: 'eth0' }).split('?')[1])
  expect(address.getAll('at').map(parsePoint)).toEqual([point, { link: 'eth0' }])
  expect(parsePoint('colour=red')).toBeUndefined()
  expect(parsePoint('link=x&end=elsewhere')).toEqual({ link: 'x' })
})

test('delays have the unit that fits, and addresses their ports', () => {
  expect([-5, 1_500, 90_000, 2_500_000, 3.25e9].map(delayOf)).toEqual(['0.0 µs', '1.5 µs', '90 µs', '2.5 ms', '3.25 s'])
  expect([endOf('10.0.0.2', 80), endOf('fd00::2', 80), endOf('fd00::2', null)]).toEqual([
    '10.0.0.2:80',
    '[fd00::2]:80',
    'fd00::2',
  ])
})
