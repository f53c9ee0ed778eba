'use client'

import { ViewportPortal } from '@xyflow/react'
import { memo } from 'react'
import { groupBy } from '../topology/group-by'
import type { Wire } from './graph'
import { useWiringState } from './wiring-state'

/**
 * All cables, below the nodes: one path for those that look alike, for a thousand of their own would have to be
 * moved one by one.
 */
export const Wires = memo(function Wires({ wires }: { wires: readonly Wire[] }) {
  const found = useWiringState((state) => state.found)
  const selected = useWiringState((state) => state.selected)
  const isFaded = ({ from, to }: Wire) => found !== null && !found.has(from) && !found.has(to)
  const isLit = ({ from, to }: Wire) => from === selected || to === selected
  const looks = groupBy(wires, (wire) => [wire.kind, wire.isUp, isFaded(wire), isLit(wire)].join(' '))
  return (
    <ViewportPortal>
      <svg aria-hidden="true" className="wire-cables">
        {[...looks].map(([look, alike]) => {
          const [kind, isUp, faded, lit] = look.split(' ')
          return (
            <path
              key={look}
              d={alike.map(({ path }) => path).join(' ')}
              className="wire-cable"
              data-kind={kind}
              data-down={isUp === 'false' || undefined}
              data-faded={faded === 'true' || undefined}
              data-lit={lit === 'true' || undefined}
            />
          )
        })}
      </svg>
    </ViewportPortal>
  )
})
