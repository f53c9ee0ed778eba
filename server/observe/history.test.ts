import { expect, test, vi } from 'vitest'
import type { HistoryPart, HistoryStretch, Store } from '../store/contract'
import { diffSnapshots } from './changes'
import { createHistory } from './history'
import { createHistoryDisk } from './history-disk'
import type { DriftView, EndpointView, NetworkView, Snapshot } from './snapshot'

const empty: Snapshot = {
  host: { name: 'h', kernel: '', uplinks: [], docker: 'absent', ruleCount: 0 },
  ...{ networks: {}, containers: {}, endpoints: {}, services: {}, positions: {}, operations: {}, drift: {} },
}
const network = (name: string, deviceState = 'up') => ({ id: name, name, deviceState }) as NetworkView
const endpoint = (id: string, state = 'up') => ({ id, hostIfname: `veth${id}`, state }) as EndpointView

function setUp() {
  const state = { now: 10_000_000 }
  const history = createHistory(() => state.now)
  let picture = empty
  return {
    state,
    history,
    begin: () => history.begin(picture),
    become: (part: Partial<Snapshot>, quiet = true) => {
      const next = { ...picture, ...part }
      const change = diffSnapshots(picture, next)
      if (change) history.note(picture, change, quiet)
      picture = next
    },
  }
}

test('the picture of any moment that was followed comes back, and of none that was not', () => {
  const { state, history, begin, become } = setUp()
  begin()
  state.now += 1000
  become({ networks: { a: network('a') } })
  state.now += 1000
  become({ networks: { a: network('a'), b: network('b') } })
  state.now += 1000
  become({ networks: { b: network('b', 'down') } })
  state.now += 1000
  history.end()
  const names = (moment: number) => {
    const picture = history.at(moment)
    return picture && Object.values(picture.networks).map((one) => `${one.name} ${one.deviceState}`)
  }
  expect(names(9_999_999)).toBeNull()
  expect(names(10_000_500)).toEqual([])
  expect(names(10_001_000)).toEqual(['a up'])
  expect(names(10_002_999)).toEqual(['a up', 'b up'])
  expect(names(10_003_000)).toEqual(['b down'])
  expect(names(10_004_001)).toBeNull()
  state.now += 10_000
  begin()
  expect(history.view().observed).toEqual([
    { from: 10_000_000, to: 10_004_000 },
    { from: 10_014_000, to: 10_014_000 },
  ])
})

test('what is older than an hour goes, and what is kept still stands on it', () => {
  const { state, history, begin, become } = setUp()
  begin()
  become({ networks: { a: network('a') } })
  state.now += 59 * 60_000
  become({ networks: { a: network('a'), b: network('b') } })
  state.now += 2 * 60_000
  become({ networks: { a: network('a'), b: network('b'), c: network('c') } })
  expect(history.view().marks.map(({ subjects }) => subjects)).toEqual([['b'], ['c']])
  expect(Object.keys(history.at(state.now - 60_000)?.networks ?? {})).toEqual(['a', 'b'])
})

test('however much happens, no more than some thousand moments are kept', () => {
  const { state, history, begin, become } = setUp()
  begin()
  for (let n = 0; n < 5_000; n++) {
    state.now += 10
    become({ networks: { a: network('a', n % 2 ? 'up' : 'down') } })
  }
  expect(history.view().marks).toHaveLength(4_000)
  expect(history.view().from).toBe(10_010_000)
  expect(history.at(state.now)?.networks.a?.deviceState).toBe('up')
})

test('marks tell what others did, what drifted and what was mended; an operation’s own doing is none', () => {
  const { history, begin, become } = setUp()
  begin()
  become({ networks: { a: network('a') }, endpoints: { e: endpoint('e') } }, false)
  become({ endpoints: { e: endpoint('e', 'down') } })
  become({ drift: { k: { key: 'k', summary: 'veth is down' } as DriftView } })
  become({ drift: {} }, false)
  expect(history.view().marks.map(({ type, subjects }) => [type, ...subjects])).toEqual([
    ['kernel', 'vethe'],
    ['drift', 'veth is down'],
    ['mended', 'veth is down'],
  ])
})

/** What the database holds of it. */
function createDisk() {
  const held = { stretches: new Map<string, HistoryStretch>(), parts: [] as HistoryPart[], writes: 0 }
  const store: Pick<Store, 'listHistory' | 'putHistory'> = {
    listHistory: async () => ({ stretches: [...held.stretches.values()], parts: held.parts }),
    putHistory: async ({ stretches, parts, forgetBefore }) => {
      held.writes += 1
      for (const one of stretches) held.stretches.set(one.id, one)
      held.parts = [...held.parts, ...parts].filter(({ at }) => !forgetBefore || at >= forgetBefore)
    },
  }
  return { held, store }
}

test('what was followed outlives the daemon, with a gap where it was not there', async () => {
  const { held, store } = createDisk()
  const state = { now: 10_000_000 }
  const daemon = () => {
    const now = () => state.now
    const failed = (error: unknown) => {
      throw error
    }
    return createHistory(now, (at) => createHistoryDisk({ store, quietInMs: () => 0, at, now, failed }))
  }
  const put = (keeper: ReturnType<typeof daemon>, before: Snapshot, networks: Snapshot['networks']) => {
    const after = { ...before, networks }
    const change = diffSnapshots(before, after)
    if (change) keeper.note(before, change, true)
    return after
  }
  const first = daemon()
  first.begin(empty)
  let picture = empty
  for (const name of ['a', 'b', 'c']) {
    state.now += 1_000
    picture = put(first, picture, { ...picture.networks, [name]: network(name) })
  }
  await first.close()
  expect(held.writes).toBe(1)

  state.now += 60_000
  const second = daemon()
  second.begin(picture)
  state.now += 1_000
  put(second, picture, {})
  await second.load()
  await second.load()
  expect(second.view().observed).toEqual([
    { from: 10_000_000, to: 10_003_000 },
    { from: 10_063_000, to: 10_064_000 },
  ])
  expect(Object.keys(second.at(10_002_500)?.networks ?? {})).toEqual(['a', 'b'])
  expect(second.at(10_030_000)).toBeNull()
  expect(second.at(10_064_000)?.networks).toEqual({})
  const { marks } = second.view()
  expect(marks.map(({ subjects }) => subjects)).toEqual([['a'], ['b'], ['c'], ['a', 'b', 'c']])
  expect(new Set(marks.map(({ id }) => id)).size).toBe(marks.length)
  await second.close()

  // One that is followed for hours stands on a picture of its own that is written anew, and the old goes.
  const third = daemon()
  third.begin(picture)
  const older = held.parts.length
  for (let minutes = 0; minutes < 200; minutes += 50) {
    const { writes } = held
    state.now += 50 * 60_000
    picture = put(third, picture, { x: network(`x${minutes}`) })
    await vi.waitFor(() => expect(held.writes).toBeGreaterThan(writes), { timeout: 5_000 })
  }
  await third.close()
  expect(held.parts.length).toBeLessThan(older + 20)
  expect(Math.min(...held.parts.map(({ at }) => at.getTime()))).toBeGreaterThan(state.now - 100 * 60_000)
  const fourth = daemon()
  await fourth.load()
  expect(fourth.at(state.now - 30 * 60_000)?.networks.x?.name).toBe('x100')
  expect(fourth.at(state.now - 1)?.networks.x?.name).toBe('x100')
})
