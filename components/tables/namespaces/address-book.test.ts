import { expect, test } from 'vitest'
import type { Snapshot } from '@/server/observe/snapshot'
import { createAddressBook } from './address-book'

const endpoint = (id: string, containerId: string, ipv4Address: string, macAddress: string) => ({
  ...{ id, containerId, networkId: 'n1', ifname: 'eth0', hostIfname: `veth${id}`, ipv4Address, macAddress },
  ipv6Address: null,
})
const book = createAddressBook({
  networks: {
    n1: { id: 'n1', name: 'backend', device: 'br-1', pools: [{ subnet: '10.0.0.0/24', gateway: '10.0.0.1' }] },
    conf: { id: 'conf', name: 'conf', device: null, pools: [{ gateway: '10.0.0.1' }], configuration: {} },
  },
  containers: { c1: { id: 'c1', name: 'web' }, c2: { id: 'c2', name: 'db' } },
  endpoints: {
    e1: endpoint('e1', 'c1', '10.0.0.2/24', '02:42:0A:00:00:02'),
    e2: endpoint('e2', 'c2', '10.9.0.9/24', '02:42:0a:00:00:03'),
    e3: endpoint('e3', 'c1', '10.9.0.9/16', '02:42:0a:00:00:04'),
  },
} as unknown as Pick<Snapshot, 'networks' | 'containers' | 'endpoints'>)

test('an address, a MAC, a link and a process lead to whom they belong', () => {
  expect(book.ofAddress('10.0.0.2')).toMatchObject({ type: 'endpoint', id: 'e1', name: 'web eth0' })
  expect(book.ofAddress('10.0.0.1')).toMatchObject({ type: 'network', name: 'backend' })
  expect(book.ofMac('02:42:0a:00:00:02')).toMatchObject({ id: 'e1' })
  expect(book.ofDevice('br-1')).toMatchObject({ type: 'network' })
  expect(book.ofDevice('vethe2')).toMatchObject({ id: 'e2' })
  expect(book.ofContainer('c2')).toMatchObject({ type: 'container', name: 'db' })
})

test('an address that two have is nobody’s, and what is not known neither', () => {
  expect(book.ofAddress('10.9.0.9')).toBeNull()
  expect([book.ofAddress(null), book.ofMac('02:00:00:00:00:00'), book.ofContainer(null)]).toEqual([null, null, null])
})
