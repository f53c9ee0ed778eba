import { expect, test } from 'vitest'
import { findGrip, gripSize } from './cable-grip'
import { type Box, type Lane, pointOnCable } from './cable-path'
import type { Point } from './measure'

const from = { x: 100, y: 80 }
const to = { x: 300, y: 204 }

function covers(box: Box, { x, y }: Point): boolean {
  return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height
}

function areApart(a: Point, b: Point): boolean {
  return Math.abs(a.x - b.x) >= gripSize || Math.abs(a.y - b.y) >= gripSize
}

test('a cable with nothing in its way is taken hold of in its middle', () => {
  const grip = findGrip(from, to, null, [], [])
  expect(grip).toMatchObject({ share: 0.5, x: 200, y: 142 })
})

test('a grip lies on its cable', () => {
  const lane: Lane = { dx: 40, bend: 60 }
  const end = { x: 300, y: 700 }
  const { share, ...at } = findGrip(from, end, lane, [], [])
  expect(at).toEqual(pointOnCable(from, end, lane, share))
})

test('a grip is not where a card covers its cable', () => {
  const card = { x: 150, y: 110, width: 100, height: 60 }
  const grip = findGrip(from, to, null, [card], [])
  expect(covers(card, grip)).toBe(false)
})

test('a cable that cards cover but for a gap is taken hold of in the gap', () => {
  const end = { x: 100, y: 600 }
  const cards = [90, 330].map((y) => ({ x: 0, y, width: 200, height: y === 90 ? 200 : 260 }))
  const grip = findGrip(from, end, null, cards, [])
  expect(grip.y).toBeGreaterThan(290)
  expect(grip.y).toBeLessThan(330)
})

test('cables that cross or share their way have grips that do not touch', () => {
  const grips: Point[] = []
  for (const [start, end] of [
    [from, to],
    [from, to],
    [
      { x: 300, y: 80 },
      { x: 100, y: 204 },
    ],
    [from, { x: 302, y: 204 }],
  ] as const) {
    grips.push(findGrip(start, end, null, [], grips))
  }
  for (const [index, grip] of grips.entries()) {
    for (const other of grips.slice(index + 1)) expect(areApart(grip, other)).toBe(true)
  }
})

test('a cable that is covered from end to end still has a grip on its way', () => {
  const card = { x: 0, y: 0, width: 500, height: 500 }
  const { share, x, y } = findGrip(from, to, null, [card], [])
  expect({ x, y }).toEqual(pointOnCable(from, to, null, share))
})

test('where there is no room for all, each grip keeps a place of its own', () => {
  const grips: Point[] = []
  for (let index = 0; index < 6; index++) grips.push(findGrip(from, { x: 110, y: 204 }, null, [], grips))
  expect(new Set(grips.map(({ y }) => y)).size).toBe(6)
})
