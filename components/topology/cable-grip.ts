import { type Box, cableMiddle, type Lane, pointOnCable } from './cable-path'
import type { Point } from './measure'

/** Width and height of the place by which a cable is clicked and focused. */
export const gripSize = 24

export interface Grip extends Point {
  /** Of the cable's way, from its strip; it holds while an end is dragged. */
  readonly share: number
}

const steps = 40

/**
 * How far a grip's middle wants to be from nodes, from the cable's own ends (whose last 18 units pull it
 * out of its jack), and from other grips. The first line that can be had is taken.
 */
const wishes = [
  { node: 15, end: 30, grip: 26 },
  { node: 6, end: 16, grip: 25 },
  { node: 2, end: 4, grip: 15 },
] as const

/**
 * Where a cable is taken hold of: on its own way, where no node covers it and no other grip lies, as near
 * to its middle as that allows. Where there is no such place, the one with the most room.
 */
export function findGrip(
  from: Point,
  to: Point,
  lane: Lane | null,
  nodes: readonly Box[],
  others: readonly Point[],
): Grip {
  const middle = cableMiddle(from, to, lane)
  const points = Array.from({ length: steps - 1 }, (_, index): Grip => {
    const share = (index + 1) / steps
    return { share, ...pointOnCable(from, to, lane, share) }
  }).toSorted((a, b) => apart(a, middle) - apart(b, middle) || a.share - b.share)
  const reach = reachOf(points)
  const nearNodes = nodes.filter((box) => touches(box, reach))
  const nearGrips = others.filter((grip) => holds(reach, grip, 0))
  for (const wish of wishes) {
    const point = points.find((candidate) => fits(candidate, wish))
    if (point) return point
  }
  return roomiest(points, nearNodes, nearGrips)

  function fits(point: Point, wish: (typeof wishes)[number]): boolean {
    return (
      apart(point, from) >= wish.end &&
      apart(point, to) >= wish.end &&
      !nearNodes.some((box) => holds(box, point, wish.node)) &&
      !nearGrips.some((grip) => apart(point, grip) < wish.grip)
    )
  }
}

function roomiest(points: readonly Grip[], nodes: readonly Box[], grips: readonly Point[]): Grip {
  const open = points.filter((point) => !nodes.some((box) => holds(box, point, 0)))
  const room = (point: Point) => Math.min(gripSize, ...grips.map((grip) => apart(point, grip)))
  const [best = { share: 0.5, x: 0, y: 0 }] = (open.length > 0 ? open : points).toSorted((a, b) => room(b) - room(a))
  return best
}

/** Squares meet by the larger of both distances. */
function apart(a: Point, b: Point): number {
  return Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y))
}

function holds(box: Box, { x, y }: Point, margin: number): boolean {
  return x > box.x - margin && x < box.x + box.width + margin && y > box.y - margin && y < box.y + box.height + margin
}

/** What lies around the points, with room for the widest margin. */
function reachOf(points: readonly Point[]): Box {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)]
  const [x, y] = [Math.min(...xs) - gripSize - 2, Math.min(...ys) - gripSize - 2]
  return { x, y, width: Math.max(...xs) + gripSize + 2 - x, height: Math.max(...ys) + gripSize + 2 - y }
}

function touches(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}
