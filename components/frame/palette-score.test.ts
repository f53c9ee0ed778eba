import { expect, test } from 'vitest'
import { scorePaletteItem } from './palette-score'

test('a name that is typed in full comes before those that begin with it, contain it or are only about it', () => {
  const scores = [['web'], ['web-2'], ['Stop web'], ['container1', 'web:latest']].map((keywords) =>
    scorePaletteItem('container 0a', 'Web', keywords),
  )
  expect(scores).toEqual([...scores].sort((a, b) => b - a))
  expect(new Set(scores).size).toBe(4)
})

test('letters that occur only in the id find nothing', () => {
  expect(scorePaletteItem('network bead', 'bead', ['backend', '172.18.0.0/16'])).toBe(0)
})

test('several words may stand anywhere', () => {
  expect(scorePaletteItem('x', 'dark theme', ['Theme: Dark', 'theme'])).toBeGreaterThan(0)
})
