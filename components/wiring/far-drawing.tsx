'use client'

import { useStoreApi } from '@xyflow/react'
import { useEffect, useRef } from 'react'
import { type FarScene, type Ink, inks, shortened, toFarScene } from './far-scene'
import type { WiringGraph } from './graph'
import { useNamespaceName } from './link-words'
import { plainText } from './plain-text'
import { useWiringState } from './wiring-state'

/**
 * Cables, and from far all else too, on one canvas: as elements all of them would be painted anew for every step of a
 * drag. Pointer and keyboard still meet the elements, which lie above and from far paint nothing.
 */
export function FarDrawing({ graph }: { graph: WiringGraph }) {
  const flow = useStoreApi()
  const canvas = useRef<HTMLCanvasElement>(null)
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
    const draw = () => {
      asked = 0
      shapes ??= shapesOf(sceneOf())
      const { transform, width, height } = flow.getState()
      paint(element, shapes, colours, { transform, width, height })
    }
    const sceneOf = () => {
      const scene = toFarScene(graph, { found, selected }, (node) =>
        node.type === 'board' && node.data.bridge
          ? plainText(node.data.bridge.name)
          : namer.current(node.data.namespace),
      )
      return isFar ? scene : { ...scene, boxes: [], jacks: [], names: [], titles: [] }
    }
    const soon = () => {
      asked ||= requestAnimationFrame(draw)
    }
    const recolour = () => {
      colours = coloursOf(element)
      soon()
    }
    soon()
    const stop = flow.subscribe(soon)
    const dark = matchMedia('(prefers-color-scheme: dark)')
    dark.addEventListener('change', recolour)
    const themes = new MutationObserver(recolour)
    themes.observe(document.documentElement, { attributes: true })
    return () => {
      cancelAnimationFrame(asked)
      stop()
      dark.removeEventListener('change', recolour)
      themes.disconnect()
    }
  }, [graph, found, selected, flow, isFar])
  return <canvas ref={canvas} className="wire-ground" />
}

type Colours = Readonly<Record<Ink, string>>

/** As the style sheet has them now, in light or dark. */
function coloursOf(element: HTMLElement): Colours {
  const entries = Object.entries(inks).map(([ink, property]) => {
    element.style.color = `var(${property})`
    return [ink, getComputedStyle(element).color]
  })
  return Object.fromEntries(entries) as Colours
}

type Shapes = ReturnType<typeof shapesOf>

/** Made once, drawn for every step. */
function shapesOf({ wires, boxes, jacks, names, titles }: FarScene) {
  return {
    names,
    titles,
    wires: wires.map(({ path, ...look }) => ({ ...look, shape: new Path2D(path) })),
    boxes: boxes.map(({ at, ...look }) => {
      const shape = new Path2D()
      for (const { x, y, width, height } of at) shape.roundRect(x, y, width, height, 9)
      return { ...look, shape }
    }),
    jacks: jacks.map(({ at, ...look }) => {
      const shape = new Path2D()
      for (const { x, y } of at) shape.rect(x - 5, y - 5, 10, 10)
      return { ...look, shape }
    }),
  }
}

interface View {
  readonly transform: readonly [number, number, number]
  readonly width: number
  readonly height: number
}

const nameSize = 24
/** Smaller letters are a smear. */
const leastNamePixels = 4
/** Of what is written above boards whose own names are too small. */
const title = { pixels: 11, letterPixels: 6.5, gapPixels: 6, leastPixels: 24, untilNamePixels: 9 } as const

function paint(
  canvas: HTMLCanvasElement,
  { wires, boxes, jacks, names, titles }: Shapes,
  colours: Colours,
  { transform: [x, y, zoom], width, height }: View,
): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const dense = window.devicePixelRatio
  if (canvas.width !== Math.round(width * dense)) canvas.width = Math.round(width * dense)
  if (canvas.height !== Math.round(height * dense)) canvas.height = Math.round(height * dense)
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.clearRect(0, 0, canvas.width, canvas.height)
  context.setTransform(dense * zoom, 0, 0, dense * zoom, dense * x, dense * y)
  for (const { shape, ink, alpha, width: stroke, isDashed } of wires) {
    context.globalAlpha = alpha
    context.setLineDash(isDashed ? [5, 5] : [])
    context.strokeStyle = colours[ink]
    context.lineWidth = stroke
    context.stroke(shape)
  }
  context.lineWidth = Math.max(1, 0.7 / zoom)
  context.strokeStyle = colours.edge
  context.fillStyle = colours.box
  for (const { shape, alpha, isDashed } of boxes) {
    context.globalAlpha = alpha
    context.setLineDash(isDashed ? [8, 8] : [])
    context.fill(shape)
    context.stroke(shape)
  }
  context.setLineDash([])
  for (const { shape, ink, alpha } of jacks) {
    context.globalAlpha = alpha
    context.fillStyle = colours[ink]
    context.fill(shape)
  }
  const { fontFamily } = getComputedStyle(canvas)
  context.fillStyle = colours.name
  if (zoom * nameSize < title.untilNamePixels) {
    context.font = `600 ${title.pixels / zoom}px ${fontFamily}`
    context.textBaseline = 'alphabetic'
    for (const { x: left, y: top, text, width: room, alpha } of titles) {
      if (room * zoom < title.leastPixels) continue
      context.globalAlpha = alpha
      context.fillText(shortened(text, room * zoom, title.letterPixels), left, top - title.gapPixels / zoom)
    }
  }
  if (zoom * nameSize < leastNamePixels) return
  context.font = `600 ${nameSize}px ${fontFamily}`
  context.textBaseline = 'middle'
  for (const { x: left, y: middle, text, width: room, alpha } of names) {
    const isSeen = left * zoom + x < width && (left + room) * zoom + x > 0
    if (!isSeen || middle * zoom + y < 0 || middle * zoom + y > height) continue
    context.globalAlpha = alpha
    context.fillText(text, left, middle)
  }
}
