import type { EdgeProps } from '@xyflow/react'
import { memo } from 'react'
import { cablePath } from '../cable-path'
import type { UplinkEdge } from '../graph-model'

/** The way of a network to the outside, by the host. */
export const Uplink = memo(function Uplink({ sourceX, sourceY, targetX, targetY }: EdgeProps<UplinkEdge>) {
  return <path className="panel-uplink-line" d={cablePath({ x: sourceX, y: sourceY }, { x: targetX, y: targetY })} />
})
