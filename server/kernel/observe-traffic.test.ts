import { expect, test } from 'vitest'
import { diff } from '../plan/diff'
import type { KernelObject } from '../plan/object'
import { describeTraffic } from './observe-traffic'

const place = { netns: 'host', link: 'veth0' } as const

test('queues are read as they are wanted, for all that the kernel rounds', () => {
  const qdiscs = [
    { kind: 'noqueue', handle: '0:', dev: 'lo', root: true, options: {} },
    { kind: 'tbf', handle: '1:', dev: 'veth0', root: true, options: { rate: 15432, burst: 2999, lat: 388802 } },
    {
      ...{ kind: 'netem', handle: '10:', dev: 'veth0', parent: '1:1' },
      options: { limit: 10_000, delay: { delay: 0.04, jitter: 0.0055 } },
    },
    { kind: 'tbf', handle: '8001:', dev: 'veth1', root: true, options: { rate: 1, burst: 1, lat: 1 } },
  ]
  const wanted: KernelObject[] = [
    { kind: 'qdisc', ...place, type: 'tbf', parent: 'root', bytesPerSecond: 15432, burstBytes: 3000, limitBytes: 9000 },
    { kind: 'qdisc', ...place, type: 'netem', parent: '1:1', delayMs: 40, jitterMs: 5.5, limitPackets: 10_000 },
  ]
  const found = describeTraffic('host', { qdiscs, filters: [] }, new Set(['veth0', 'veth1']))
  expect(diff(wanted, found).steps).toEqual([])
  expect(found).toHaveLength(2)
})
