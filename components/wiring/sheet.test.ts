import { expect, test } from 'vitest'
import { placeSheet, sheetFor } from './sheet'

const view = { x: 40, y: -30, zoom: 0.5, width: 1200, height: 800 }

/** Where a point of the graph is seen on a sheet that is placed. */
function seenAt(point: { x: number; y: number }, seen: typeof view) {
  const sheet = sheetFor(view)
  const place = placeSheet(sheet, seen)
  if (place === null) return null
  const drawn = { x: point.x * view.zoom + view.x + sheet.left, y: point.y * view.zoom + view.y + sheet.top }
  return { x: drawn.x * place.scale + place.x, y: drawn.y * place.scale + place.y }
}

test('what was drawn lies where it would be drawn now, as far as its margins reach', () => {
  for (const seen of [view, { ...view, x: 340, y: -230 }, { ...view, x: 10, y: -20, zoom: 0.6 }]) {
    const point = { x: 400, y: 300 }
    const at = seenAt(point, seen)
    expect(at?.x).toBeCloseTo(point.x * seen.zoom + seen.x)
    expect(at?.y).toBeCloseTo(point.y * seen.zoom + seen.y)
  }
})

test('beyond its margins, and where it would be a blur, it is drawn anew', () => {
  expect(seenAt({ x: 0, y: 0 }, { ...view, x: 341 })).toBeNull()
  expect(seenAt({ x: 0, y: 0 }, { ...view, y: -231 })).toBeNull()
  expect(seenAt({ x: 0, y: 0 }, { ...view, zoom: 0.3 })).toBeNull()
  expect(seenAt({ x: 0, y: 0 }, { ...view, zoom: 1.1 })).toBeNull()
  expect(seenAt({ x: 0, y: 0 }, { ...view, width: 1900 })).toBeNull()
})
