'use client'

import { EdgeLabelRenderer, useStore } from '@xyflow/react'
import { badgeOf } from '../../shaping/shaping-draft'
import { formatBitRate } from '../bit-rate'
import { gripSize } from '../cable-grip'
import type { CableData } from '../graph-model'
import type { Point } from '../measure'
import { useTrafficRate } from '../traffic'

export interface CableGripProps {
  id: string
  at: Point
  data: CableData
  level: number
  selected: boolean
  isLabelled: boolean
  /** Told when the pointer or the focus comes and goes. */
  onHold: (isHeld: boolean) => void
}

/**
 * The place by which a cable is clicked, focused and read out; above the cards, with the label on it. It is
 * drawn elsewhere, but its clicks reach the cable, whose child it is, and select it.
 */
export function CableGrip({ id, at, data, level, selected, isLabelled, onHold }: CableGripProps) {
  const flowId = useStore((state) => state.rfId)
  const limit = data.endpoint.shaping ? badgeOf(data.endpoint.shaping) : null
  const hasAddress = data.endpoint.ipv4Address !== null || data.endpoint.ipv6Address !== null
  const hasText = isLabelled && (level > 0 || hasAddress || limit !== null)
  return (
    <EdgeLabelRenderer>
      <button
        type="button"
        {...data.domNames}
        data-cable={id}
        aria-label={data.label}
        aria-describedby={`react-flow__edge-desc-${flowId}`}
        aria-pressed={selected}
        className="panel-cable-grip nopan"
        style={{
          width: gripSize,
          height: gripSize,
          transform: `translate(-50%, -50%) translate(${at.x}px, ${at.y}px)`,
        }}
        onPointerEnter={() => onHold(true)}
        onPointerLeave={() => onHold(false)}
        onFocus={() => onHold(true)}
        onBlur={() => onHold(false)}
      >
        {hasText && <CableLabel id={id} data={data} level={level} selected={selected} limit={limit} />}
      </button>
    </EdgeLabelRenderer>
  )
}

/** The rate while something flows; the address near, or when the cable is selected; and what it is held to. */
type CableLabelProps = Pick<CableGripProps, 'id' | 'data' | 'level' | 'selected'> & { limit: string | null }

function CableLabel({ id, data, level, selected, limit }: CableLabelProps) {
  const rate = useTrafficRate(id)
  const bytes = (rate?.rxBytesPerSecond ?? 0) + (rate?.txBytesPerSecond ?? 0)
  return (
    <span
      aria-hidden="true"
      className="panel-cable-label"
      data-flows={level > 1 || undefined}
      data-limited={limit !== null || undefined}
      data-laned={data.lane !== null || undefined}
      data-selected={selected || undefined}
    >
      {level > 1 ? formatBitRate(bytes) : (data.endpoint.ipv4Address ?? data.endpoint.ipv6Address)?.split('/')[0]}
      {limit !== null && <span className="panel-cable-limit">{limit}</span>}
    </span>
  )
}
