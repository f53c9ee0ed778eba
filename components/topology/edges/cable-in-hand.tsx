'use client'

import { type ConnectionLineComponentProps, type InternalNode, useInternalNode } from '@xyflow/react'
import { networkColour } from '@/components/ui/network-colour'
import { cablePath } from '../cable-path'
import { freeHandle, type PanelNode } from '../graph-model'
import type { Point } from '../measure'
import { usePanel } from '../panel-state'

/** The cable that follows the pointer, in the colour of the network that it would join. */
export function CableInHand({ toX, toY }: ConnectionLineComponentProps<PanelNode>) {
  const hand = usePanel((state) => state.hand)
  const fixed = useInternalNode<PanelNode>(hand?.from ?? '')
  const target = useInternalNode<PanelNode>(hand?.target ?? '')
  if (!hand || !fixed) return null
  const start = jackOf(fixed, hand.moving) ?? { x: toX, y: toY }
  const fits = target !== undefined && hand.checks.get(target.id)?.ok === true
  const end = (fits ? jackOf(target, null) : undefined) ?? { x: toX, y: toY }
  const colour = colourOf(fixed) ?? (target && fits ? colourOf(target) : undefined)
  const fromNetwork = fixed.type === 'network'
  return <LooseCable start={start} end={end} downwards={fromNetwork} colour={colour} fits={fits} />
}

export interface LooseCableProps {
  start: Point
  end: Point
  /** True: the fixed end hangs from a strip. */
  downwards: boolean
  colour: number | undefined
  fits: boolean
}

export function LooseCable({ start, end, downwards, colour, fits }: LooseCableProps) {
  const path = downwards ? cablePath(start, end) : cablePath(end, start)
  return (
    <g
      className="panel-loose"
      data-fits={fits || undefined}
      style={{ '--net': colour === undefined ? 'var(--faint)' : networkColour(colour) }}
    >
      <path d={path} className="panel-loose-line" />
      <circle cx={start.x} cy={start.y} r={4} className="panel-loose-end" />
      <circle cx={end.x} cy={end.y} r={fits ? 11 : 7} className="panel-loose-halo" />
      <circle cx={end.x} cy={end.y} r={5} className="panel-loose-end" />
    </g>
  )
}

/** Centre of a node's jack in graph units: of the endpoint where it is plugged, else the free one. */
export function jackOf({ internals }: InternalNode<PanelNode>, endpointId: string | null): Point | undefined {
  const { userNode, positionAbsolute } = internals
  const plug = userNode.handles?.find(({ id }) => id === endpointId)
  const at = plug ?? freeJackOf(userNode)
  return at && { x: positionAbsolute.x + at.x, y: positionAbsolute.y + at.y }
}

function freeJackOf(node: PanelNode): Point | undefined {
  if (node.type === 'network' || node.type === 'sandbox') return node.data.freeJack
  return node.handles?.find(({ id }) => id === freeHandle)
}

export function colourOf({ internals: { userNode } }: InternalNode<PanelNode>): number | undefined {
  return userNode.type === 'network' ? userNode.data.network.colour : undefined
}
