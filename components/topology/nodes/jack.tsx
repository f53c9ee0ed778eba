import { jackRadius, type Point } from '../measure'

/** A jack with a plug in it: ring and core in the cable's colour. `hollow`: the sandbox is stopped. `wrong`: drift. */
export function PluggedJack({ at, state }: { at: Point; state: 'up' | 'down' | 'missing' | 'idle' }) {
  return (
    <g className="panel-jack" data-state={state} transform={`translate(${at.x} ${at.y})`}>
      <circle r={jackRadius} className="panel-jack-ring" />
      <circle r={2.6} className="panel-jack-core" />
    </g>
  )
}

export function FreeJack({ at }: { at: Point }) {
  return (
    <g className="panel-jack-free" transform={`translate(${at.x} ${at.y})`}>
      <circle r={jackRadius + 5} className="panel-jack-halo" />
      <circle r={jackRadius} className="panel-jack-hole" />
      <path d="M -3 0 H 3 M 0 -3 V 3" className="panel-jack-plus" />
    </g>
  )
}
