import { farLabel, jacksFrom } from './far-label'
import { type Box, type FarScene, type Ink, inks } from './far-scene'
import type { Sheet } from './sheet'

export type Colours = Readonly<Record<Ink, string>>

/** As the style sheet has them now, in light or dark. */
export function coloursOf(element: HTMLElement): Colours {
  const entries = Object.entries(inks).map(([ink, property]) => {
    element.style.color = `var(${property})`
    return [ink, getComputedStyle(element).color]
  })
  return Object.fromEntries(entries) as Colours
}

export type Shapes = ReturnType<typeof shapesOf>

/** Made once, drawn for every sheet. */
export function shapesOf({ wires, boxes, jacks, names }: FarScene) {
  return {
    names,
    wires: wires.map(({ at, ...look }) => ({
      ...look,
      at: at.map(({ path, bounds }) => ({ shape: new Path2D(path), bounds })),
    })),
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

/** Gives the canvas the sheet's size, and draws it. */
export function paint(canvas: HTMLCanvasElement, sheet: Sheet, shapes: Shapes, colours: Colours): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const { left, top, width, height } = sheet
  const { x, y, zoom } = sheet.view
  const dense = window.devicePixelRatio
  canvas.width = Math.round(width * dense) // which clears it
  canvas.height = Math.round(height * dense)
  canvas.style.width = `${width}px`
  canvas.style.height = `${height}px`
  context.setTransform(dense * zoom, 0, 0, dense * zoom, dense * (x + left), dense * (y + top))
  const seen = { x: -(x + left) / zoom, y: -(y + top) / zoom, width: width / zoom, height: height / zoom }
  paintShapes(context, shapes, { colours, zoom, seen })
  context.setTransform(dense, 0, 0, dense, 0, 0)
  const { fontFamily } = getComputedStyle(canvas)
  context.fillStyle = colours.name
  context.textBaseline = 'middle'
  for (const { alpha, ...name } of shapes.names) {
    const label = farLabel(name, zoom)
    if (label === null) continue
    const at = { x: name.box.x * zoom + x + left + label.x, y: name.box.y * zoom + y + top + label.y }
    if (at.x > width || at.x + label.width < 0 || at.y < 0 || at.y > height) continue
    const font = `600 ${label.pixels}px ${fontFamily}`
    if (context.font !== font) context.font = font
    context.globalAlpha = alpha
    context.fillText(label.text, at.x, at.y, label.width)
  }
}

function paintShapes(
  context: CanvasRenderingContext2D,
  { wires, boxes, jacks }: Shapes,
  { colours, zoom, seen }: { readonly colours: Colours; readonly zoom: number; readonly seen: Box },
): void {
  for (const { at, ink, alpha, width, isDashed } of wires) {
    context.globalAlpha = alpha
    context.setLineDash(isDashed ? [5, 5] : [])
    context.strokeStyle = colours[ink]
    context.lineWidth = width
    // A cable of a bridge with many is as long as their row: one that passes elsewhere costs as much as one in sight.
    for (const { shape, bounds } of at) if (meets(bounds, seen, width)) context.stroke(shape)
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
  if (zoom < jacksFrom) return
  for (const { shape, ink, alpha } of jacks) {
    context.globalAlpha = alpha
    context.fillStyle = colours[ink]
    context.fill(shape)
  }
}

function meets(one: Box, other: Box, slack: number): boolean {
  return (
    one.x - slack <= other.x + other.width &&
    other.x <= one.x + one.width + slack &&
    one.y - slack <= other.y + other.height &&
    other.y <= one.y + one.height + slack
  )
}
