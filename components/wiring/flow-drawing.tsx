'use client'

import { ViewportPortal } from '@xyflow/react'
import { useEffect, useState } from 'react'
import { busiestWires } from './busiest-wires'
import type { WiringGraph } from './graph'
import { useRates } from './live-wiring'

/** What flows on cables, over the drawing of them: the wider and faster, the more. */
export function FlowDrawing({ graph: { wires } }: { graph: WiringGraph }) {
  const rates = useRates()
  const [flows, setFlows] = useState(() => busiestWires(wires, rates))
  useEffect(() => {
    const read = () =>
      setFlows((before) => {
        const now = busiestWires(wires, rates)
        return isSame(before, now) ? before : now
      })
    read()
    return rates.subscribe(read)
  }, [wires, rates])
  if (flows.length === 0) return null
  return (
    <ViewportPortal>
      <svg className="wire-flows" aria-hidden="true">
        {flows.map(({ wire, level }) => (
          <g key={wire.id} data-wire={wire.id} data-kind={wire.kind} data-level={level}>
            <path d={wire.path} className="wire-flow-width" />
            <path d={wire.path} className="wire-flow" />
          </g>
        ))}
      </svg>
    </ViewportPortal>
  )
}

type Flows = ReturnType<typeof busiestWires>

function isSame(before: Flows, now: Flows): boolean {
  return (
    before.length === now.length &&
    before.every(({ wire, level }, at) => wire === now[at]?.wire && level === now[at]?.level)
  )
}
