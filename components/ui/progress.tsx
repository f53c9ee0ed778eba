'use client'

import { Progress as Primitive } from 'radix-ui'

/** A thin bar; `value` from 0 to `max`, or null while the end is unknown. */
export function Progress({ value, max = 1, label }: { value: number | null; max?: number; label: string }) {
  const share = value === null ? 1 : Math.max(0, Math.min(1, value / max))
  return (
    <Primitive.Root
      value={value}
      max={max}
      aria-label={label}
      className="h-1 w-full overflow-hidden rounded-full bg-line"
    >
      <Primitive.Indicator
        className={`h-full origin-left bg-accent transition-transform duration-150 ${value === null ? 'animate-breathe' : ''}`}
        style={{ transform: `scaleX(${share})` }}
      />
    </Primitive.Root>
  )
}
