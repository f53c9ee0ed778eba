import { expect, test } from 'vitest'
import { neighbourOf, type Placed, ways } from './neighbour'

const at = (id: string, x: number, y: number, width = 100, height = 80): Placed => ({
  id,
  position: { x, y },
  width,
  height,
})
/** A wide board, three cards below it in two rows, and one far to the right of the second row. */
const nodes = [
  at('board', 0, 0, 420, 60),
  ...[at('a', 0, 120), at('b', 140, 120), at('c', 280, 120)],
  ...[at('d', 0, 240), at('e', 300, 240)],
]
const from = (id: string, key: keyof typeof ways) => {
  const node = nodes.find((one) => one.id === id)
  return node ? (neighbourOf(nodes, node, ways[key])?.id ?? null) : undefined
}

test('arrows lead to what stands straight ahead, else to what is nearest there, and nowhere past the edge', () => {
  expect([from('a', 'ArrowRight'), from('b', 'ArrowRight'), from('c', 'ArrowLeft')]).toEqual(['b', 'c', 'b'])
  expect([from('a', 'ArrowUp'), from('c', 'ArrowUp'), from('a', 'ArrowDown')]).toEqual(['board', 'board', 'd'])
  expect([from('board', 'ArrowDown'), from('d', 'ArrowRight'), from('c', 'ArrowDown')]).toEqual(['b', 'e', 'e'])
  expect([from('board', 'ArrowUp'), from('e', 'ArrowRight'), from('a', 'ArrowLeft')]).toEqual([null, null, null])
})
