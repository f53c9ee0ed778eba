import type { Node } from '@xyflow/react'
import type { CableView, LinkId, NamespaceView, WiredLink, WiringPicture } from '@/server/observe/wiring/view'
import { groupBy } from '../topology/group-by'
import { type LayoutInput, layoutPanel, type Places } from '../topology/layout'
import type { Point, Size } from '../topology/measure'
import { boardJack, boardSize, cardJack, cardSize, mostRows } from './measure'
import { type Side, wirePath } from './wire-path'

export interface BoardData extends Record<string, unknown> {
  readonly namespace: NamespaceView
  /** Null: what of the host is on no bridge. */
  readonly bridge: WiredLink | null
  readonly tiles: readonly WiredLink[]
}

export interface CardData extends Record<string, unknown> {
  readonly namespace: NamespaceView
  /** In the order in which they are drawn; ports stand below their bridge. */
  readonly rows: readonly CardRow[]
  /** Further ones that are not drawn. */
  readonly more: number
}

export interface CardRow {
  readonly link: WiredLink
  readonly isPort: boolean
}

/** A cable, where it runs on the ground. */
export interface Wire {
  readonly id: string
  readonly kind: CableView['kind']
  readonly from: LinkId
  readonly to: LinkId
  /** Both its ends carry. */
  readonly isUp: boolean
  /** SVG */
  readonly path: string
}

export type BoardNode = Node<BoardData, 'board'>
export type CardNode = Node<CardData, 'card'>
export type WiringNode = BoardNode | CardNode

export interface WiringGraph {
  readonly nodes: readonly WiringNode[]
  readonly wires: readonly Wire[]
  readonly places: Places
  /** What the places were found for. */
  readonly placed: LayoutInput
  /** Namespaces with nothing but a loopback, which are not drawn unless asked for. */
  readonly idle: readonly NamespaceView[]
  /** Node on which a link is drawn. */
  readonly nodeOf: ReadonlyMap<LinkId, string>
}

/** Where a link's cable is plugged in: on which node, and where on it. */
interface Plug extends Point {
  readonly nodeId: string
  readonly side: Side
}

/** What was drawn before, or where this browser last showed it. */
type Before = Pick<WiringGraph, 'places'> & Partial<Pick<WiringGraph, 'placed'>>

/** What is drawn of the wiring: boards for the host and its bridges, a card for every other namespace. */
export function toWiringGraph(
  wiring: WiringPicture,
  before: Before,
  options: { readonly showsIdle: boolean; readonly label: (data: BoardData | CardData) => string },
): WiringGraph {
  const linksOf = groupBy(Object.values(wiring.links), ({ netnsId }) => netnsId)
  const namespaces = Object.values(wiring.namespaces)
  const host = namespaces.find(({ kind }) => kind === 'host')
  const others = namespaces.filter((one) => one !== host)
  const idle = others.filter((one) => isIdle(one, linksOf.get(one.id) ?? []))
  const shown = options.showsIdle ? others : others.filter((one) => !idle.includes(one))
  const boards = host ? boardsOf(host, linksOf.get(host.id) ?? []) : []
  const cards = shown.map((namespace) => cardOf(namespace, linksOf.get(namespace.id) ?? []))
  const plugs = new Map<LinkId, Plug>()
  for (const { id: nodeId, data } of boards) {
    for (const [index, { id }] of data.tiles.entries()) {
      plugs.set(id, { nodeId, side: 'bottom', ...boardJack(index, data.tiles.length) })
    }
  }
  for (const { id: nodeId, data } of cards) {
    for (const [index, { link }] of data.rows.entries())
      plugs.set(link.id, { nodeId, side: 'left', ...cardJack(index) })
  }
  const placed = toPlace(boards, cards, Object.values(wiring.cables), plugs)
  const places = isSamePlaced(before.placed, placed) ? before.places : layoutPanel(placed, {}, before.places)
  const nodes = [
    ...boards.map(({ id, data }) => boardNode(id, data, places[id], options.label(data))),
    ...cards.map(({ id, data }) => cardNode(id, data, places[id], options.label(data))),
  ]
  const nodeOf = new Map([...plugs].map(([linkId, { nodeId }]) => [linkId, nodeId]))
  for (const { id, data } of boards) if (data.bridge) nodeOf.set(data.bridge.id, id)
  for (const { id, data } of cards) {
    for (const link of linksOf.get(data.namespace.id) ?? []) if (!nodeOf.has(link.id)) nodeOf.set(link.id, id)
  }
  return { nodes, wires: wires(wiring, plugs, places), places, placed, idle, nodeOf }
}

function isIdle({ failure }: NamespaceView, links: readonly WiredLink[]): boolean {
  return failure === null && links.every(({ type }) => type === 'loopback')
}

interface Board {
  readonly id: string
  readonly data: BoardData
}

export const hostBoardId = 'host'

function boardsOf(namespace: NamespaceView, links: readonly WiredLink[]): Board[] {
  const ports = groupBy(links, ({ masterId }) => masterId)
  const bridges = links.filter((link) => link.kind === 'bridge')
  const isPortOfBridge = ({ masterId }: WiredLink) => bridges.some(({ id }) => id === masterId)
  const loose = links.filter((link) => link.kind !== 'bridge' && !isPortOfBridge(link))
  return [
    { id: hostBoardId, data: { namespace, bridge: null, tiles: loose } },
    ...bridges.map((bridge) => ({ id: bridge.id, data: { namespace, bridge, tiles: ports.get(bridge.id) ?? [] } })),
  ]
}

interface Card {
  readonly id: string
  readonly data: CardData
}

function cardOf(namespace: NamespaceView, links: readonly WiredLink[]): Card {
  const ports = groupBy(links, ({ masterId }) => masterId)
  const ordered = links.filter(({ masterId }) => masterId === null).toSorted((a, b) => rank(a) - rank(b))
  const rows = ordered.flatMap((link) => [
    { link, isPort: false },
    ...(ports.get(link.id) ?? []).map((port) => ({ link: port, isPort: true })),
  ])
  return {
    id: namespace.id,
    data: { namespace, rows: rows.slice(0, mostRows), more: Math.max(0, rows.length - mostRows) },
  }
}

/** Bridges with their ports come after plain interfaces, the loopback last. */
function rank({ kind, type }: WiredLink): number {
  if (type === 'loopback') return 2
  return kind === 'bridge' ? 1 : 0
}

function sizeOfCard({ data }: Card): Size {
  return cardSize(data.rows.length + (data.more > 0 ? 1 : 0))
}

/** As the network picture does: boards as its strips, cards below those that they are plugged into. */
function toPlace(
  boards: readonly Board[],
  cards: readonly Card[],
  cables: readonly CableView[],
  plugs: ReadonlyMap<LinkId, Plug>,
): LayoutInput {
  const strips = new Set(boards.map(({ id }) => id))
  const networks = new Map<string, string[]>()
  for (const { from, to } of cables) {
    const [one, other] = [plugs.get(from), plugs.get(to ?? '')]
    if (!one || !other) continue
    const [strip, card] = strips.has(one.nodeId) ? [one.nodeId, other.nodeId] : [other.nodeId, one.nodeId]
    if (!strips.has(strip) || strips.has(card) || strip === hostBoardId) continue
    networks.set(card, [...(networks.get(card) ?? []), strip])
  }
  return {
    networks: boards
      .filter(({ id }) => id !== hostBoardId)
      .map(({ id, data }) => ({ id, ...boardSize(data.tiles.length) })),
    sandboxes: cards.map((card) => ({
      id: card.id,
      ...sizeOfCard(card),
      networkIds: [...new Set(networks.get(card.id))],
    })),
    host: boardSize(boards.find(({ id }) => id === hostBoardId)?.data.tiles.length ?? 0),
    tray: null,
  }
}

/** Most changes are of addresses and states, and move nothing. */
function isSamePlaced(before: LayoutInput | undefined, after: LayoutInput): boolean {
  if (before === undefined || before.networks.length !== after.networks.length) return false
  if (before.sandboxes.length !== after.sandboxes.length || !isSameSize(before.host, after.host)) return false
  const isSame = (one: Size & { id: string }, other: (Size & { id: string }) | undefined) =>
    other !== undefined && one.id === other.id && isSameSize(one, other)
  return (
    before.networks.every((strip, index) => isSame(strip, after.networks[index])) &&
    before.sandboxes.every((card, index) => {
      const other = after.sandboxes[index]
      return isSame(card, other) && card.networkIds.join() === other?.networkIds.join()
    })
  )
}

function isSameSize(one: Size, other: Size): boolean {
  return one.width === other.width && one.height === other.height
}

function wires(wiring: WiringPicture, plugs: ReadonlyMap<LinkId, Plug>, places: Places): Wire[] {
  const lanes = new Map<string, number>()
  return Object.values(wiring.cables).flatMap(({ id, kind, from, to }) => {
    const [one, other] = [plugs.get(from), plugs.get(to ?? '')]
    if (!one || !other || to === null) return []
    const gap = other.side === 'left' ? other.nodeId : one.nodeId
    const lane = lanes.get(gap) ?? 0
    lanes.set(gap, lane + 1)
    const isUp = isCarrying(wiring.links[from]) && isCarrying(wiring.links[to])
    return [{ id, kind, from, to, isUp, path: wirePath(onGround(one, places), onGround(other, places), lane) }]
  })
}

function onGround({ nodeId, x, y, side }: Plug, places: Places): Point & { side: Side } {
  const node = places[nodeId] ?? { x: 0, y: 0 }
  return { x: node.x + x, y: node.y + y, side }
}

function isCarrying(link: WiredLink | undefined): boolean {
  return link?.up === true && link.carrier
}

function boardNode(id: string, data: BoardData, at: Point | undefined, ariaLabel: string): BoardNode {
  return { id, type: 'board', data, ariaLabel, ...standing(at, boardSize(data.tiles.length)) }
}

function cardNode(id: string, data: CardData, at: Point | undefined, ariaLabel: string): CardNode {
  return { id, type: 'card', data, ariaLabel, ...standing(at, sizeOfCard({ id, data })) }
}

/** Sizes are known beforehand, so that nothing has to be measured in the page. */
function standing(place: Point | undefined, size: Size) {
  return { position: place ?? { x: 0, y: 0 }, ...size, measured: size, domAttributes: nameAlone }
}

/** React Flow would have each read out as "node", in English; its label says what it is. */
const nameAlone = { 'aria-roledescription': undefined }
