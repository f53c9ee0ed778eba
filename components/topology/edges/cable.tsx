'use client'

import { EdgeLabelRenderer, type EdgeProps } from '@xyflow/react'
import { memo } from 'react'
import { networkColour } from '@/components/ui/network-colour'
import { formatBitRate } from '../bit-rate'
import { cableMiddle, cablePath } from '../cable-path'
import type { CableEdge } from '../graph-model'
import { usePanel } from '../panel-state'
import { useTrafficLevel, useTrafficRate } from '../traffic'

/** From this length on (graph units) there is room for a label. */
const labelRoom = 96

/** An endpoint: the cable between a network's jack and a sandbox's. */
export const Cable = memo(function Cable(props: EdgeProps<CableEdge>) {
  const { id, sourceX, sourceY, targetX, targetY, selected, data } = props
  const level = useTrafficLevel(id)
  const isPulled = usePanel(({ hand }) => hand?.moving === id)
  const isFaded = usePanel(({ hand }) => hand !== null && hand.moving !== id)
  const isLit = usePanel(({ lit }) => lit.has(id))
  if (!data) return null
  const from = { x: sourceX, y: sourceY }
  const to = { x: targetX, y: targetY }
  const path = cablePath(from, to, data.lane)
  const middle = cableMiddle(from, to, data.lane)
  const { state, ipv4Address } = data.endpoint
  const isWrong = state === 'missing' || state === 'down' || data.drift.length > 0
  const hasRoom = Math.hypot(targetX - sourceX, targetY - sourceY) > labelRoom
  return (
    <g
      className="panel-cable"
      data-state={state}
      data-level={level}
      data-selected={selected || undefined}
      data-lit={isLit || undefined}
      data-pulled={isPulled || undefined}
      data-faded={isFaded || undefined}
      style={{ '--net': networkColour(data.colour) }}
    >
      <path d={path} className="react-flow__edge-interaction panel-cable-grip" />
      <path d={path} className="panel-cable-halo" />
      <path d={path} className="panel-cable-line" />
      {level > 0 && <path d={path} className="panel-cable-flow" />}
      <circle cx={middle.x} cy={middle.y} r={5} className="panel-cable-middle" />
      {isWrong && (
        <g transform={`translate(${middle.x} ${middle.y})`} className="panel-cable-wrong">
          <circle r={9} />
          <path d="M 0 -4 V 1 M 0 4 V 4.2" />
        </g>
      )}
      {hasRoom && (level > 0 || ipv4Address) && !isWrong && (
        <CableLabel
          id={id}
          at={middle}
          address={ipv4Address}
          level={level}
          selected={selected === true}
          isLaned={data.lane !== null}
        />
      )}
    </g>
  )
})

/** The rate while something flows; the address near, or when the cable is selected. */
function CableLabel({
  id,
  at,
  address,
  level,
  selected,
  isLaned,
}: {
  id: string
  at: { x: number; y: number }
  address: string | null
  level: number
  selected: boolean
  /** In the narrow gap between cards: shown only where somebody asks for it. */
  isLaned: boolean
}) {
  const rate = useTrafficRate(id)
  const bytes = (rate?.rxBytesPerSecond ?? 0) + (rate?.txBytesPerSecond ?? 0)
  return (
    <EdgeLabelRenderer>
      <span
        className="panel-cable-label"
        data-flows={level > 1 || undefined}
        data-laned={isLaned || undefined}
        data-selected={selected || undefined}
        style={{ transform: `translate(-50%, -50%) translate(${at.x}px, ${at.y}px)` }}
      >
        {level > 1 ? formatBitRate(bytes) : address?.split('/')[0]}
      </span>
    </EdgeLabelRenderer>
  )
}
