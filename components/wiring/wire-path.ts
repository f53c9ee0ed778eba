import type { Point } from '../topology/measure'

/** Which edge of its node a cable leaves by. */
export type Side = 'bottom' | 'left'

/**
 * SVG path of a cable. From a board it runs down into the gap at the left of the card that it is for, and along it to its
 * jack; `lane` keeps those of one gap apart. Between two cards it bows out to the left of both.
 */
export function wirePath(from: Point & { side: Side }, to: Point & { side: Side }, lane: number): string {
  if (from.side === 'left' && to.side === 'bottom') return wirePath(to, from, lane)
  if (from.side === 'left') return bow(from, to)
  if (to.side === 'bottom') return hang(from, to)
  const x = to.x - 10 - (lane % 6) * 4
  const bend = from.y + 64 + (lane % 5) * 6
  if (to.y < bend + 40) return bow(from, to)
  return [
    `M ${from.x} ${from.y}`,
    `C ${from.x} ${from.y + 44} ${x} ${bend - 44} ${x} ${bend}`,
    `V ${to.y - 8}`,
    `Q ${x} ${to.y} ${to.x} ${to.y}`,
  ].join(' ')
}

function bow(from: Point, to: Point): string {
  const reach = 30 + Math.min(120, Math.abs(from.y - to.y) / 4 + Math.abs(from.x - to.x) / 8)
  return `M ${from.x} ${from.y} C ${from.x - reach} ${from.y} ${to.x - reach} ${to.y} ${to.x} ${to.y}`
}

function hang(from: Point, to: Point): string {
  const low = Math.max(from.y, to.y) + 30 + Math.min(60, Math.abs(from.x - to.x) / 10)
  return `M ${from.x} ${from.y} C ${from.x} ${low} ${to.x} ${low} ${to.x} ${to.y}`
}

/** What such a path keeps within: a curve goes nowhere that the points it is made from do not. */
export function boundsOf(path: string): Point & { width: number; height: number } {
  const xs: number[] = []
  const ys: number[] = []
  for (const [, command, numbers = ''] of path.matchAll(/([MCQV])([^MCQV]*)/g)) {
    for (const [at, number] of numbers.trim().split(/\s+/).map(Number).entries()) {
      if (command === 'V' || at % 2 === 1) ys.push(number)
      else xs.push(number)
    }
  }
  const [x, y] = [Math.min(...xs), Math.min(...ys)]
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y }
}
