'use client'

import type { EdgeProps } from '@xyflow/react'
import { memo, useState } from 'react'
import { networkColour } from '@/components/ui/network-colour'
import { cablePath, pointOnCable } from '../cable-path'
import type { CableEdge } from '../graph-model'
import { usePanel } from '../panel-state'
import { useTrafficLevel } from '../traffic'
import { CableGrip } from './cable-grip'
import { UnfoldedCable } from './unfolded-cable'

/** From this length on (graph units) there is room for a label. */
const labelRoom = 96

/** An endpoint: the cable between a network's jack and a sandbox's. */
export const Cable = memo(function Cable(props: EdgeProps<CableEdge>) {
  const { id, sourceX, sourceY, targetX, targetY, selected, data } = props
  const level = useTrafficLevel(id)
  const isPulled = usePanel(({ hand }) => hand?.moving === id)
  const isFaded = usePanel(({ hand }) => hand !== null && hand.moving !== id)
  const isLit = usePanel(({ lit }) => lit.has(id))
  const unfolded = usePanel((state) => (state.unfolded?.endpointId === id ? state.unfolded : null))
  const [isHeld, setIsHeld] = useState(false)
  if (!data) return null
  const from = { x: sourceX, y: sourceY }
  const to = { x: targetX, y: targetY }
  const path = cablePath(from, to, data.lane)
  const grip = pointOnCable(from, to, data.lane, data.grip)
  const { state } = data.endpoint
  const isWrong = state === 'missing' || state === 'down' || data.drift.length > 0
  const hasRoom = Math.hypot(targetX - sourceX, targetY - sourceY) > labelRoom
  return (
    <g
      className="panel-cable"
      data-state={state}
      data-level={level}
      data-selected={selected || undefined}
      data-lit={isLit || isHeld || undefined}
      data-pulled={isPulled || undefined}
      data-faded={isFaded || undefined}
      style={{ '--net': networkColour(data.colour) }}
    >
      <path d={path} className="react-flow__edge-interaction panel-cable-reach" />
      <path d={path} className="panel-cable-halo" />
      <path d={path} className="panel-cable-line" />
      {level > 0 && <path d={path} className="panel-cable-flow" />}
      {isWrong && (
        <g transform={`translate(${grip.x} ${grip.y})`} className="panel-cable-wrong">
          <circle r={9} />
          <path d="M 0 -4 V 1 M 0 4 V 4.2" />
        </g>
      )}
      <CableGrip
        id={id}
        at={grip}
        data={data}
        level={level}
        selected={selected === true}
        isLabelled={hasRoom && !isWrong && !unfolded?.jacks}
        onHold={setIsHeld}
      />
      {selected && state !== 'idle' && (
        <UnfoldedCable
          endpointId={id}
          at={grip}
          jacks={unfolded?.jacks ?? null}
          isUnfolded={unfolded !== null}
          pointAt={(share) => pointOnCable(from, to, data.lane, share)}
        />
      )}
    </g>
  )
})
