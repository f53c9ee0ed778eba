'use client'

import { useReactFlow } from '@xyflow/react'
import type { KeyboardEvent } from 'react'
import type { WiringGraph } from './graph'
import { neighbourOf, ways } from './neighbour'
import { useWiringStore } from './wiring-state'

export const inspectorId = 'wiring-inspector'

/** The wiring by keyboard: arrows go from one to the next, Enter shows what is in it and leads there. */
export function useWiringKeys(graph: WiringGraph): (event: KeyboardEvent<HTMLElement>) => void {
  const flow = useReactFlow()
  const store = useWiringStore()
  return (event) => {
    const id =
      event.target instanceof Element ? event.target.closest('.react-flow__node')?.getAttribute('data-id') : null
    const from = graph.nodes.find((node) => node.id === id)
    if (!from) return
    if (event.key === 'Enter' || event.key === ' ') {
      store.set({ cameFrom: from.id })
      soon(() => document.getElementById(inspectorId))
      return
    }
    if (event.key === 'Escape') store.set({ selected: null })
    const way = ways[event.key as keyof typeof ways]
    const next = way && neighbourOf(graph.nodes, from, way)
    if (!next) return
    event.preventDefault()
    if (!flow.isNodeIntersecting(next, seenPart(flow), false)) {
      const { position, width = 0, height = 0 } = next
      void flow.setCenter(position.x + width / 2, position.y + height / 2, { zoom: flow.getZoom() })
    }
    focusNode(next.id)
  }
}

/** Back to what is drawn for it, from wherever one was led to. */
export function focusNode(nodeId: string): void {
  soon(() => document.querySelector(`.react-flow__node[data-id="${CSS.escape(nodeId)}"]`))
}

/** What comes into sight, or is opened, is made within the next frames. */
function soon(find: () => Element | null, frames = 10): void {
  const found = find()
  if (found instanceof HTMLElement) found.focus({ preventScroll: true })
  else if (frames > 0) requestAnimationFrame(() => soon(find, frames - 1))
}

/** In the graph's units. */
function seenPart({ screenToFlowPosition }: ReturnType<typeof useReactFlow>) {
  const box = document.querySelector('.wiring')?.getBoundingClientRect() ?? new DOMRect()
  const [start, end] = [
    screenToFlowPosition({ x: box.left, y: box.top }),
    screenToFlowPosition({ x: box.right, y: box.bottom }),
  ]
  return { ...start, width: end.x - start.x, height: end.y - start.y }
}
