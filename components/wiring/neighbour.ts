import type { Point } from '../topology/measure'

/** Where it stands on the ground. */
export interface Placed {
  readonly id: string
  readonly position: Point
  readonly width?: number
  readonly height?: number
}

export const ways = {
  ArrowUp: { axis: 'y', sign: -1 },
  ArrowDown: { axis: 'y', sign: 1 },
  ArrowLeft: { axis: 'x', sign: -1 },
  ArrowRight: { axis: 'x', sign: 1 },
} as const
export type Way = (typeof ways)[keyof typeof ways]

/** What one comes to next in that direction: rather what is straight ahead than what is near. */
export function neighbourOf<Node extends Placed>(nodes: readonly Node[], from: Node, { axis, sign }: Way): Node | null {
  const across = axis === 'x' ? 'y' : 'x'
  const own = { along: spanOf(from, axis), across: spanOf(from, across) }
  let nearest: { readonly node: Node; readonly cost: number } | null = null
  for (const node of nodes) {
    const [along, beside] = [spanOf(node, axis), spanOf(node, across)]
    const ahead = (along.middle - own.along.middle) * sign
    const gap = sign > 0 ? along.start - own.along.end : own.along.start - along.end
    if (node.id === from.id || ahead <= 0 || gap < -own.along.size / 2) continue
    const aside = Math.max(0, beside.start - own.across.end, own.across.start - beside.end)
    const cost = Math.max(0, gap) + 5 * aside + Math.abs(beside.middle - own.across.middle) / 10
    if (nearest === null || cost < nearest.cost) nearest = { node, cost }
  }
  return nearest?.node ?? null
}

function spanOf({ position, width = 0, height = 0 }: Placed, axis: 'x' | 'y') {
  const [start, size] = axis === 'x' ? [position.x, width] : [position.y, height]
  return { start, size, end: start + size, middle: start + size / 2 }
}
