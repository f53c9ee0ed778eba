import type { Point } from '../topology/measure'
import type { FarName } from './far-scene'

/** Of what a card's own head would have. */
const head = { letters: 24, left: 26, top: 22, right: 10 } as const
const leastPixels = 9
const board = { least: 11, most: 20, share: 0.3 } as const
/** The share of its height that a letter is wide where one presses them a little. */
const letterShare = 0.45
/** Smaller, a jack is a speck, and the box is its name's. */
export const jacksFrom = 0.22

/** Where a name is written, from its box's upper left corner, middle of the line; all of it in pixels of the page. */
export interface FarLabel extends Point {
  readonly text: string
  readonly pixels: number
  readonly width: number
}

/** A name in letters that can be read, as much of it as its box has room for; of a board that has none, above it. Null: none at all. */
export function farLabel({ name, ports, box }: FarName, zoom: number): FarLabel | null {
  const [width, height] = [box.width * zoom, box.height * zoom]
  if (head.letters * zoom >= leastPixels) {
    const at = { x: head.left * zoom, y: head.top * zoom }
    return written(name, at, head.letters * zoom, width - (head.left + head.right) * zoom)
  }
  const text = ports === null ? name : `${name} · ${ports}`
  const pixels = ports === null ? leastPixels : Math.max(board.least, Math.min(board.most, height * board.share))
  if (width < 2 * leastPixels + 4) return null
  if (height >= pixels + 2) {
    return written(text, { x: 3, y: zoom < jacksFrom ? height / 2 : 7 }, pixels, width - 5)
  }
  return ports === null ? null : written(text, { x: 0, y: -6 - pixels / 2 }, pixels, width)
}

function written(text: string, at: Point, pixels: number, width: number): FarLabel {
  return { ...at, text: shortened(text, Math.max(2, Math.floor(width / (pixels * letterShare)))), pixels, width }
}

/** Paths are told apart by their end. */
function shortened(text: string, most: number): string {
  const letters = [...text]
  if (letters.length <= most) return text
  return text.startsWith('/') ? `…${letters.slice(1 - most).join('')}` : `${letters.slice(0, most - 1).join('')}…`
}
