import { expect, test } from 'vitest'
import type { PacketRow } from '@/server/observe/capture/contract'
import { type Hop, sequenceOf } from './sequence'

let number = 0
/** A packet by its identity, its hop and when it was there, in milliseconds. */
function row(identity: string, point: number, atMs: number, more: Partial<PacketRow> = {}): PacketRow {
  number += 1
  const ends = { source: '10.0.0.2', destination: '10.0.0.3', sourcePort: 4_000, destinationPort: 80 }
  const words = { protocol: 'TCP' as const, info: identity, tunnels: 0, length: 60 }
  return { number, point, atNs: atMs * 1e6, identity, ...ends, ...words, ...more }
}

const later = 10_000 * 1e6
/** Hops of which nobody knows whose they are. */
const hopsOf = (count: number): Hop[] =>
  Array.from({ length: count }, () => ({ place: 'host', containerId: null, addresses: [] }))
const ways = (rows: readonly PacketRow[], hops: number | readonly Hop[], untilNs = later) =>
  sequenceOf(rows, typeof hops === 'number' ? hopsOf(hops) : hops, untilNs).map(({ steps, missing }) => [
    steps.map(({ row: { point } }) => point),
    missing,
  ])

test('a packet is found again at each hop, whichever way it goes', () => {
  const rows = [
    row('ask', 0, 1),
    row('ask', 1, 2),
    row('ask', 2, 3),
    row('tell', 2, 4),
    row('tell', 1, 5),
    row('tell', 0, 6),
  ]
  expect(ways(rows, 3)).toEqual([
    [[0, 1, 2], null],
    [[2, 1, 0], null],
  ])
})

test('hops are in their order also where a bridge shows a frame a little late', () => {
  expect(
    ways([row('x', 2, 1), row('x', 0, 2), row('x', 1, 1.5), row('y', 0, 3), row('y', 2, 3.1), row('y', 1, 3.2)], 3),
  ).toEqual([
    [[2, 1, 0], null],
    [[0, 1, 2], null],
  ])
})

test('what is not seen at the next hop is told, once it can no longer be on its way', () => {
  expect(ways([row('lost', 0, 1), row('lost', 1, 2)], 3)).toEqual([[[0, 1], 2]])
  expect(ways([row('lost', 2, 1)], 3)).toEqual([[[2], 1]])
  expect(ways([row('young', 0, 1)], 3, 400e6)).toEqual([[[0], null]])
  expect(ways([row('middle', 1, 1)], 3)).toEqual([[[1], null]])
  expect(ways([row('only', 0, 1)], 1)).toEqual([[[0], null]])
})

test('what nothing tells apart is matched in its order, and never twice at one hop', () => {
  const rows = [row('same', 0, 1), row('same', 0, 2), row('same', 1, 3), row('same', 1, 4), row('same', 0, 9_000)]
  const found = sequenceOf(rows, hopsOf(2), later)
  expect(found.map(({ steps }) => steps.map(({ row: { number: place } }) => place - (rows[0]?.number ?? 0)))).toEqual([
    [0, 2],
    [1, 3],
    [4],
  ])
})

test('one that is sent again because the first was lost is the one that is seen behind', () => {
  const rows = [
    ...[row('once', 0, 1), row('once', 1, 1.1)],
    ...[row('again', 0, 10), row('again', 0, 210), row('again', 1, 210.1)],
  ]
  expect(ways(rows, 2)).toEqual([
    [[0, 1], null],
    [[0], 1],
    [[0, 1], null],
  ])
})

test('one that comes back as it went is another, and a flow that was translated so before is known again', () => {
  const back = { source: '10.0.0.3', destination: '10.0.0.2', sourcePort: 80, destinationPort: 4_000 }
  expect(ways([row('echo', 0, 1), row('echo', 1, 2, back), row('echo', 0, 3, back)], 2)).toEqual([
    [[0], 1],
    [[1, 0], null],
  ])
  const [one, other] = [{ source: '10.0.0.4' }, { source: '10.0.0.5' }]
  const [natOne, natOther] = [
    { source: '192.0.2.1', sourcePort: 1 },
    { source: '192.0.2.1', sourcePort: 2 },
  ]
  const rows = [
    ...[row('a', 0, 1, one), row('a', 1, 1.1, natOne), row('b', 0, 2, other), row('b', 1, 2.1, natOther)],
    ...[row('same', 0, 3, one), row('same', 0, 3.1, other), row('same', 1, 3.2, natOther), row('same', 1, 3.3, natOne)],
  ]
  const sources = sequenceOf(rows, hopsOf(2), later).map(({ steps }) =>
    steps.map(({ row: { source, sourcePort } }) => `${source}:${sourcePort}`),
  )
  expect(sources.slice(2)).toEqual([
    ['10.0.0.4:4000', '192.0.2.1:1'],
    ['10.0.0.5:4000', '192.0.2.1:2'],
  ])
})

test('which way one goes that was seen at one hop alone is known by its flow', () => {
  const answer = { source: '10.0.0.3', destination: '10.0.0.2', sourcePort: 80, destinationPort: 4_000 }
  const rows = [
    row('told', 2, 1, answer),
    row('told', 1, 2, answer),
    row('told', 0, 3, answer),
    row('last', 1, 5, answer),
  ]
  expect(ways(rows, 3).at(-1)).toEqual([[1], 0])
  expect(ways([...rows, row('first', 0, 6, answer)], 3).at(-1)).toEqual([[0], null])
})

test('which way one goes is told by whose addresses it bears, whatever the clocks say', () => {
  const answer = { source: '10.0.0.3', destination: '10.0.0.2', sourcePort: 80, destinationPort: 4_000 }
  const client: Hop = { place: 'container', containerId: 'a', addresses: ['10.0.0.2'] }
  const server: Hop = { place: 'container', containerId: 'b', addresses: ['10.0.0.3', 'fd00::3'] }
  const ends: Hop[] = [{ ...client, place: 'host' }, ...hopsOf(1), server]
  const both = [client, server]
  // A clock that was set back between the two, and one that tells no two moments apart.
  expect(ways([row('ask', 1, 1), row('ask', 0, 1.01)], both)).toEqual([[[0, 1], null]])
  expect(
    ways([row('ask', 0, 1), row('ask', 1, 1), row('tell', 0, 2, answer), row('tell', 1, 2, answer)], both),
  ).toEqual([
    [[0, 1], null],
    [[1, 0], null],
  ])
  expect(ways([row('ask', 2, 1), row('ask', 1, 1.1), row('ask', 0, 1.2)], ends)).toEqual([[[0, 1, 2], null]])
  const cable = [client, { ...client, place: 'host' as const }]
  expect(ways([row('out', 1, 1), row('out', 0, 1), row('in', 0, 2, answer), row('in', 1, 2, answer)], cable)).toEqual([
    [[0, 1], null],
    [[1, 0], null],
  ])
  // It has arrived: nowhere should it be seen next.
  expect(ways([row('arrived', 0, 1, answer)], both)).toEqual([[[0], null]])
})

test('where no address tells, packets of one moment go the way of their flow', () => {
  const answer = { source: '10.0.0.3', destination: '10.0.0.2', sourcePort: 80, destinationPort: 4_000 }
  const rows = [row('one', 1, 1, answer), row('one', 0, 2, answer), row('two', 0, 3, answer), row('two', 1, 3, answer)]
  expect(ways(rows, 2)).toEqual([
    [[1, 0], null],
    [[1, 0], null],
  ])
})

test('translation and tunnels are marked where they happen', () => {
  const nat = { source: '198.51.100.1', sourcePort: 50_000 }
  const [journey] = sequenceOf(
    [row('x', 0, 1), row('x', 1, 2), row('x', 2, 3, nat), row('x', 3, 4, { ...nat, tunnels: 1 })],
    hopsOf(4),
    later,
  )
  expect(journey?.steps.map(({ isTranslated, isTunnelled }) => [isTranslated, isTunnelled])).toEqual([
    [false, false],
    [false, false],
    [true, false],
    [false, true],
  ])
})

test('ten thousand packets are matched in the time of a frame or two', () => {
  const rows = Array.from({ length: 10_000 }, (_, index) => row(`p${index >> 1}`, index & 1, index))
  const began = process.cpuUsage()
  expect(sequenceOf(rows, hopsOf(2), later)).toHaveLength(5_000)
  expect(process.cpuUsage(began).user / 1_000).toBeLessThan(500)
})
