import { expect, test } from 'vitest'
import { placeBeside } from './connect-place'

const frame = { width: 1280, height: 720 }
const box = (left: number, top: number, width = 200, height = 80) => ({
  left,
  top,
  right: left + width,
  bottom: top + height,
})

test('the sheet stands right of both ends where there is room', () => {
  expect(placeBeside([box(200, 100), box(300, 400)], { x: 350, y: 300 }, frame)).toEqual({ left: 520, top: 232 })
})

test('it stands left of them where there is none at the right', () => {
  expect(placeBeside([box(926, 260, 296), box(814, 468)], { x: 998, y: 200 }, frame)).toEqual({ left: 414, top: 160 })
})

test('between two that fill the window it stands where the cable was dropped, inside the window', () => {
  const place = placeBeside([box(100, 100), box(1060, 100)], { x: 1200, y: 700 }, frame)
  expect(place).toEqual({ left: 884, top: 232 })
})
