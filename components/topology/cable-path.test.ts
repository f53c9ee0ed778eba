import { expect, test } from 'vitest'
import { cableMiddle, cablePath, findLane, pointOnCable } from './cable-path'

const from = { x: 150, y: 100 }
const size = { width: 200, height: 80 }

test('a cable to a card with nothing above it goes straight there', () => {
  const card = { x: 0, y: 300, ...size }
  expect(findLane(from, { x: 100, y: 300 }, card, [{ x: 240, y: 300, ...size }])).toBeNull()
})

test('a cable to a lower card goes down beside the upper one', () => {
  const upper = { x: 0, y: 300, ...size }
  const card = { x: 0, y: 424, ...size }
  const lane = findLane(from, { x: 100, y: 424 }, card, [upper])
  expect(lane).toEqual({ dx: 120, bend: 182 })
})

test('a cable from far away turns down before it meets the cards in between', () => {
  const row = [0, 240, 480].map((x) => ({ x, y: 300, ...size }))
  const card = { x: 820, y: 424, ...size }
  expect(findLane(from, { x: 920, y: 424 }, card, row)).toEqual({ dx: 0, bend: 182 })
})

test('a cable to a lower shelf goes past the strips that stand in between', () => {
  const strip = { x: 0, y: 300, ...size }
  const card = { x: 0, y: 500, ...size }
  expect(findLane(from, { x: 100, y: 500 }, card, [strip])).toEqual({ dx: 120, bend: 182 })
  expect(findLane(from, { x: 100, y: 300 }, { ...card, y: 300 }, [{ ...strip, y: 20 }])).toBeNull()
})

test('a cable to a card that stands higher than the strip goes up beside everything, and into the card from above', () => {
  const strip = { x: 0, y: 420, ...size }
  const card = { x: 240, y: 100, ...size }
  const neighbour = { x: 0, y: 100, ...size }
  const [below, to] = [
    { x: 100, y: 500 },
    { x: 340, y: 100 },
  ]
  const lane = findLane(below, to, card, [neighbour, strip])
  expect(lane).toEqual({ dx: -120, bend: null })
  const way = Array.from({ length: 39 }, (_, step) => pointOnCable(below, to, lane, (step + 1) / 40))
  const isInside = ({ x, y }: { x: number; y: number }) =>
    [strip, card, neighbour].some((box) => x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height)
  expect(way.filter(isInside)).toEqual([])
  expect(way.at(-1)?.y).toBeLessThan(to.y)
  expect(cablePath(to, below, lane)).toBe(cablePath(to, below))
})

test('no gap is chosen that another card blocks', () => {
  const upper = { x: 0, y: 300, ...size }
  const blocker = { x: 201, y: 300, ...size }
  const card = { x: 0, y: 424, ...size }
  expect(findLane(from, { x: 100, y: 424 }, card, [upper, blocker])?.dx).toBe(-120)
})

test('a cable begins downwards at the strip and ends at the jack', () => {
  const path = cablePath({ x: 10, y: 0 }, { x: 90, y: 200 })
  expect(path).toMatch(/^M 10 0 C 10 104 90 96 90 200$/)
})

test('a card that was dragged near its strip gets a plain curve again', () => {
  const lane = { dx: 120, bend: 182 }
  expect(cablePath(from, { x: 100, y: 220 }, lane)).toBe(cablePath(from, { x: 100, y: 220 }))
  expect(cableMiddle(from, { x: 100, y: 220 }, lane)).toEqual({ x: 125, y: 160 })
})
