import type { Point, Size } from './measure'

interface Box extends Point, Size {}

/**
 * The way of a cable that would otherwise run below cards: down beside them. Relative to its lower
 * end, so that it holds while the card is dragged.
 */
export interface Lane {
  /** Of the straight part, from the card's jack. */
  readonly dx: number
  /** Where the straight part begins, from the strip's jack. */
  readonly bend: number
}

/** The gap through which a cable reaches its card from above; null where nothing lies in between. */
export function findLane(from: Point, to: Point, card: Box, others: readonly Box[]): Lane | null {
  const between = others.filter((box) => isBetween(box, from, to, card.y))
  if (between.length === 0 || to.y < from.y + 120) return null
  const bend = Math.min(...between.map((box) => box.y)) - 18 - from.y
  if (bend < 40) return null
  const near = others.filter((box) => Math.abs(box.x - card.x) < 1500)
  const beside = [card, ...near].flatMap((box) => [box.x - 20, box.x + box.width + 20])
  const gaps = [to.x, ...beside].toSorted((a, b) => detour(a, from, to) - detour(b, from, to))
  const free = gaps.find((x) => !others.some((box) => isCrossed(box, x, from.y + bend, card.y)))
  return free === undefined ? null : { dx: free - to.x, bend }
}

/** In the rectangle that a cable from one point to the other runs through. */
function isBetween(box: Box, from: Point, to: Point, bottom: number): boolean {
  const left = Math.min(from.x, to.x)
  const right = Math.max(from.x, to.x)
  const isBeside = box.x > right + 6 || box.x + box.width < left - 6
  return !isBeside && box.y < bottom - 4 && box.y + box.height > from.y + 8
}

/** How far it is by this gap; what is beside the card counts most. */
function detour(x: number, from: Point, to: Point): number {
  return Math.abs(x - to.x) * 3 + Math.abs(x - from.x)
}

function isCrossed(box: Box, x: number, top: number, bottom: number): boolean {
  return x > box.x - 6 && x < box.x + box.width + 6 && box.y < bottom - 4 && box.y + box.height > top + 8
}

/** SVG path of a cable that leaves a strip downwards and enters a card from above. */
export function cablePath(from: Point, to: Point, lane: Lane | null = null): string {
  if (!lane || to.y - from.y < lane.bend + 60) return curve(from, to, true)
  const x = to.x + lane.dx
  const upper = { x, y: from.y + lane.bend }
  const lower = { x, y: to.y - 30 }
  return `${curve(from, upper, true)} L ${point(lower)} ${curve(lower, to, false)}`
}

/** Where a label or a mark has its place: the middle of the curve, or in the gap just above the card. */
export function cableMiddle(from: Point, to: Point, lane: Lane | null = null): Point {
  if (!lane || to.y - from.y < lane.bend + 60) return { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }
  return { x: to.x + lane.dx, y: to.y - 52 }
}

function curve(from: Point, to: Point, starts: boolean): string {
  const distance = Math.abs(to.y - from.y)
  const sag = to.y >= from.y ? Math.max(distance * 0.52, Math.min(46, distance)) : 60 + distance * 0.35
  const start = starts ? `M ${point(from)} ` : ''
  return `${start}C ${point({ x: from.x, y: from.y + sag })} ${point({ x: to.x, y: to.y - sag })} ${point(to)}`
}

function point({ x, y }: Point): string {
  return `${round(x)} ${round(y)}`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
