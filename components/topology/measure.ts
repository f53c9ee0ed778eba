/** Sizes and jack places of what the graph draws, in graph units (pixels at zoom 1). Pure; the drawing follows them. */

/** Columns that cards stand in, and the room between rows. */
export const pitch = { column: 240, gap: 40, rowGap: 44 } as const

export const cardWidth = 200
export const jackSpacing = 22
export const jackRadius = 7

const strip = { head: 34, foot: 24, jackRow: 26, padding: 16 } as const
const card = { head: 48, row: 17, ports: 24, foot: 10 } as const
const host = { width: 440, row: 16, head: 56, childWidth: 168, childHeight: 46, childGap: 8, childrenInRow: 2 } as const
const tray = { width: 200, head: 44 } as const

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Point {
  readonly x: number
  readonly y: number
}

/** How many jacks one row of a strip holds when there are so many of them, the free one included. */
export function jacksInRow(count: number): number {
  if (count <= 24) return 12
  return count <= 56 ? 28 : 48
}

export function stripSize(endpoints: number): Size {
  const perRow = jacksInRow(endpoints + 1)
  const rows = Math.ceil((endpoints + 1) / perRow)
  return {
    width: strip.padding * 2 + perRow * jackSpacing,
    height: strip.head + strip.foot + rows * strip.jackRow,
  }
}

/** Centre of the jack with this number (from 0). Every second row stands half a space aside, so that cables pass between. */
export function stripJack(index: number, endpoints: number): Point {
  const perRow = jacksInRow(endpoints + 1)
  const row = Math.floor(index / perRow)
  const aside = endpoints + 1 <= perRow ? 0 : row % 2 === 0 ? -jackSpacing / 4 : jackSpacing / 4
  return {
    x: strip.padding + jackSpacing / 2 + (index % perRow) * jackSpacing + aside,
    y: strip.head + strip.foot + row * strip.jackRow + strip.jackRow / 2 - 3,
  }
}

export function cardSize(endpoints: number, ports: number): Size {
  return {
    width: cardWidth,
    height: card.head + Math.max(1, endpoints) * card.row + (ports > 0 ? card.ports : 0) + card.foot,
  }
}

/** Centre of a card's jack on its upper edge; the free one comes after the last. */
export function cardJack(index: number, endpoints: number): Point {
  const count = endpoints + 1
  const spacing = Math.min(40, (cardWidth - 28) / count)
  return { x: cardWidth / 2 + (index - (count - 1) / 2) * spacing, y: 0 }
}

/** The host's card: its own lines, and the containers that use its network stack. */
export function hostSize(lines: number, children: number): Size {
  const rows = Math.ceil(children / host.childrenInRow)
  return {
    width: host.width,
    height: host.head + lines * host.row + (rows > 0 ? rows * (host.childHeight + host.childGap) + 8 : 0),
  }
}

export function hostChild(index: number, lines: number): Point {
  return {
    x: 14 + (index % host.childrenInRow) * (host.childWidth + host.childGap + 36),
    y: host.head + lines * host.row + Math.floor(index / host.childrenInRow) * (host.childHeight + host.childGap),
  }
}

export function traySize(children: number): Size {
  return { width: tray.width, height: tray.head + children * (host.childHeight + host.childGap) + (children ? 6 : 0) }
}

export function trayChild(index: number): Point {
  return { x: (tray.width - host.childWidth) / 2, y: tray.head + index * (host.childHeight + host.childGap) }
}

/** A card that sits on the host's or in the tray: name and state only. */
export const childSize: Size = { width: host.childWidth, height: host.childHeight }
