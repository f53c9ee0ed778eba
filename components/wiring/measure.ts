import { cardWidth, type Point, type Size } from '../topology/measure'

/** Sizes and jack places of what the wiring draws, in graph units. Pure; the drawing follows them. */

const board = { head: 40, tileWidth: 148, tileHeight: 36, gap: 4, padding: 8 } as const
const card = { head: 42, row: 34, foot: 6 } as const

/** More rows than this of a card are counted in a last one. */
export const mostRows = 12

/** Tiles side by side on a board: it becomes wide rather than high. */
export function boardColumns(tiles: number): number {
  return Math.max(2, Math.min(tiles, 6), Math.ceil(Math.sqrt(tiles * 0.9)))
}

export function boardSize(tiles: number): Size {
  const columns = boardColumns(tiles)
  const rows = Math.ceil(tiles / columns)
  return {
    width: 2 * board.padding + columns * (board.tileWidth + board.gap) - board.gap,
    height: board.head + rows * (board.tileHeight + board.gap) + board.padding,
  }
}

/** Where the cable of a tile leaves: at the board's lower edge, those of one column side by side. */
export function boardJack(index: number, tiles: number): Point {
  const columns = boardColumns(tiles)
  const row = Math.floor(index / columns)
  const rows = Math.ceil(tiles / columns)
  const spread = Math.min(9, (board.tileWidth - 24) / Math.max(1, rows))
  const x = board.padding + (index % columns) * (board.tileWidth + board.gap) + 14 + row * spread
  return { x, y: boardSize(tiles).height }
}

/** The middle of a tile's own jack, within the board. */
export function tileJack(index: number, tiles: number): Point {
  const columns = boardColumns(tiles)
  return {
    x: board.padding + (index % columns) * (board.tileWidth + board.gap) + 13,
    y: board.head + Math.floor(index / columns) * (board.tileHeight + board.gap) + board.tileHeight / 2,
  }
}

export function cardSize(rows: number): Size {
  return { width: cardWidth, height: card.head + Math.min(rows, mostRows + 1) * card.row + card.foot }
}

/** Where the cable of a row arrives: at the card's left edge. */
export function cardJack(row: number): Point {
  return { x: 0, y: card.head + Math.min(row, mostRows) * card.row + card.row / 2 }
}
