import { expect, test } from 'vitest'
import { createFeed } from './feed'
import { collect, sleep } from './testing/watching'

function countingFeed(limit: number) {
  let total = 0
  const feed = createFeed<string>({ limit, whole: () => `whole ${total}` })
  return {
    feed,
    add() {
      total += 1
      feed.append(`event ${total}`)
    },
  }
}

test('a follower gets the whole first and then what comes', async () => {
  const { feed, add } = countingFeed(10)
  add()
  const { events, until, stop } = collect((signal) => feed.follow(signal))
  await until(({ version }) => version === 1)
  add()
  add()
  await until(({ version }) => version === 3)
  await stop()
  expect(events).toEqual([
    { version: 1, event: 'whole 1' },
    { version: 2, event: 'event 2' },
    { version: 3, event: 'event 3' },
  ])
})

test('who has seen a version that the ring still follows gets only what was missed', async () => {
  const { feed, add } = countingFeed(3)
  for (let count = 0; count < 5; count++) add()
  const kept = collect((signal) => feed.follow(signal, 2))
  await kept.until(({ version }) => version === 5)
  expect(kept.events.map(({ event }) => event)).toEqual(['event 3', 'event 4', 'event 5'])
  const lost = collect((signal) => feed.follow(signal, 1))
  await lost.until(({ version }) => version === 5)
  expect(lost.events.map(({ event }) => event)).toEqual(['whole 5'])
  const future = collect((signal) => feed.follow(signal, 77))
  await future.until(({ version }) => version === 5)
  expect(future.events.map(({ event }) => event)).toEqual(['whole 5'])
  const current = collect((signal) => feed.follow(signal, 5))
  await sleep(20)
  expect(current.events).toEqual([])
  await Promise.all([kept, lost, future, current].map(({ stop }) => stop()))
})

test('a follower that falls behind the ring gets the whole anew', async () => {
  const { feed, add } = countingFeed(2)
  const stopping = new AbortController()
  const slow = feed.follow(stopping.signal)
  expect((await slow.next()).value?.event).toBe('whole 0')
  for (let count = 0; count < 100; count++) add()
  expect((await slow.next()).value).toEqual({ version: 100, event: 'whole 100' })
  stopping.abort()
  expect((await slow.next()).done).toBe(true)
})

test('a restart sends the whole to everybody, also to those who resume', async () => {
  const { feed, add } = countingFeed(10)
  add()
  const { events, until, stop } = collect((signal) => feed.follow(signal, 1))
  feed.restart()
  await until(({ version }) => version === 2)
  expect(events).toEqual([{ version: 2, event: 'whole 1' }])
  await stop()
})

test('closing ends those who wait', async () => {
  const { feed } = countingFeed(10)
  const waiting = feed.follow(new AbortController().signal, 0)
  const next = waiting.next()
  feed.close()
  expect((await next).done).toBe(true)
})
