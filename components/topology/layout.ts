import { groupBy } from './group-by'
import { cardWidth, type Point, pitch, type Size } from './measure'
import { type Box, createTaken, type Taken } from './taken'

/** A strip to be placed. */
export interface NetworkItem extends Size {
  readonly id: string
}

/** A card to be placed below the strips that it is plugged into. */
export interface SandboxItem extends Size {
  readonly id: string
  /** In the order of its interfaces; only those that are drawn as strips. */
  readonly networkIds: readonly string[]
}

export interface LayoutInput {
  /** In their order from left to right. */
  readonly networks: readonly NetworkItem[]
  readonly sandboxes: readonly SandboxItem[]
  readonly host: Size
  /** The tray of containers without a network. */
  readonly tray: (Size & { readonly id: string }) | null
}

/** Top left corners by node id. */
export type Places = Readonly<Record<string, Point>>

const columnWidth = pitch.column
const blockGap = pitch.gap
/** From one strip to the next where they come one by one: room for two cards and a bit. */
const slotWidth = 400
/** What a second shelf costs: cables between shelves run behind what is in between. */
const shelfPrice = { apart: 0.88, crossed: 0.72 } as const
const stripTop = 190
const topRowBottom = 118
const cardsBelowStrip = 124
const shelfGap = 120
/** What further rows cost, so that blocks become wide rather than long: a single row may show a bit smaller. */
const rowPrice = { second: 0.84, each: 0.985 } as const
/** Shape of the ground that the first picture should fill. */
const view = { width: 1360, height: 780 }

/**
 * A place for every node, at once and always the same for the same input. `pinned` are the places
 * that a person chose: they win. `known` are the automatic places of the last picture: what is there
 * stays, unless something else grew or was put over it. Newcomers get a free place near what they
 * are plugged into. With nothing known, the whole picture is laid out afresh.
 */
export function layoutPanel(input: LayoutInput, pinned: Places, known: Places): Places {
  const ground = isMostlyNew(input, known) ? layoutAfresh(input) : known
  const taken = createTaken()
  const places: Record<string, Point> = {}
  const put = (item: Size & { id: string }, place: Point) => {
    places[item.id] = place
    taken.add({ ...place, width: item.width, height: item.height })
  }
  const top = topRow(input, pinned, ground)
  for (const { id, ...box } of top) {
    places[id] = { x: box.x, y: box.y }
    taken.add(box)
  }
  const waiting = [...input.networks, ...input.sandboxes].filter((item) => {
    const place = pinned[item.id]
    if (place) put(item, place)
    return !place
  })
  const newcomers = waiting.filter((item) => {
    const place = ground[item.id]
    if (!place || !taken.isFree({ ...place, width: item.width, height: item.height }, 0)) return true
    put(item, place)
    return false
  })
  const boxOf = new Map<string, Box>()
  for (const network of input.networks) {
    const place = places[network.id]
    if (place) boxOf.set(network.id, { ...network, ...place })
  }
  for (const item of newcomers) {
    const place = isCard(item) ? findCardPlace(item, boxOf, taken) : findStripPlace(item, taken)
    put(item, place)
    if (!isCard(item)) boxOf.set(item.id, { ...item, ...place })
  }
  return places
}

/** A picture of which hardly anything was there before is better laid out as a whole. */
function isMostlyNew({ networks, sandboxes }: LayoutInput, known: Places): boolean {
  const items = [...networks, ...sandboxes]
  return items.filter(({ id }) => known[id]).length * 4 < items.length
}

/** Host and tray: above the strips, growing upwards; their place across is kept. */
function topRow(input: LayoutInput, pinned: Places, ground: Places): (Box & { id: string })[] {
  const above = (id: string, size: Size, x: number) => {
    const place = pinned[id] ?? { x: ground[id]?.x ?? x, y: topRowBottom - size.height }
    return { id, ...size, ...place }
  }
  const host = above('host', input.host, 0)
  if (!input.tray) return [host]
  return [host, above(input.tray.id, input.tray, host.x + host.width + 48)]
}

/** Where nothing is known: blocks of a strip with its cards below, in as many shelves and rows as show largest. */
function layoutAfresh(input: LayoutInput): Places {
  const price = input.sandboxes.some(({ networkIds }) => networkIds.length > 1) ? shelfPrice.crossed : shelfPrice.apart
  let best: { places: Record<string, Point>; width: number; scale: number } | undefined
  const count = makeBlocks(input, 1).length
  for (let shelves = 1; shelves <= Math.min(4, count || 1); shelves++) {
    const perShelf = Math.ceil(count / shelves)
    const blocks = makeBlocks(input, perShelf)
    const most = Math.max(1, ...blocks.map((block) => block.cards.length))
    for (let rows = 1; rows <= most; rows++) {
      const arranged = arrange(blocks, perShelf, rows)
      const fit = Math.min(1, view.width / arranged.width, view.height / (arranged.height + stripTop))
      const scale = fit * price ** (shelves - 1) * priceOfRows(rows)
      if (!best || scale > best.scale + 0.001) best = { places: arranged.places, width: arranged.width, scale }
      if (fit === 1) break
    }
    if (best && best.scale >= price ** shelves) break
  }
  const places: Record<string, Point> = best?.places ?? {}
  const width = best?.width ?? 0
  const trayWidth = input.tray ? input.tray.width + 48 : 0
  places.host = { x: Math.max(0, (width - input.host.width - trayWidth) / 2), y: 0 }
  return places
}

function priceOfRows(rows: number): number {
  return rows === 1 ? 1 : rowPrice.second * rowPrice.each ** (rows - 2)
}

interface Block {
  readonly strip: NetworkItem | null
  readonly cards: readonly SandboxItem[]
}

/**
 * Each card goes to the leftmost of its networks on the lowest shelf, so that its cables all come from above; those with
 * further networks stand at the right of the block, towards them.
 */
function makeBlocks({ networks, sandboxes }: LayoutInput, perShelf: number): Block[] {
  const order = new Map(networks.map((network, index) => [network.id, index]))
  const indicesOf = (card: SandboxItem) => card.networkIds.map((id) => order.get(id) ?? networks.length)
  const centre = (card: SandboxItem) => {
    const indices = indicesOf(card)
    return indices.reduce((sum, index) => sum + index, 0) / (indices.length || 1)
  }
  const home = (card: SandboxItem) => {
    const indices = indicesOf(card)
    const shelf = Math.floor(Math.max(...indices) / perShelf)
    return Math.min(networks.length, ...indices.filter((index) => index >= shelf * perShelf))
  }
  const groups = groupBy(sandboxes, home)
  const blocks: Block[] = networks.map((strip, index) => ({
    strip,
    cards: (groups.get(index) ?? []).toSorted((a, b) => centre(a) - centre(b)),
  }))
  const loose = groups.get(networks.length)
  return loose ? [...blocks, { strip: null, cards: loose }] : blocks
}

function arrange(blocks: readonly Block[], perShelf: number, rows: number) {
  const places: Record<string, Point> = {}
  let y = stripTop
  let width = 0
  for (let first = 0; first < blocks.length; first += perShelf) {
    const row = blocks.slice(first, first + perShelf)
    const cardsTop = y + cardsBelowStrip + Math.max(0, ...row.map((block) => block.strip?.height ?? 0))
    let x = 0
    let bottom = cardsTop
    for (const block of row) {
      const placed = arrangeBlock(block, rows, { x, y }, cardsTop, places)
      x += placed.width + blockGap
      bottom = Math.max(bottom, placed.bottom)
    }
    width = Math.max(width, x - blockGap)
    y = bottom + shelfGap
  }
  return { places, width, height: y - shelfGap - stripTop }
}

function arrangeBlock(block: Block, rows: number, at: Point, cardsTop: number, places: Record<string, Point>) {
  const { strip, cards } = block
  const fitting = Math.floor(((strip?.width ?? 0) + blockGap) / columnWidth)
  const columns = Math.max(1, fitting, Math.ceil(cards.length / rows))
  const inRow = Math.min(columns, cards.length)
  const width = Math.max(strip?.width ?? 0, inRow * columnWidth - blockGap)
  if (strip) places[strip.id] = { x: at.x + (width - strip.width) / 2, y: at.y }
  let y = cardsTop
  for (let first = 0; first < cards.length; first += inRow) {
    const row = cards.slice(first, first + inRow)
    const left = at.x + (width - (row.length * columnWidth - blockGap)) / 2
    row.forEach((card, index) => {
      places[card.id] = { x: left + index * columnWidth, y }
    })
    y += Math.max(...row.map((card) => card.height)) + pitch.rowGap
  }
  return { width, bottom: Math.max(cardsTop, y - pitch.rowGap) }
}

/** Right of the last strip of the first row, or in the first gap that is wide enough. */
function findStripPlace(strip: Size, taken: Taken): Point {
  const first = Math.min(0, ...taken.all.filter((box) => box.y >= stripTop).map((box) => box.x))
  for (let index = 0; ; index++) {
    const place = { x: first + index * slotWidth, y: stripTop }
    if (taken.isFree({ ...place, ...sizeOf(strip) }, blockGap)) return place
  }
}

/** The free cell that is nearest to the middle below its strips. */
function findCardPlace(card: SandboxItem, strips: ReadonlyMap<string, Box>, taken: Taken): Point {
  const own = card.networkIds.map((id) => strips.get(id)).filter((box) => box !== undefined)
  const origin = own.length > 0 ? belowStrips(own, card) : besideAll(taken)
  const box = { x: 0, y: 0, ...sizeOf(card) }
  for (const cell of cells) {
    box.x = origin.x + cell.x
    box.y = origin.y + cell.y
    if (taken.isFree(box, blockGap)) return { x: box.x, y: box.y }
  }
  return { x: origin.x, y: Math.max(...taken.all.map((box) => box.y + box.height)) + pitch.rowGap }
}

/** Places around an origin, nearest first; the first further row counts as much as two cards aside, each other as one. */
const cells: readonly Point[] = Array.from({ length: 24 }, (_, row) =>
  Array.from({ length: 81 }, (_, step) => ({ x: (step - 40) * 40, y: row * 130 })),
)
  .flat()
  .map((cell) => ({ cell, cost: Math.abs(cell.x) + rowCost(cell.y) - (cell.x > 0 ? 1 : 0) }))
  .toSorted((a, b) => a.cost - b.cost)
  .map(({ cell }) => cell)

function rowCost(y: number): number {
  return y === 0 ? 0 : 230 + y * 2.3
}

function belowStrips(strips: readonly Box[], card: Size): Point {
  const centre = strips.reduce((sum, box) => sum + box.x + box.width / 2, 0) / strips.length
  return { x: centre - card.width / 2, y: Math.max(...strips.map((box) => box.y + box.height)) + cardsBelowStrip }
}

function besideAll(taken: Taken): Point {
  const cards = taken.all.filter((box) => box.width === cardWidth && box.y > stripTop)
  const right = Math.max(0, ...cards.map((box) => box.x + columnWidth))
  return { x: right, y: Math.min(...cards.map((box) => box.y), stripTop + 84 + cardsBelowStrip) }
}

function isCard(item: NetworkItem | SandboxItem): item is SandboxItem {
  return 'networkIds' in item
}

function sizeOf({ width, height }: Size): Size {
  return { width, height }
}
