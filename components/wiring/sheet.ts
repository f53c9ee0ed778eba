/** What of the ground is in sight, as React Flow has it: `x` and `y` are where the graph's origin is. */
export interface View {
  readonly x: number
  readonly y: number
  readonly zoom: number
  readonly width: number
  readonly height: number
}

/** Beyond each edge of what is in sight, as a share of it. */
const margin = 0.25
/** As much larger or smaller than drawn it may be shown for a moment. */
const mostScale = 2

/** What is drawn for a view: that, and a margin around it, so that most of a drag only moves what is there. */
export interface Sheet {
  readonly view: View
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

export function sheetFor(view: View): Sheet {
  const [left, top] = [Math.round(view.width * margin), Math.round(view.height * margin)]
  return { view, left, top, width: view.width + 2 * left, height: view.height + 2 * top }
}

/** Where a sheet lies in another view than the one it was drawn for; null: it would not cover that, or be a blur. */
export function placeSheet(
  { view, left, top, width, height }: Sheet,
  seen: View,
): { x: number; y: number; scale: number } | null {
  const scale = seen.zoom / view.zoom
  if (scale > mostScale || scale < 1 / mostScale) return null
  const x = seen.x - (left + view.x) * scale
  const y = seen.y - (top + view.y) * scale
  const isCovered = x <= 0 && y <= 0 && x + width * scale >= seen.width && y + height * scale >= seen.height
  return isCovered ? { x, y, scale } : null
}

export function isSameView(one: View, other: View): boolean {
  return (
    one.x === other.x &&
    one.y === other.y &&
    one.zoom === other.zoom &&
    one.width === other.width &&
    one.height === other.height
  )
}
