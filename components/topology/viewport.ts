import type { Rect, Viewport } from '@xyflow/react'

export interface Frame {
  readonly width: number
  readonly height: number
}

const margin = { top: 28, side: 40, bottom: 72 } as const
/** Below the graph, for what is said while there is nothing on it. */
const emptyBottom = 380
const largest = 1

/**
 * The view that shows everything: never larger than life, in the middle from left to right, and near
 * the top rather than in the middle, where one begins to read.
 */
export function fitViewport(bounds: Rect, frame: Frame, isEmpty: boolean): Viewport {
  const bottom = isEmpty ? emptyBottom : margin.bottom
  const room = { width: frame.width - 2 * margin.side, height: frame.height - margin.top - bottom }
  const zoom = Math.max(0.1, Math.min(largest, room.width / bounds.width, room.height / bounds.height))
  const spare = Math.max(0, room.height - bounds.height * zoom)
  return {
    x: (frame.width - bounds.width * zoom) / 2 - bounds.x * zoom,
    y: margin.top + Math.min(spare / 2, 44) - bounds.y * zoom,
    zoom,
  }
}

/** True: nothing of the picture lies outside the frame. */
export function isInSight(bounds: Rect, frame: Frame, { x, y, zoom }: Viewport): boolean {
  const left = bounds.x * zoom + x
  const top = bounds.y * zoom + y
  return (
    left >= 0 && top >= 0 && left + bounds.width * zoom <= frame.width && top + bounds.height * zoom <= frame.height
  )
}
