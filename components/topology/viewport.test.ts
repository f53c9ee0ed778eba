import { expect, test } from 'vitest'
import { fitViewport, isInSight } from './viewport'

const frame = { width: 1280, height: 800 }

test('a small graph is shown in its own size, in the middle and near the top', () => {
  expect(fitViewport({ x: 100, y: 50, width: 400, height: 300 }, frame, false)).toEqual({ x: 340, y: 22, zoom: 1 })
})

test('a large graph is made small enough to be seen whole', () => {
  const bounds = { x: 0, y: 0, width: 4800, height: 1200 }
  const viewport = fitViewport(bounds, frame, false)
  expect(viewport.zoom).toBeCloseTo(0.25)
  expect(isInSight(bounds, frame, viewport)).toBe(true)
})

test('while there is nothing to see, the lower half is left free', () => {
  const bounds = { x: 0, y: 0, width: 700, height: 300 }
  const { y, zoom } = fitViewport(bounds, frame, true)
  expect(y + bounds.height * zoom).toBeLessThan(430)
})

test('what is cut off by the frame is not in sight', () => {
  expect(isInSight({ x: 0, y: 0, width: 100, height: 100 }, frame, { x: -1, y: 0, zoom: 1 })).toBe(false)
  expect(isInSight({ x: 0, y: 0, width: 2000, height: 100 }, frame, { x: 0, y: 0, zoom: 0.7 })).toBe(false)
})
