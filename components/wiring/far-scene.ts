import type { WiredLink } from '@/server/observe/wiring/view'
import { groupBy } from '../topology/group-by'
import type { Point } from '../topology/measure'
import type { Wire, WiringGraph, WiringNode } from './graph'
import { kindOf, stateOf } from './link-words'
import { cardJack, tileJack } from './measure'
import { boundsOf } from './wire-path'

/** Custom properties of the style sheet that the drawing is coloured by. */
export const inks = {
  veth: '--wire-veth',
  parent: '--wire-parent',
  underlay: '--wire-underlay',
  other: '--faint',
  box: '--surface',
  edge: '--line-strong',
  name: '--ink',
} as const
export type Ink = keyof typeof inks

/** Places where things of one look stand; everything in graph units. */
export interface FarScene {
  readonly wires: readonly {
    readonly ink: Ink
    readonly alpha: number
    readonly width: number
    readonly isDashed: boolean
    readonly at: readonly { readonly path: string; readonly bounds: Box }[]
  }[]
  readonly boxes: readonly { readonly alpha: number; readonly isDashed: boolean; readonly at: readonly Box[] }[]
  readonly jacks: readonly { readonly ink: Ink; readonly alpha: number; readonly at: readonly Point[] }[]
  readonly names: readonly (FarName & { readonly alpha: number })[]
}

export interface FarName {
  readonly name: string
  readonly box: Box
  /** Of a board how many interfaces it has; null: it is a card. */
  readonly ports: number | null
}

export interface Box extends Point {
  readonly width: number
  readonly height: number
}

const faded = 0.35

/** What is drawn of the wiring from so far that only boxes, jacks, cables and large names can be told. */
export function toFarScene(
  { nodes, wires }: WiringGraph,
  { found, selected }: { readonly found: ReadonlySet<string> | null; readonly selected: string | null },
  nameOf: (node: WiringNode) => string,
): FarScene {
  const alphaOf = (ids: readonly string[]) => (found !== null && !ids.some((id) => found.has(id)) ? faded : 1)
  const drawn = nodes.map((node) => {
    const jacks = jacksOf(node)
    const alpha = alphaOf([node.id, ...jacks.map(({ link }) => link.id)])
    const box = { ...node.position, width: node.width ?? 0, height: node.height ?? 0 }
    return { node, jacks, alpha, box, isDashed: node.data.namespace.failure !== null }
  })
  const placed = drawn.flatMap(({ jacks, alpha, box }) =>
    jacks.map(({ link, x, y }) => ({
      ink: inkOf(kindOf(link)),
      alpha: stateOf(link) === 'up' ? alpha : alpha * faded,
      at: { x: box.x + x, y: box.y + y },
    })),
  )
  return {
    wires: grouped(
      wires.map(({ path, ...wire }) => ({ look: lookOf(wire, alphaOf, selected), path })),
      ({ look: { ink, alpha, width, isDashed } }) => `${ink} ${alpha} ${width} ${isDashed}`,
    ).map((alike) => {
      const [{ look }] = alike
      return { ...look, at: alike.map(({ path }) => ({ path, bounds: boundsOf(path) })) }
    }),
    boxes: grouped(drawn, ({ alpha, isDashed }) => `${alpha} ${isDashed}`).map((alike) => {
      const [{ alpha, isDashed }] = alike
      return { alpha, isDashed, at: alike.map(({ box }) => box) }
    }),
    jacks: grouped(placed, ({ ink, alpha }) => `${ink} ${alpha}`).map((alike) => {
      const [{ ink, alpha }] = alike
      return { ink, alpha, at: alike.map(({ at }) => at) }
    }),
    names: drawn.map(({ node, jacks, alpha, box }) => {
      return { name: nameOf(node), ports: node.type === 'board' ? jacks.length : null, box, alpha }
    }),
  }
}

function grouped<Item>(items: readonly Item[], lookOf: (item: Item) => string): [Item, ...Item[]][] {
  return [...groupBy(items, lookOf).values()].filter((alike): alike is [Item, ...Item[]] => alike.length > 0)
}

function lookOf(
  { kind, from, to, isUp }: Omit<Wire, 'path'>,
  alphaOf: (ids: readonly string[]) => number,
  selected: string | null,
) {
  const alpha = alphaOf([from, to]) * (isUp ? 1 : 0.7)
  return { ink: kind, alpha, width: from === selected || to === selected ? 4 : 2, isDashed: !isUp }
}

function jacksOf(node: WiringNode): (Point & { readonly link: WiredLink })[] {
  if (node.type === 'board') {
    return node.data.tiles.map((link, index, tiles) => ({ link, ...tileJack(index, tiles.length) }))
  }
  return node.data.rows.map(({ link }, index) => ({ link, x: 14, y: cardJack(index).y }))
}

const standing = ['macvlan', 'macvtap', 'ipvlan', 'vlan']

function inkOf(kind: string): Ink {
  if (kind === 'veth') return 'veth'
  if (standing.includes(kind)) return 'parent'
  return kind === 'vxlan' ? 'underlay' : 'other'
}
