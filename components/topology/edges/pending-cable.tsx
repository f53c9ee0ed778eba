'use client'

import { useInternalNode, ViewportPortal } from '@xyflow/react'
import type { PanelNode } from '../graph-model'
import { usePanel } from '../panel-state'
import { colourOf, jackOf, LooseCable } from './cable-in-hand'

/** A cable that no pointer holds: taken by keyboard, or dropped and waiting for its sheet to be confirmed. */
export function PendingCable() {
  const hand = usePanel((state) => (state.hand?.by === 'keyboard' ? state.hand : null))
  const joint = usePanel((state) => state.joint)
  const from = useInternalNode<PanelNode>(hand?.from ?? joint?.networkId ?? '')
  const to = useInternalNode<PanelNode>(hand?.target ?? joint?.containerIds[0] ?? '')
  if (!from || !to || (!hand && !joint)) return null
  const moving = hand?.moving ?? null
  const [start, end] = [jackOf(from, moving), jackOf(to, null)]
  if (!start || !end) return null
  return (
    <ViewportPortal>
      <svg aria-hidden="true" className="pointer-events-none absolute top-0 left-0 z-10 size-px overflow-visible">
        <LooseCable
          start={start}
          end={end}
          downwards={from.type === 'network'}
          colour={colourOf(from) ?? colourOf(to)}
          fits
        />
      </svg>
    </ViewportPortal>
  )
}
