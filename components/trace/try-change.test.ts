import { expect, test } from 'vitest'
import { container, endpoint, network, snapshot } from '../topology/snapshot.fixture'
import { changesFor } from './try-change'

test('cables of both ends, policies and what is internal can be tried; of others nothing can', () => {
  const policy = { rules: [], ingress: 'deny', egress: 'allow' } as const
  const picture = snapshot({
    networks: [network('front'), network('store', { internal: true, policy }), network('far', { origin: 'docker' })],
    containers: [container('web', { policy }), container('db', { origin: 'docker' })],
    endpoints: [endpoint('web', 'front', 2), endpoint('db', 'far', 3)],
  })
  const offered = changesFor(picture, ['container:con-web', 'container:con-db']).map(({ change }) => change)
  expect(offered).toEqual([
    { kind: 'disconnect', container: 'con-web', network: 'net-front' },
    { kind: 'connect', container: 'con-web', network: 'net-store' },
    { kind: 'container', container: 'con-web', changes: { policy: {} } },
    { kind: 'network', network: 'net-front', changes: { internal: true } },
  ])
  expect(changesFor(picture, ['host', 'address:192.0.2.1'])).toEqual([])
})
