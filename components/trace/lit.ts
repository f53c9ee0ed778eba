import type { Explanation, TraceStep } from '@/server/observe/trace/contract'

/** What of the graph lies on the way: ids of nodes and cables, and in which order they are met. */
export interface LitPath {
  readonly nodes: ReadonlyMap<string, number>
  readonly edges: ReadonlyMap<string, number>
  /** Node or cable where it ends. */
  readonly end: string | null
  readonly endsWell: boolean
  /** Node where it was to arrive; null where that is none of the panel's. */
  readonly goal: string | null
}

export const darkPath: LitPath = { nodes: new Map(), edges: new Map(), end: null, endsWell: false, goal: null }

/** Thin lines to the host's card have ids of their own. */
const uplinkOf = (networkId: string) => `uplink:${networkId}`

/** `goal` is the node where it is to arrive, if it is one of the panel's. */
export function litPath({ there, back, verdict }: Explanation, goal: string | null = null): LitPath {
  const nodes = new Map<string, number>()
  const edges = new Map<string, number>()
  const light = (map: Map<string, number>, id: string | null) => {
    if (id !== null && !map.has(id)) map.set(id, nodes.size + edges.size)
  }
  let lastNetwork: string | null = null
  let wasRouted = false
  for (const step of there.steps) {
    const { containerId, endpointId, networkId } = step.place
    light(nodes, containerId)
    light(edges, endpointId)
    light(nodes, networkId)
    if (isOnHost(step)) {
      light(nodes, 'host')
      if (lastNetwork) light(edges, uplinkOf(lastNetwork))
      wasRouted = true
    }
    if (networkId !== null) {
      if (wasRouted && networkId !== lastNetwork) light(edges, uplinkOf(networkId))
      lastNetwork = networkId
    }
  }
  const leg = verdict.at?.leg === 'back' ? back : there
  const ending = verdict.at ? leg?.steps[verdict.at.step] : there.steps.at(-1)
  return { nodes, edges, end: ending ? nodeOf(ending) : null, endsWell: verdict.outcome === 'answered', goal }
}

/** What the host itself decides, rather than a bridge or cable that happens to be in its namespace. */
function isOnHost({ place, kind }: TraceStep): boolean {
  return (
    place.isHost && place.containerId === null && ['route', 'rule', 'chain', 'nat', 'socket', 'hook'].includes(kind)
  )
}

function nodeOf(step: TraceStep): string | null {
  const { endpointId, containerId, networkId, isHost } = step.place
  if (isOnHost(step)) return 'host'
  return containerId ?? networkId ?? endpointId ?? (isHost ? 'host' : null)
}
