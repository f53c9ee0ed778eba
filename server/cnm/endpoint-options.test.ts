import { expect, test } from 'vitest'
import { parseEndpointOptions, sysctlsFor } from './endpoint-options'

test('an interface name and settings of that interface can be asked for', () => {
  const options = parseEndpointOptions({
    'com.docker.network.endpoint.ifname': 'uplink0.5',
    'com.docker.network.endpoint.sysctls':
      'net.ipv4.conf.IFNAME.log_martians=1,net.ipv6.neigh.IFNAME.gc_stale_time = 9',
  })
  expect(options.ifname).toBe('uplink0.5')
  expect(sysctlsFor(options, 'uplink0.5')).toEqual([
    { name: 'net/ipv4/conf/uplink0.5/log_martians', value: '1' },
    { name: 'net/ipv6/neigh/uplink0.5/gc_stale_time', value: '9' },
  ])
})

test.each([
  [{ 'com.example.fast': '1' }, /endpoint option "com.example.fast" is not known/],
  [{ 'com.docker.network.endpoint.ifname': 'lo' }, /cannot be used/],
  [{ 'com.docker.network.endpoint.ifname': '' }, /cannot be used/],
  [{ 'com.docker.network.endpoint.ifname': '../../x' }, /cannot be used/],
  [{ 'com.docker.network.endpoint.ifname': 'a23456789012345678' }, /cannot be used/],
  [{ 'com.docker.network.endpoint.sysctls': 'net.ipv4.ip_forward=1' }, /must look like/],
  [{ 'com.docker.network.endpoint.sysctls': 'net.core.conf.IFNAME.x=1' }, /must look like/],
  [{ 'com.docker.network.endpoint.sysctls': 'net.ipv4.conf.IFNAME.x' }, /must look like/],
  [{ 'com.docker.network.endpoint.sysctls': 'net.ipv4.conf.IFNAME...x=1' }, /must look like/],
])('%j is refused', (options, message) => {
  expect(() => parseEndpointOptions(options)).toThrow(message)
})
