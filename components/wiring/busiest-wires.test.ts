import { expect, test } from 'vitest'
import { busiestWires } from './busiest-wires'
import type { Wire } from './graph'

const wire = (at: number): Wire => ({ id: `w${at}`, kind: 'veth', from: `a${at}`, to: `b${at}`, isUp: true, path: '' })
const rates = (bytes: Record<string, number>) => ({
  rate: (id: string) => (bytes[id] === undefined ? undefined : { rx: bytes[id], tx: 0 }),
})

test('a cable flows by what either end tells, the level by powers of ten', () => {
  const wires = [wire(0), wire(1), wire(2), wire(3), wire(4)]
  const flows = busiestWires(wires, rates({ a1: 125, b2: 125_000, a3: 625_000_000, b3: 625_000_000 }))
  expect(flows.map(({ wire: { id }, level }) => [id, level])).toEqual([
    ['w1', 1],
    ['w2', 3],
    ['w3', 6],
  ])
})

test('of hundreds the sixty that carry most', () => {
  const wires = Array.from({ length: 300 }, (_, at) => wire(at))
  const flows = busiestWires(wires, rates(Object.fromEntries(wires.map(({ from }, at) => [from, at + 1]))))
  expect(flows).toHaveLength(60)
  expect(flows[0]?.wire.id).toBe('w240')
})
