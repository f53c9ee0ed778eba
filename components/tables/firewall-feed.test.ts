import { expect, test } from 'vitest'
import type { FirewallEvent, RuleView } from '@/server/observe/snapshot'
import { isMoving, mergeFirewallEvent } from './firewall-feed'

const start = Date.parse('2026-01-01T00:00:00Z')

function whole(packets: number, seconds = 0): FirewallEvent {
  const rule: RuleView = {
    key: 'r',
    number: 1,
    match: '',
    target: 'ACCEPT',
    targetArgs: '',
    isJump: false,
    packets,
    bytes: packets * 100,
    owner: null,
    text: '-A FORWARD -j ACCEPT',
  }
  const chain = { name: 'FORWARD', policy: 'DROP', packets: 5, bytes: 500, rules: [rule] }
  return {
    type: 'firewall',
    firewall: { variant: 'nf_tables', readAt: iso(seconds), tables: [{ name: 'filter', chains: [chain] }] },
  }
}

function counted(packets: number, seconds: number): FirewallEvent {
  return { type: 'counters', readAt: iso(seconds), rules: { r: { packets, bytes: packets * 100 } }, policies: {} }
}

function iso(seconds: number): string {
  return new Date(start + seconds * 1_000).toISOString()
}

test('the first picture has counters but no rates', () => {
  expect(mergeFirewallEvent(undefined, whole(10), 1)?.rules.get('r')).toMatchObject({
    packets: 10,
    packetsPerSecond: 0,
    moves: 0,
  })
})

test('a rate is what was counted between two readings, by the daemon’s clock', () => {
  const feed = mergeFirewallEvent(mergeFirewallEvent(undefined, whole(10), 1), counted(30, 2), 2_000)
  expect(feed?.rules.get('r')).toMatchObject({ packets: 30, packetsPerSecond: 10, bytesPerSecond: 1_000, moves: 1 })
})

test('a counter that stands still keeps its identity', () => {
  const first = mergeFirewallEvent(undefined, whole(10), 1)
  const second = mergeFirewallEvent(first, whole(10, 1), 2)
  expect(second?.rules.get('r')).toBe(first?.rules.get('r'))
})

test('a counter set back to zero has moved, but has no rate', () => {
  const feed = mergeFirewallEvent(mergeFirewallEvent(undefined, whole(10), 1), counted(0, 1), 2_000)
  expect(feed?.rules.get('r')).toMatchObject({ packets: 0, packetsPerSecond: 0, moves: 1 })
})

test('a rule stops moving a while after it last counted', () => {
  const counter = mergeFirewallEvent(mergeFirewallEvent(undefined, whole(10), 1), counted(11, 1), 5_000)?.rules.get('r')
  expect([isMoving(counter, 6_000), isMoving(counter, 8_000)]).toEqual([true, false])
})

test('counters before the first picture say nothing', () => {
  expect(mergeFirewallEvent(undefined, counted(1, 0), 1)).toBeUndefined()
})
