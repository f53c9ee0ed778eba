import type { Point, Size } from './measure'

export interface Box extends Point, Size {}

/** A cubic curve by its ends and what they are drawn towards. */
type Curve = readonly [Point, Point, Point, Point]

/**
 * The way of a cable that would otherwise run below cards or strips: up or down beside them. Relative to its jacks, so
 * that it holds while the card is dragged.
 */
export interface Lane {
  /** Of the straight part, from the card's jack. */
  readonly dx: number
  /** Where the straight part begins, from the strip's jack; null: it leads up, to a card that stands higher than the strip. */
  readonly bend: number | null
}

/** Room for the half circles of a cable that leads up. */
const arc = 60

/**
 * The gap through which a cable reaches its card, the jack of which is always entered from above; null where a plain curve
 * meets nothing. `others` is all that it is not to run below, except for the card itself; of a strip's cables the strip
 * is one of them.
 */
export function findLane(from: Point, to: Point, card: Box, others: readonly Box[]): Lane | null {
  if (to.y < from.y) {
    const x = nearestGap(from, to, card, others, { top: to.y - arc, bottom: from.y + arc })
    return x === undefined ? null : { dx: x - to.x, bend: null }
  }
  const below = others.filter((box) => box.y > from.y)
  const between = below.filter((box) => isBetween(box, from, to, card.y))
  if (between.length === 0 || to.y < from.y + 120) return null
  const bend = Math.min(...between.map((box) => box.y)) - 18 - from.y
  if (bend < 40) return null
  const x = nearestGap(from, to, card, below, { top: from.y + bend, bottom: card.y })
  return x === undefined ? null : { dx: x - to.x, bend }
}

interface Span {
  readonly top: number
  readonly bottom: number
}

/** Where a straight line through this span meets no box and the detour is shortest: at the jack itself, or beside a box in the way. */
function nearestGap(from: Point, to: Point, card: Box, others: readonly Box[], span: Span): number | undefined {
  const blocking = [card, ...others].filter((box) => reachesInto(box, span))
  const near = blocking.filter((box) => Math.abs(box.x - card.x) < 1500)
  let best: { x: number; detour: number } | undefined
  for (const x of [to.x, ...near.flatMap((box) => [box.x - 20, box.x + box.width + 20])]) {
    const detour = detourBy(x, from, to)
    if (best && detour >= best.detour) continue
    if (!blocking.some((box) => x > box.x - 6 && x < box.x + box.width + 6)) best = { x, detour }
  }
  return best?.x
}

/** In the rectangle that a cable from one point to the other runs through. */
function isBetween(box: Box, from: Point, to: Point, bottom: number): boolean {
  const left = Math.min(from.x, to.x)
  const right = Math.max(from.x, to.x)
  const isBeside = box.x > right + 6 || box.x + box.width < left - 6
  return !isBeside && box.y < bottom - 4 && box.y + box.height > from.y + 8
}

/** How far it is by this gap; what is beside the card counts most. */
function detourBy(x: number, from: Point, to: Point): number {
  return Math.abs(x - to.x) * 3 + Math.abs(x - from.x)
}

function reachesInto(box: Box, { top, bottom }: Span): boolean {
  return box.y < bottom - 4 && box.y + box.height > top + 8
}

/** SVG path of a cable that leaves a strip downwards and enters a card from above. */
export function cablePath(from: Point, to: Point, lane: Lane | null = null): string {
  const curves = cableCurves(from, to, lane)
  const parts = curves.map(([, towards, away, end]) => `C ${point(towards)} ${point(away)} ${point(end)}`)
  return [`M ${point(from)}`, ...parts].join(' ')
}

/** Where a label or a mark likes to be: the middle of the curve, or in the gap just above the card. */
export function cableMiddle(from: Point, to: Point, lane: Lane | null = null): Point {
  if (!isLaned(from, to, lane)) return { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }
  return { x: to.x + lane.dx, y: lane.bend === null ? (from.y + to.y) / 2 : to.y - 52 }
}

/** The point at this share of the cable's way, from 0 at the strip to 1 at the card. */
export function pointOnCable(from: Point, to: Point, lane: Lane | null, share: number): Point {
  const curves = cableCurves(from, to, lane)
  const lengths = curves.map(([start, , , end]) => Math.hypot(end.x - start.x, end.y - start.y))
  let rest = share * lengths.reduce((sum, length) => sum + length, 0)
  for (const [index, curve] of curves.entries()) {
    const length = lengths[index] ?? 0
    if (rest <= length || index === curves.length - 1) return pointOnCurve(curve, length > 0 ? rest / length : 0)
    rest -= length
  }
  return from
}

function cableCurves(from: Point, to: Point, lane: Lane | null): Curve[] {
  if (!isLaned(from, to, lane)) return [bow(from, to)]
  const x = to.x + lane.dx
  if (lane.bend === null) {
    const [start, end] = [
      { x, y: from.y },
      { x, y: to.y },
    ]
    return [halfCircle(from, start, arc), straight(start, end), halfCircle(end, to, -arc)]
  }
  const upper = { x, y: from.y + lane.bend }
  const lower = { x: upper.x, y: to.y - 30 }
  return [bow(from, upper), straight(upper, lower), bow(lower, to)]
}

function isLaned(from: Point, to: Point, lane: Lane | null): lane is Lane {
  if (lane === null) return false
  return lane.bend === null ? to.y < from.y : to.y - from.y >= lane.bend + 60
}

/** Leaves and arrives upright. */
function halfCircle(from: Point, to: Point, depth: number): Curve {
  return [from, { x: from.x, y: from.y + depth }, { x: to.x, y: to.y + depth }, to]
}

function bow(from: Point, to: Point): Curve {
  const distance = Math.abs(to.y - from.y)
  const sag = to.y >= from.y ? Math.max(distance * 0.52, Math.min(46, distance)) : 60 + distance * 0.35
  return [from, { x: from.x, y: from.y + sag }, { x: to.x, y: to.y - sag }, to]
}

function straight(from: Point, to: Point): Curve {
  const third = { x: (to.x - from.x) / 3, y: (to.y - from.y) / 3 }
  return [from, { x: from.x + third.x, y: from.y + third.y }, { x: to.x - third.x, y: to.y - third.y }, to]
}

function pointOnCurve([a, b, c, d]: Curve, t: number): Point {
  const u = 1 - t
  const at = (axis: 'x' | 'y') =>
    u * u * u * a[axis] + 3 * u * u * t * b[axis] + 3 * u * t * t * c[axis] + t * t * t * d[axis]
  return { x: at('x'), y: at('y') }
}

function point({ x, y }: Point): string {
  return `${round(x)} ${round(y)}`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
