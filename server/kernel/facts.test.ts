import { expect, test } from 'vitest'
import { parseDevices, parseNameservers, parseRoutes } from './facts'
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

test('devices are read from /proc/net/dev', () => {
  const text = 'Inter-|   Receive\n face |bytes packets\n    lo: 0 0\n  eth0: 12 3\nbr0: 1 2\n'
  expect(parseDevices(text)).toEqual(['lo', 'eth0', 'br0'])
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
