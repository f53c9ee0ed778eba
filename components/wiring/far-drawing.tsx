'use client'

import { type ReactFlowState, useStoreApi } from '@xyflow/react'
import { useEffect, useRef } from 'react'
import { coloursOf, paint, type Shapes, shapesOf } from './far-paint'
import { toFarScene } from './far-scene'
import type { WiringGraph } from './graph'
import { useNamespaceName } from './link-words'
import { plainText } from './plain-text'
import { isSameView, placeSheet, type Sheet, sheetFor, type View } from './sheet'
import { useWiringState } from './wiring-state'

/** After this long of standing still what was moved is drawn anew: sharp, and with margins on all sides. */
const settledMs = 150

/**
 * Cables, and from far all else too, on one canvas: as elements all of them would be painted anew for every step of a
 * drag. The canvas is larger than what is in sight, and a drag moves it. Pointer and keyboard still meet the elements, which
 * lie above and from far paint nothing.
 */
export function FarDrawing({ graph }: { graph: WiringGraph }) {
  const flow = useStoreApi()
  const canvas = useRef<HTMLCanvasElement>(null)
  const drawn = useRef<Sheet | null>(null)
  const nameOf = useNamespaceName()
  const namer = useRef(nameOf)
  namer.current = nameOf
  const found = useWiringState((state) => state.found)
  const selected = useWiringState((state) => state.selected)
  const isFar = useWiringState((state) => state.isFar)
  useEffect(() => {
    const element = canvas.current
    if (!element) return
    // What comes together is thought through once, and not before what changed in the page is seen.
    let shapes: Shapes | null = null
    let colours = coloursOf(element)
    let asked = 0
    let settling: ReturnType<typeof setTimeout> | undefined
    const draw = () => {
      asked = 0
      clearTimeout(settling)
      shapes ??= shapesOf(sceneOf())
      const sheet = sheetFor(viewOf(flow.getState()))
      drawn.current = sheet
      paint(element, sheet, shapes, colours)
      element.style.transform = `translate(${-sheet.left}px, ${-sheet.top}px)`
    }
    const sceneOf = () => {
      const scene = toFarScene(graph, { found, selected }, (node) =>
        node.type === 'board' && node.data.bridge
          ? plainText(node.data.bridge.name)
          : namer.current(node.data.namespace),
      )
      return isFar ? scene : { ...scene, boxes: [], jacks: [], names: [] }
    }
    const soon = () => {
      asked ||= requestAnimationFrame(draw)
    }
    const follow = (state: ReactFlowState, before: ReactFlowState) => {
      const view = viewOf(state)
      if (drawn.current === null || isSameView(view, viewOf(before))) return
      const place = placeSheet(drawn.current, view)
      if (place === null) return soon()
      element.style.transform = `translate(${place.x}px, ${place.y}px) scale(${place.scale})`
      clearTimeout(settling)
      settling = setTimeout(soon, settledMs)
    }
    const recolour = () => {
      colours = coloursOf(element)
      soon()
    }
    soon()
    const stop = flow.subscribe(follow)
    const dark = matchMedia('(prefers-color-scheme: dark)')
    dark.addEventListener('change', recolour)
    const themes = new MutationObserver(recolour)
    themes.observe(document.documentElement, { attributes: true })
    return () => {
      cancelAnimationFrame(asked)
      clearTimeout(settling)
      stop()
      dark.removeEventListener('change', recolour)
      themes.disconnect()
    }
  }, [graph, found, selected, flow, isFar])
  return <canvas ref={canvas} className="wire-ground" />
}

function viewOf({ transform: [x, y, zoom], width, height }: ReactFlowState): View {
  return { x, y, zoom, width, height }
}
