import { expect, test } from 'vitest'
import { quickest } from '@/server/testing/quickest'
import { type LayoutInput, layoutPanel, type Places } from './layout'
import { cardSize, hostSize, stripSize, traySize } from './measure'

interface Shape {
  networks: string[]
  sandboxes: Record<string, string[]>
}

function inputOf({ networks, sandboxes }: Shape): LayoutInput {
  const cards = Object.entries(sandboxes)
  return {
    networks: networks.map((id) => ({ id, ...stripSize(cards.filter(([, ids]) => ids.includes(id)).length) })),
    sandboxes: cards.map(([id, networkIds]) => ({ id, networkIds, ...cardSize(networkIds.length, 0) })),
    host: hostSize(1, 0),
    tray: { id: 'none', ...traySize(0) },
  }
}

function overlaps(input: LayoutInput, places: Places): string[] {
  const boxes = [
    ...input.networks,
    ...input.sandboxes,
    { id: 'host', ...input.host },
    ...(input.tray ? [input.tray] : []),
  ]
  return boxes.flatMap((a, index) =>
    boxes.slice(index + 1).flatMap((b) => {
      const [p, q] = [places[a.id], places[b.id]]
      if (!p || !q) return [`${a.id} or ${b.id} has no place`]
      const apart = p.x + a.width <= q.x || q.x + b.width <= p.x || p.y + a.height <= q.y || q.y + b.height <= p.y
      return apart ? [] : [`${a.id} ${b.id}`]
    }),
  )
}

const lesson: Shape = {
  networks: ['bridge', 'backend', 'frontend'],
  sandboxes: { c1: ['backend'], c2: ['backend', 'frontend'], c3: ['frontend'] },
}

test('the same input gives the same places', () => {
  expect(layoutPanel(inputOf(lesson), {}, {})).toEqual(layoutPanel(inputOf(lesson), {}, {}))
})

test('networks stand in a row, sandboxes below the networks that they join, the host on top', () => {
  const places = layoutPanel(inputOf(lesson), {}, {})
  const at = (id: string) => places[id] ?? { x: Number.NaN, y: Number.NaN }
  expect(new Set(['bridge', 'backend', 'frontend'].map((id) => at(id).y)).size).toBe(1)
  expect(at('c1').y).toBeGreaterThan(at('backend').y)
  expect(at('host').y).toBeLessThan(at('backend').y)
  expect(at('c1').x).toBeLessThan(at('c2').x)
  expect(at('c2').x).toBeLessThan(at('c3').x)
  expect(overlaps(inputOf(lesson), places)).toEqual([])
})

test('what did not change does not move when something comes', () => {
  const before = layoutPanel(inputOf(lesson), {}, {})
  const grown = inputOf({
    networks: [...lesson.networks, 'store'],
    sandboxes: { ...lesson.sandboxes, c4: ['frontend'], db: ['store'], loose: [] },
  })
  const after = layoutPanel(grown, {}, before)
  expect(after).toMatchObject(before)
  expect(overlaps(grown, after)).toEqual([])
})

test('what did not change does not move when something goes or is connected elsewhere', () => {
  const before = layoutPanel(inputOf(lesson), {}, {})
  const { c1: _, ...rest } = before
  const changed = inputOf({ networks: lesson.networks, sandboxes: { c2: ['frontend'], c3: ['frontend', 'bridge'] } })
  expect(layoutPanel(changed, {}, before)).toEqual(rest)
})

test('a place that a person chose wins, and what is in its way gives way', () => {
  const before = layoutPanel(inputOf(lesson), {}, {})
  const pinned = { c3: before.c1 ?? { x: 0, y: 0 } }
  const after = layoutPanel(inputOf(lesson), pinned, before)
  expect(after.c3).toEqual(before.c1)
  expect(after.c1).not.toEqual(before.c1)
  expect(overlaps(inputOf(lesson), after)).toEqual([])
})

test('grown one by one from an empty host, nothing overlaps and cards stand near their networks', () => {
  let shape: Shape = { networks: ['bridge'], sandboxes: {} }
  let places = layoutPanel(inputOf(shape), {}, {})
  const steps: Shape[] = [
    { networks: ['bridge', 'backend'], sandboxes: {} },
    { networks: ['bridge', 'backend', 'frontend'], sandboxes: {} },
    { networks: ['bridge', 'backend', 'frontend'], sandboxes: { c1: ['backend'] } },
    { networks: ['bridge', 'backend', 'frontend'], sandboxes: { c1: ['backend'], c2: ['backend'] } },
    { networks: ['bridge', 'backend', 'frontend'], sandboxes: { c1: ['backend'], c2: ['backend'], c3: ['frontend'] } },
  ]
  for (const step of steps) {
    shape = step
    places = layoutPanel(inputOf(shape), {}, places)
  }
  expect(overlaps(inputOf(shape), places)).toEqual([])
  for (const [card, [home = '']] of Object.entries(shape.sandboxes)) {
    expect(Math.abs((places[card]?.x ?? 0) + 100 - (places[home]?.x ?? 0) - 148)).toBeLessThan(250)
  }
})

test('laid out afresh, cards stand in one row while that is still large enough to read', () => {
  const places = layoutPanel(
    inputOf({
      networks: ['bridge', 'backend', 'frontend', 'store'],
      sandboxes: { c1: ['backend'], c2: ['backend'], c3: ['frontend'], web: ['frontend', 'store'], db: ['store'] },
    }),
    {},
    {},
  )
  expect(new Set(['c1', 'c2', 'c3', 'web', 'db'].map((card) => places[card]?.y)).size).toBe(1)
})

test('on two shelves, a card stands below every strip that it is plugged into', () => {
  const networks = Array.from({ length: 10 }, (_, index) => `n${index}`)
  const sandboxes = { web: ['n1', 'n2'], db: ['n2', 'n7'], m1: ['n8'], all: ['n0', 'n5', 'n9', 'n6'], side: [] }
  const places = layoutPanel(inputOf({ networks, sandboxes }), {}, {})
  const top = (id: string) => places[id]?.y ?? Number.NaN
  expect(new Set(networks.map(top)).size).toBeGreaterThan(1)
  const upwards = Object.entries(sandboxes).filter(([card, ids]) => ids.some((id) => top(card) <= top(id)))
  expect(upwards).toEqual([])
})

test('a newcomer stands in the first row while there is room beside it', () => {
  const shape: Shape = { networks: ['bridge', 'backend', 'frontend', 'store'], sandboxes: {} }
  let places = layoutPanel(inputOf(shape), {}, {})
  for (const [card, home] of [
    ['c1', 'backend'],
    ['c2', 'backend'],
    ['c3', 'frontend'],
    ['web', 'frontend'],
    ['db', 'store'],
  ] as const) {
    shape.sandboxes[card] = [home]
    places = layoutPanel(inputOf(shape), {}, places)
  }
  expect(new Set(Object.keys(shape.sandboxes).map((card) => places[card]?.y)).size).toBe(1)
})

test('200 sandboxes on ten networks fill the screen without overlap, at once', () => {
  const networks = Array.from({ length: 10 }, (_, index) => `n${index}`)
  const sandboxes = Object.fromEntries(
    Array.from({ length: 200 }, (_, index) => [
      `c${index}`,
      index % 9 === 0 ? [`n${index % 10}`, `n${(index + 3) % 10}`] : [`n${index % 10}`],
    ]),
  )
  const input = inputOf({ networks, sandboxes })
  const places = layoutPanel(input, {}, {})
  expect(quickest(() => layoutPanel(input, {}, {}))).toBeLessThan(500)
  expect(overlaps(input, places)).toEqual([])
  const right = Math.max(...Object.values(places).map(({ x }) => x)) + 200
  const bottom = Math.max(...Object.values(places).map(({ y }) => y)) + 100
  expect(right / bottom).toBeGreaterThan(0.8)
  expect(right / bottom).toBeLessThan(3)
})

test('150 newcomers beside 60 known ones find places without overlap, and the known ones stay', () => {
  const few = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`c${index}`, ['n']]))
  const before = layoutPanel(inputOf({ networks: ['n'], sandboxes: few }), {}, {})
  const sandboxes = Object.fromEntries(Array.from({ length: 210 }, (_, index) => [`c${index}`, ['n']]))
  const input = inputOf({ networks: ['n'], sandboxes })
  const places = layoutPanel(input, {}, before)
  expect(quickest(() => layoutPanel(input, {}, before))).toBeLessThan(1000)
  expect(overlaps(input, places)).toEqual([])
})
