import { expect, test } from 'vitest'
import type { FdbEntryView, FdbEvent } from '@/server/observe/snapshot'
import { ageOf, lifeLeft, mergeFdbEvent } from './fdb-feed'

function entry(values: Partial<FdbEntryView> = {}): FdbEntryView {
  const mac = '02:42:ac:12:00:02'
  return {
    key: `br0 veth1 ${mac} `,
    bridge: 'br0',
    port: 'veth1',
    mac,
    vlan: null,
    type: 'learned',
    usedSeconds: 3,
    updatedSeconds: 30,
    owner: null,
    ...values,
  }
}

function whole(...entries: FdbEntryView[]): FdbEvent {
  return { type: 'fdb', fdb: { readAt: '2026-01-01T00:00:00Z', bridges: [], entries } }
}

const { key } = entry()

test('a learned entry ages by the clock from what the kernel said, until nothing is left', () => {
  const live = mergeFdbEvent(undefined, whole(entry()), 1_000)?.entries.get(key)
  if (!live) throw new Error('no entry')
  expect([ageOf(live, 1_000), ageOf(live, 61_000)]).toEqual([30, 90])
  expect([lifeLeft(live, 300, 1_000), lifeLeft(live, 300, 61_000), lifeLeft(live, 300, 900_000)]).toEqual([0.9, 0.7, 0])
})

test('what is permanent has no age', () => {
  const live = mergeFdbEvent(undefined, whole(entry({ type: 'static', updatedSeconds: null })), 0)?.entries.get(key)
  expect(live && lifeLeft(live, 300, 0)).toBeNull()
})

test('what the first picture holds has not moved, what comes later has', () => {
  const first = mergeFdbEvent(undefined, whole(entry()), 1)
  const second = mergeFdbEvent(first, { type: 'change', set: [entry({ updatedSeconds: 0 })], remove: [] }, 5)
  expect(first?.entries.get(key)).toMatchObject({ movedAt: 0, moves: 0 })
  expect(second?.entries.get(key)).toMatchObject({ movedAt: 5, moves: 1 })
})

test('a whole picture in which an entry only grew older does not count as a move', () => {
  const later = mergeFdbEvent(mergeFdbEvent(undefined, whole(entry()), 1), whole(entry({ updatedSeconds: 40 })), 2)
  expect(later?.entries.get(key)).toMatchObject({ moves: 0, receivedAt: 2 })
})

test('a removed entry goes', () => {
  const feed = mergeFdbEvent(mergeFdbEvent(undefined, whole(entry()), 1), { type: 'change', set: [], remove: [key] }, 2)
  expect(feed?.entries.size).toBe(0)
})
