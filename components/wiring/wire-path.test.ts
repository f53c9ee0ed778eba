import { expect, test } from 'vitest'
import { boundsOf, wirePath } from './wire-path'

test('the bounds of a cable hold both its ends, whichever way it runs', () => {
  const [board, card] = [
    { x: 900, y: 100, side: 'bottom' as const },
    { x: 40, y: 600, side: 'left' as const },
  ]
  for (const path of [
    wirePath(board, card, 3),
    wirePath(card, board, 3),
    wirePath(card, { x: 40, y: -200, side: 'left' }, 0),
    wirePath(board, { x: 300, y: 100, side: 'bottom' }, 0),
  ]) {
    const { x, y, width, height } = boundsOf(path)
    const [, fromX, fromY] = /^M (\S+) (\S+)/.exec(path) ?? []
    const [toX, toY] = path.split(' ').slice(-2)
    for (const [px, py] of [
      [fromX, fromY],
      [toX, toY],
    ]) {
      expect(Number(px)).toBeGreaterThanOrEqual(x)
      expect(Number(px)).toBeLessThanOrEqual(x + width)
      expect(Number(py)).toBeGreaterThanOrEqual(y)
      expect(Number(py)).toBeLessThanOrEqual(y + height)
    }
  }
  expect(boundsOf('M 10 20 C 10 64 -5 40 -5 84 V 500 Q -5 508 5 508')).toEqual({ x: -5, y: 20, width: 15, height: 488 })
})
