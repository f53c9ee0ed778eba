import { expect, test } from 'vitest'
import { isNftTransaction, parseFdbLine, parseNetlinkLine } from './monitor-lines'

test.each([
  [
    '[nsid current]3: v0@if2: <BROADCAST,MULTICAST,UP> mtu 1500 qdisc noqueue master br0 state UNKNOWN group default \\    link/ether 9a:4f:b0:46:2c:1c brd ff:ff:ff:ff:ff:ff link-netnsid 0',
    { type: 'link', netnsid: null, ifindex: 3, name: 'v0', deleted: false },
  ],
  [
    '[nsid 0]Deleted 2: eth0@NONE: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN group default \\    link/ether fe:75:f1:f9:fa:eb brd ff:ff:ff:ff:ff:ff',
    { type: 'link', netnsid: 0, ifindex: 2, name: 'eth0', deleted: true },
  ],
  [
    '2: br-0123456789ab: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default event FEATURE CHANGE ',
    { type: 'link', netnsid: null, ifindex: 2, name: 'br-0123456789ab', deleted: false },
  ],
  [
    '[nsid 0]2: br0    inet 10.0.0.2/24 scope global eth0\\       valid_lft forever preferred_lft forever',
    { type: 'address', netnsid: 0, ifindex: 2, address: '10.0.0.2/24', deleted: false },
  ],
  [
    '[nsid current]Deleted 2: br0    inet 10.0.0.1/24 scope global br0\\       valid_lft forever preferred_lft forever',
    { type: 'address', netnsid: null, ifindex: 2, address: '10.0.0.1/24', deleted: true },
  ],
  ['[nsid 0]default via 10.0.0.1 dev br0 ', { type: 'route', netnsid: 0, deleted: false }],
  ['[nsid current]Deleted 9.9.9.0/24 via 10.0.0.2 dev br0 ', { type: 'route', netnsid: null, deleted: true }],
  ['[nsid current]local 10.0.0.1 dev br0 table local proto kernel scope host src 10.0.0.1 ', undefined],
  [
    '[nsid 0]10.9.0.1 dev br0 lladdr 02:00:00:00:00:67 PERMANENT ',
    { type: 'neighbour', netnsid: 0, address: '10.9.0.1', link: 'br0', mac: '02:00:00:00:00:67', deleted: false },
  ],
  [
    '[nsid current]dev v0 lladdr 02:00:00:00:00:68 NOARP ',
    { type: 'neighbour', netnsid: null, address: null, link: 'v0', mac: '02:00:00:00:00:68', deleted: false },
  ],
  [
    '[nsid 0]Deleted 10.9.0.1 dev br0 FAILED ',
    { type: 'neighbour', netnsid: 0, address: '10.9.0.1', link: 'br0', mac: '', deleted: true },
  ],
  ['', undefined],
])('ip monitor: %s', (line, event) => {
  expect(parseNetlinkLine(line)).toEqual(event)
})

test.each([
  [
    'fe:75:f1:f9:fa:eb dev v0 master br0 ',
    { deleted: false, mac: 'fe:75:f1:f9:fa:eb', port: 'v0', bridge: 'br0', flags: [] },
  ],
  [
    'Deleted 02:00:00:00:00:0a dev v0 vlan 7 master br0 permanent',
    { deleted: true, mac: '02:00:00:00:00:0a', port: 'v0', bridge: 'br0', vlan: 7, flags: ['permanent'] },
  ],
  ['33:33:00:00:00:01 dev br0 self permanent', undefined],
  ['nonsense', undefined],
])('bridge monitor fdb: %s', (line, event) => {
  expect(parseFdbLine(line)).toEqual(event)
})

test('nft monitor tells of a transaction once', () => {
  const lines = [
    'add rule ip filter PATCHBAY counter packets 0 bytes 0 return',
    '# new generation 3 by process 18912 (iptables)',
  ]
  expect(lines.map(isNftTransaction)).toEqual([false, true])
})
