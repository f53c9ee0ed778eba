import { expect, test } from 'vitest'
import type { HostPlace } from '../cnm/host-place'
import { collisionsOf } from './collisions'

const places: HostPlace[] = [
  { subnet: '10.8.0.0/16', link: 'tun0', what: 'route' },
  { subnet: '192.168.1.0/24', link: 'eth0', what: 'route' },
  { subnet: '10.9.0.0/24', link: null, what: 'route' },
  { subnet: '10.7.0.53/32', link: null, what: 'nameserver' },
  { subnet: 'fd00:8::/48', link: 'wg0', what: 'route' },
]

test('what lies where a network does is named', () => {
  const met = (...subnets: string[]) => collisionsOf(subnets, places, (link) => link === 'eth0').map(String)
  expect(met('10.8.3.0/24')).toEqual([
    '10.8.0.0/16 is reached over tun0 and overlaps subnet 10.8.3.0/24; what is sent there reaches one of the two only',
  ])
  expect(met('10.9.0.0/16')[0]).toContain('10.9.0.0/24 is routed elsewhere by this host')
  expect(met('10.7.0.0/24')[0]).toContain('name server 10.7.0.53 of this host lies in subnet 10.7.0.0/24')
  expect(met('fd00:8:0:1::/64')[0]).toContain('fd00:8::/48 is reached over wg0')
  expect(met('192.168.1.0/24', '10.6.0.0/16')).toEqual([])
})
