import { expect, test } from 'vitest'
import { hasFurtherTables, parseMainRoutes, parseNameservers, parseRoutes } from './facts'
import { parseFdb } from './read-fdb'

test('name servers are read from a resolv.conf, IPv6 ones left out', () => {
  const text = '# made by hand\nsearch example.org\nnameserver 10.0.0.53\n nameserver 192.0.2.1 \nnameserver fe80::1\n'
  expect(parseNameservers(text)).toEqual(['10.0.0.53', '192.0.2.1'])
})

test('routed subnets are the unicast prefixes of every table, the default route left out', () => {
  const text = [
    'Main:',
    '  +-- 0.0.0.0/0 3 0 5',
    '     |-- 0.0.0.0',
    '        /0 universe UNICAST',
    '        /1 universe UNICAST',
    '     +-- 10.89.0.0/24 2 0 2',
    '        |-- 10.89.0.0',
    '           /24 link UNICAST',
    '           /16 universe UNICAST',
    '     |-- 10.92.0.0',
    '        /24 universe BLACKHOLE',
    'Local:',
    '     |-- 127.0.0.0',
    '        /8 host LOCAL',
    '        |-- 10.89.0.255',
    '           /32 link BROADCAST',
    'Id 52:',
    '  |-- 10.90.0.0',
    '     /16 link UNICAST',
    '     |-- 10.89.0.0',
    '        /24 link UNICAST',
    '',
  ].join('\n')
  expect(parseRoutes(text)).toEqual(['10.89.0.0/24', '10.89.0.0/16', '10.90.0.0/16'])
})

test('the main table alone gives its prefixes; rejecting routes and the default one, also halved, are left out', () => {
  const row = (destination: string, flags: string, mask: string) =>
    ['br0', destination, '00000000', flags, '0', '0', '0', mask, '0', '0', '0   '].join('\t')
  const text = [
    'Iface\tDestination\tGateway',
    row('00000000', '0003', '00000000'),
    row('00000080', '0003', '00000080'),
    row('0000590A', '0001', '00FFFFFF'),
    row('0000590A', '0001', '00FFFFFF'),
    row('0000590A', '0001', '0000FFFF'),
    row('0100A8C0', '0005', 'FFFFFFFF'),
    row('00005C0A', '0201', '00FFFFFF'),
    '',
  ].join('\n')
  expect(parseMainRoutes(text)).toEqual(['10.89.0.0/24', '10.89.0.0/16', '192.168.0.1/32'])
})

test('of routes that came or went since the last reading the others stay as they were', () => {
  const row = (destination: string) => `br0\t${destination}\t00000000\t0001\t0\t0\t0\t00FFFFFF`
  const textOf = (...rows: string[]) => ['Iface\tDestination', ...rows.map(row), ''].join('\n')
  const rows = Array.from({ length: 6 }, (_, at) => `00${at}0590A`)
  const subnets = rows.map((_, at) => `10.89.${at * 16}.0/24`)
  expect(parseMainRoutes(textOf(...rows))).toEqual(subnets)
  for (let from = 0; from <= 6; from++) {
    for (let to = from; to <= 6; to++) {
      const without = <Item>(items: Item[]) => [...items.slice(0, from), ...items.slice(to)]
      expect(parseMainRoutes(textOf(...without(rows)))).toEqual(without(subnets))
      expect(parseMainRoutes(textOf(...rows))).toEqual(subnets)
    }
  }
  expect(parseMainRoutes(textOf('0000A8C0'))).toEqual(['192.168.0.0/24'])
  expect(parseMainRoutes('')).toEqual([])
})

test('tables besides main and local are told by their heads', () => {
  const usual =
    'Basic info: size of leaf: 48 bytes, size of tnode: 40 bytes.\nMain:\n\tLeaves: 7\nLocal:\nTotal size: 2  kB\n'
  expect(hasFurtherTables(usual)).toBe(false)
  expect(hasFurtherTables(`${usual}Id 51820:\n\tLeaves: 1\n`)).toBe(true)
  expect(hasFurtherTables(`${usual}Default:\n`)).toBe(true)
})

test('MAC tables hold entries of bridges only', () => {
  const text = JSON.stringify([
    { mac: '33:33:00:00:00:01', ifname: 'br0', flags: ['self'], state: 'permanent' },
    { mac: 'fe:75:f1:f9:fa:eb', ifname: 'v0', used: 1, updated: 0, flags: [], master: 'br0', state: '' },
    { mac: '9a:4f:b0:46:2c:1c', ifname: 'v0', used: 1, updated: 1, flags: [], master: 'br0', state: 'permanent' },
    { mac: '02:00:00:00:00:09', ifname: 'v0', vlan: 2, flags: [], master: 'br0', state: 'static' },
  ])
  expect(parseFdb(text).map(({ mac, type, vlan, usedSeconds }) => [mac, type, vlan, usedSeconds])).toEqual([
    ['fe:75:f1:f9:fa:eb', 'learned', null, 1],
    ['9a:4f:b0:46:2c:1c', 'local', null, 1],
    ['02:00:00:00:00:09', 'static', 2, null],
  ])
})
