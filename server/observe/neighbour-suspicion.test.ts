import { expect, test } from 'vitest'
import { createNeighbourSuspicion } from './neighbour-suspicion'
import type { Snapshot } from './snapshot'
import type { HostLink } from './sources'

test('an entry is suspected that says otherwise than the records, and no other', () => {
  const picture = {
    endpoints: {
      e: { macAddress: '02:00:00:00:00:02', ipv4Address: '10.1.0.2/24', ipv6Address: null, hostIfname: 'veth1' },
    },
    networks: { n: { device: 'br-1', pools: [{ subnet: '10.1.0.0/24', gateway: '10.1.0.1' }] } },
  } as unknown as Snapshot
  const links = new Map([['br-1', { mac: '02:00:00:00:00:01' } as HostLink]])
  const contradicts = createNeighbourSuspicion()
  const ask = (address: string | null, mac: string, link = 'br-1', netnsId: number | null = null) =>
    contradicts({ netnsId, deleted: false, address, link, mac }, picture, links)
  expect(ask('10.1.0.2', '02:00:00:00:00:02')).toBe(false)
  expect(ask('10.1.0.2', '02:00:00:00:00:66')).toBe(true)
  expect(ask('10.1.0.1', '02:00:00:00:00:66', 'eth0', 7)).toBe(true)
  expect(ask('10.1.0.1', '02:00:00:00:00:01', 'eth0', 7)).toBe(false)
  expect(ask('10.1.0.99', '02:00:00:00:00:66')).toBe(false)
  expect(ask(null, '02:00:00:00:00:02', 'veth1')).toBe(false)
  expect(ask(null, '02:00:00:00:00:02', 'veth2')).toBe(true)
  expect(ask(null, '02:00:00:00:00:02', 'veth2', 7)).toBe(false)
  expect(ask(null, '02:00:00:00:00:66', 'veth2')).toBe(false)
})
