import { expect, test } from 'vitest'
import { diffSnapshots } from './changes'
import { createHistory } from './history'
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
