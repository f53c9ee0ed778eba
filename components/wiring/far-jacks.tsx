import type { WiredLink } from '@/server/observe/wiring/view'
import { groupBy } from '../topology/group-by'
import type { Point } from '../topology/measure'
import { kindOf, stateOf } from './link-words'

/** The jacks of a node as they are seen from far: one path for those that look alike. */
export function FarJacks({ links, placeOf }: { links: readonly WiredLink[]; placeOf: (index: number) => Point }) {
  const looks = groupBy([...links.entries()], ([, link]) => `${kindOf(link)} ${stateOf(link)}`)
  return (
    <svg aria-hidden="true" className="wire-far-jacks">
      {[...looks].map(([look, alike]) => {
        const [kind, state] = look.split(' ')
        const path = alike.map(([index]) => placeOf(index)).map(({ x, y }) => `M${x} ${y}h.01`)
        return <path key={look} d={path.join('')} data-kind={kind} data-state={state} />
      })}
    </svg>
  )
}
