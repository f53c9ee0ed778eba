import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { networkColour, networkColourCount } from './network-colour'

type Triple = readonly [number, number, number]
type Matrix = readonly [Triple, Triple, Triple]

/** Linear RGB as people see it who lack a kind of cone entirely (Machado, Oliveira, Fernandes 2009). */
const visions: Record<string, Matrix> = {
  'full colour vision': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}

const css = readFileSync(new URL('../../app/globals.css', import.meta.url), 'utf8')
const themes = { light: 1, dark: 2 } as const

function readColours(name: string, theme: keyof typeof themes): Triple[] {
  const lines = css.matchAll(new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`, 'g'))
  return Array.from(lines, (line) => linear(line[themes[theme]] ?? ''))
}

function linear(hex: string): Triple {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return [channel(1), channel(3), channel(5)]
}

function apply(matrix: Matrix, colour: Triple): Triple {
  const row = ([a, b, c]: Triple) => a * colour[0] + b * colour[1] + c * colour[2]
  return [row(matrix[0]), row(matrix[1]), row(matrix[2])]
}

/** Oklab, in which equal distances look about equally far apart. */
function oklab(colour: Triple): Triple {
  const shown: Triple = [clamp(colour[0]), clamp(colour[1]), clamp(colour[2])]
  const cones = apply(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    shown,
  )
  return apply(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    [Math.cbrt(cones[0]), Math.cbrt(cones[1]), Math.cbrt(cones[2])],
  )
}

function clamp(value: number): number {
  return Math.max(0, Math.min(1, value))
}

function nearest(colours: readonly Triple[]): number {
  const distances = colours.flatMap((one, index) =>
    colours.slice(index + 1).map((other) => Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2])),
  )
  return Math.min(...distances)
}

function luminance([red, green, blue]: Triple): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

const cases = Object.keys(visions).flatMap((vision) => (['light', 'dark'] as const).map((theme) => ({ vision, theme })))

test.each(cases)('all ten network colours stay apart with $vision, $theme', ({ vision, theme }) => {
  const colours = readColours('net-\\d', theme)
  const matrix = visions[vision]
  expect(colours).toHaveLength(networkColourCount)
  if (matrix) expect(nearest(colours.map((colour) => oklab(apply(matrix, colour))))).toBeGreaterThan(0.055)
})

test.each(['light', 'dark'] as const)('each can be read as text on a card, %s', (theme) => {
  const [surface = [0, 0, 0]] = readColours('surface', theme)
  for (const colour of readColours('net-\\d', theme)) {
    const [low = 0, high = 0] = [luminance(colour), luminance(surface)].sort((a, b) => a - b)
    expect((high + 0.05) / (low + 0.05)).toBeGreaterThan(4.5)
  }
})

test('an index beyond the last begins anew', () => {
  expect(networkColour(12)).toBe('var(--net-2)')
})
