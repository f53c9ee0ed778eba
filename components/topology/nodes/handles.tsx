import { Handle, Position } from '@xyflow/react'
import { freeHandle } from '../graph-model'
import { jackRadius, type Point } from '../measure'

export interface FreeHandleProps {
  /** Centre of the free jack. */
  at: Point
  edge: 'top' | 'bottom'
  /** Test id of what a cable is dragged from and to. */
  testId: string
  title: string
  disabled?: boolean
}

/** What a cable is dragged from. It is dropped anywhere on a node; see cable-gesture. */
export function FreeHandle({ at, edge, testId, title, disabled = false }: FreeHandleProps) {
  return (
    <Handle
      type="source"
      id={freeHandle}
      position={edge === 'top' ? Position.Top : Position.Bottom}
      isConnectableStart={!disabled}
      className="panel-free"
      style={{ left: at.x, top: at.y }}
      data-disabled={disabled || undefined}
      data-testid={testId}
      title={title}
    />
  )
}

/**
 * A jack with a plug in it: pulled out, its cable goes elsewhere. It reaches from the jack to the node's
 * edge, where the cable begins: React Flow takes a cable's end from the middle of that side.
 */
export function PlugHandle({
  at,
  edge,
  id,
  height = 0,
}: {
  at: Point
  edge: 'top' | 'bottom'
  id: string
  height?: number
}) {
  const top = edge === 'top' ? 0 : at.y - jackRadius
  return (
    <Handle
      type="source"
      id={id}
      position={edge === 'top' ? Position.Top : Position.Bottom}
      className="panel-plug"
      style={{ left: at.x - 1, top: top - 1, height: edge === 'top' ? 2 * jackRadius : height - top }}
    />
  )
}

/** Where the thin line to or from the host ends. */
export function UplinkHandle({
  x,
  edge,
  id,
  height = 0,
}: {
  x: number
  edge: 'top' | 'bottom'
  id: string
  height?: number
}) {
  return (
    <Handle
      type="source"
      id={id}
      position={edge === 'top' ? Position.Top : Position.Bottom}
      isConnectable={false}
      className="panel-uplink-end"
      style={{ left: x - 1, top: edge === 'top' ? -1 : height - 2 }}
    />
  )
}
