import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { SnapshotEvent } from '@/server/observe/snapshot'
import { LiveSnapshot, type StreamHandlers } from './live-snapshot'
import { emptySnapshot } from './merge'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

interface Opened {
  readonly lastEventId: string | undefined
  readonly handlers: StreamHandlers
  isClosed: boolean
}

function setUp() {
  const streams: Opened[] = []
  const live = new LiveSnapshot((lastEventId, handlers) => {
    const stream = { lastEventId, handlers, isClosed: false }
    streams.push(stream)
    return () => {
      stream.isClosed = true
    }
  })
  const stop = live.start()
  const latest = () => {
    const stream = streams.at(-1)
    if (!stream) throw new Error('no stream was opened')
    return stream
  }
  return { live, streams, stop, latest }
}

function picture(version: number): SnapshotEvent {
  return { type: 'snapshot', epoch: 'a', version, snapshot: emptySnapshot }
}

function moved(version: number, x: number): SnapshotEvent {
  return { type: 'change', epoch: 'a', version, change: { set: { positions: { host: { x, y: 0 } } }, remove: {} } }
}

test('it is connecting until the first picture, then live', () => {
  const { live, latest } = setUp()
  expect(live.stream()).toMatchObject({ state: 'connecting', hasPicture: false })
  latest().handlers.onStarted()
  expect(live.stream().state).toBe('connecting')
  latest().handlers.onEvent('a:1', picture(1))
  expect(live.stream()).toMatchObject({ state: 'live', hasPicture: true })
})

test('a change reaches the picture and whoever listens', () => {
  const { live, latest } = setUp()
  const listener = vi.fn()
  live.subscribe(listener)
  latest().handlers.onEvent('a:1', picture(1))
  latest().handlers.onEvent('a:2', moved(2, 7))
  expect(live.snapshot().positions).toEqual({ host: { x: 7, y: 0 } })
  expect(listener).toHaveBeenCalled()
})

test('what comes while a change is drawn is told together, once as long again has passed', () => {
  const { live, latest } = setUp()
  latest().handlers.onEvent('a:1', picture(1))
  vi.advanceTimersByTime(100)
  const told: (number | undefined)[] = []
  let drawnMs = 0
  vi.spyOn(performance, 'now').mockImplementation(() => drawnMs)
  live.subscribe(() => told.push(live.snapshot().positions.host?.x))
  latest().handlers.onEvent('a:2', moved(2, 7))
  drawnMs = 90
  latest().handlers.onEvent('a:3', moved(3, 8))
  latest().handlers.onEvent('a:4', moved(4, 9))
  vi.advanceTimersByTime(80)
  expect(told).toEqual([7])
  vi.advanceTimersByTime(20)
  expect(told).toEqual([7, 9])
  vi.advanceTimersByTime(4_000)
  expect(told).toEqual([7, 9])
})

test('a broken stream is taken up after its last event, and the picture stays meanwhile', () => {
  const { live, latest, streams } = setUp()
  latest().handlers.onEvent('a:2', moved(2, 7))
  const brokenAt = Date.now()
  latest().handlers.onBroken()
  expect(live.stream()).toEqual({ state: 'catching-up', since: brokenAt, hasPicture: true })
  expect(streams[0]?.isClosed).toBe(true)
  vi.advanceTimersByTime(100)
  expect(latest().lastEventId).toBe('a:2')
  expect(live.snapshot().positions).toEqual({ host: { x: 7, y: 0 } })
  latest().handlers.onEvent('a:3', moved(3, 8))
  expect(live.stream().state).toBe('live')
})

test('a stream that was taken up and stays silent has nothing to catch up on', () => {
  const { live, latest } = setUp()
  latest().handlers.onEvent('a:1', picture(1))
  latest().handlers.onBroken()
  vi.advanceTimersByTime(100)
  latest().handlers.onStarted()
  expect(live.stream().state).toBe('catching-up')
  vi.advanceTimersByTime(1_000)
  expect(live.stream().state).toBe('live')
})

test('a stream that stays broken is lost since it broke, and is tried again less and less often', () => {
  const { live, latest, streams } = setUp()
  latest().handlers.onEvent('a:1', picture(1))
  const brokenAt = Date.now()
  latest().handlers.onBroken()
  for (let second = 0; second < 60; second++) {
    vi.advanceTimersByTime(1_000)
    if (!latest().isClosed) latest().handlers.onBroken()
  }
  expect(live.stream()).toEqual({ state: 'lost', since: brokenAt, hasPicture: true })
  expect(streams.length).toBeGreaterThan(10)
  expect(streams.length).toBeLessThan(40)
})

test('without a daemon from the start it is lost without a picture', () => {
  const { live, latest } = setUp()
  latest().handlers.onBroken()
  vi.advanceTimersByTime(5_000)
  expect(live.stream()).toMatchObject({ state: 'lost', hasPicture: false })
})

test('what a closed stream still says is not heard', () => {
  const { live, streams, latest } = setUp()
  latest().handlers.onEvent('a:1', picture(1))
  latest().handlers.onBroken()
  streams[0]?.handlers.onEvent('a:9', moved(9, 9))
  streams[0]?.handlers.onBroken()
  expect(live.snapshot().positions).toEqual({})
  vi.advanceTimersByTime(100)
  expect(streams).toHaveLength(2)
})

test('the wait for the next attempt can be cut short', () => {
  const { live, streams, latest } = setUp()
  latest().handlers.onBroken()
  live.retryNow()
  expect(streams).toHaveLength(2)
  live.retryNow()
  vi.advanceTimersByTime(10_000)
  expect(streams).toHaveLength(2)
})

test('stopping closes the stream and opens no other', () => {
  const { streams, stop } = setUp()
  stop()
  vi.advanceTimersByTime(60_000)
  expect(streams.map(({ isClosed }) => isClosed)).toEqual([true])
})
