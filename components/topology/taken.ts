import type { Point, Size } from './measure'

export interface Box extends Point, Size {}

/** The boxes that stand on the ground already. */
export interface Taken {
  readonly all: readonly Box[]
  add(box: Box): void
  /** Nothing stands there, nor nearer to it than `margin`. */
  isFree(box: Box, margin: number): boolean
}

const bucketSize = 512
/** More squares than there are in a column. */
const farthest = 1 << 20

/** Found by the squares of the ground that they stand on: hundreds of newcomers each try hundreds of places. */
export function createTaken(): Taken {
  const all: Box[] = []
  const buckets = new Map<number, Box[]>()

  function* squaresOf({ x, y, width, height }: Box, margin: number): Generator<number> {
    const at = (value: number) => Math.floor(value / bucketSize)
    for (let column = at(x - margin); column <= at(x + width + margin); column++) {
      for (let row = at(y - margin); row <= at(y + height + margin); row++) yield column * farthest + row
    }
  }

  return {
    all,
    add(box) {
      all.push(box)
      for (const square of squaresOf(box, 0)) {
        const known = buckets.get(square)
        if (known) known.push(box)
        else buckets.set(square, [box])
      }
    },
    isFree(box, margin) {
      for (const square of squaresOf(box, margin)) {
        if (buckets.get(square)?.some((other) => isNearer(box, other, margin))) return false
      }
      return true
    },
  }
}

function isNearer(one: Box, other: Box, margin: number): boolean {
  return (
    one.x < other.x + other.width + margin &&
    other.x < one.x + one.width + margin &&
    one.y < other.y + other.height + margin &&
    other.y < one.y + one.height + margin
  )
}
