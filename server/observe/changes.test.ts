import { expect, test } from 'vitest'
import { diffSnapshots } from './changes'
import { drawPicture, noDocker } from './picture'
import type { Snapshot } from './snapshot'
import { FakeEngine } from './testing/fakes'
import { containerRecord, endpointRecord, networkRecord } from './testing/records'

function picture(change: (engine: FakeEngine) => void = () => undefined): Snapshot {
  const engine = new FakeEngine()
  engine.networks = [networkRecord()]
  engine.containers = [containerRecord()]
  engine.endpoints = [endpointRecord()]
  change(engine)
  return drawPicture({
    records: { ...engine, placeOf: () => ({ device: null, parent: null }) },
    links: new Map(),
    docker: noDocker,
    positions: [],

    host: { name: 'host', kernel: '6.1', ruleCount: 0 },
  })
}

test('two pictures drawn from the same records have no difference', () => {
  expect(diffSnapshots(picture(), picture())).toBeNull()
})

test('only what differs is set, and what is gone is removed by id', () => {
  const before = picture()
  const after = picture((engine) => {
    engine.endpoints = []
    engine.networks = [networkRecord({ name: 'renamed' })]
  })
  expect(diffSnapshots(before, after)).toEqual({
    set: { networks: { [networkRecord().id]: after.networks[networkRecord().id] } },
    remove: { endpoints: [endpointRecord().id] },
  })
})

test('a change of the host comes whole', () => {
  const before = picture()
  const after = { ...before, host: { ...before.host, ruleCount: 3 } }
  expect(diffSnapshots(before, after)).toEqual({ host: after.host, set: {}, remove: {} })
})

test('ids that are names of built-in properties are ids like others', () => {
  const before = picture()
  const after = { ...before, positions: JSON.parse('{"constructor":{"x":1,"y":2},"__proto__":{"x":3,"y":4}}') }
  const change = diffSnapshots(before, after)
  expect(Object.keys(change?.set.positions ?? {}).sort()).toEqual(['__proto__', 'constructor'])
  expect(diffSnapshots(after, before)?.remove.positions?.toSorted()).toEqual(['__proto__', 'constructor'])
})
