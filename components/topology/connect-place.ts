import type { Point } from './measure'

export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

const sheet = { width: 380, height: 440 }
const around = { left: 84, top: 60, right: 16, bottom: 48 }
const gap = 20

/**
 * Beside what is to be connected, so that both ends stay in sight: right of them, left of them, or else
 * near where the cable was dropped; always within the window.
 */
export function placeBeside(ends: readonly Box[], at: Point, frame: { width: number; height: number }) {
  const right = Math.max(...ends.map((end) => end.right)) + gap
  const left = Math.min(...ends.map((end) => end.left)) - sheet.width - gap
  const furthest = frame.width - sheet.width - around.right
  const top = Math.max(around.top, Math.min(at.y - 40, frame.height - sheet.height - around.bottom))
  if (ends.length > 0 && right <= furthest) return { left: right, top }
  if (ends.length > 0 && left >= around.left) return { left, top }
  return { left: Math.max(around.left, Math.min(at.x + gap, furthest)), top }
}

/** The same for nodes of the graph, as they are drawn now. */
export function placeBesideNodes(ids: readonly string[], at: Point) {
  const ends = ids
    .map((id) => document.querySelector(`.react-flow__node[data-id="${CSS.escape(id)}"]`)?.getBoundingClientRect())
    .filter((box) => box !== undefined)
  return placeBeside(ends, at, { width: window.innerWidth, height: window.innerHeight })
}
