import { expect, test } from 'vitest'
import { container, endpoint, network } from '../topology/snapshot.fixture'
import { endpointAsDocker, endpointAsIp } from './endpoint-commands'
import { carriedAlong, sameAgain } from './joint'

const web = network('web', { device: 'br-web' })
const c1 = container('c1')
const joint = endpoint('c1', 'web', 2, { aliases: ['db', 'my alias'] })

test('an endpoint is made again by docker with its address and aliases', () => {
  expect(endpointAsDocker(joint, c1, web)).toBe(
    "docker network connect --ip 172.18.0.2 --alias db --alias 'my alias' -- web c1",
  )
})

test('an endpoint of a stopped container has no address to ask for', () => {
  expect(endpointAsDocker({ ...joint, ipv4Address: null, aliases: [] }, c1, web)).toBe(
    'docker network connect -- web c1',
  )
})

test('an endpoint is made by hand as a veth pair', () => {
  expect(endpointAsIp(joint, c1, web)).toBe(
    [
      'ip link add veth-c1 type veth peer name eth0 netns /run/patchbay/netns/c1',
      'ip link set veth-c1 master br-web up',
      'nsenter --net=/run/patchbay/netns/c1 ip link set eth0 address 02:42:ac:12:00:02',
      'nsenter --net=/run/patchbay/netns/c1 ip address add 172.18.0.2/16 dev eth0',
      'nsenter --net=/run/patchbay/netns/c1 ip link set eth0 up',
      'nsenter --net=/run/patchbay/netns/c1 ip route add default via 172.18.0.1 dev eth0',
    ].join('\n'),
  )
})

test('an endpoint without an end on the host is made by hand as a link on its parent', () => {
  const onWire = { ...joint, hostIfname: null }
  const mv = network('mv', { driver: 'macvlan', device: null, parent: 'eth0', options: { macvlan_mode: 'private' } })
  expect(endpointAsIp(onWire, c1, mv)?.split('\n')[0]).toBe(
    'ip link add link eth0 name eth0 netns /run/patchbay/netns/c1 type macvlan mode private',
  )
  const ip = network('ip', { driver: 'ipvlan', device: null, parent: 'eth0', options: { ipvlan_flag: 'vepa' } })
  expect(endpointAsIp(onWire, c1, ip)?.split('\n')[0]).toBe(
    'ip link add link eth0 name eth0 netns /run/patchbay/netns/c1 type ipvlan mode l2 vepa',
  )
  expect(endpointAsIp(onWire, c1, network('host', { driver: 'host', device: null }))).toBeNull()
})

test('without a sandbox there is nothing to do by hand', () => {
  expect(endpointAsIp(joint, { ...c1, sandbox: null }, web)).toBeNull()
})

test('undo asks for the same address and aliases', () => {
  expect(sameAgain(joint)).toEqual({
    network: 'net-web',
    container: 'con-c1',
    ipv4Address: '172.18.0.2',
    aliases: ['db', 'my alias'],
  })
})

test('all that was asked of an endpoint is asked again; what a server leased is not', () => {
  const asked = {
    ...{ macAddress: '02:00:00:00:00:01', linkLocalIps: ['169.254.7.7'], links: ['db:store'], gwPriority: 5 },
    driverOpts: { 'com.docker.network.endpoint.ifname': 'lan0' },
  }
  const shaping = { toContainer: { bitsPerSecond: 1_000_000 }, fromContainer: {} }
  const whole = { ...joint, ipv6Address: 'fd00:29::2/64', asked, shaping }
  const place = { network: 'net-web', container: 'con-c1', aliases: ['db', 'my alias'] }
  const addresses = { ipv4Address: '172.18.0.2', ipv6Address: 'fd00:29::2' }
  expect(sameAgain(whole)).toEqual({ ...place, ...addresses, ...asked, shaping })
  expect(carriedAlong(whole)).toEqual({ shaping })
  const lease = { server: null, seconds: null, nameServers: [], renewedAt: '' }
  expect(sameAgain({ ...joint, lease })).toEqual(place)
  expect(endpointAsDocker(whole, c1, web)).toBe(
    "docker network connect --ip 172.18.0.2 --ip6 fd00:29::2 --link-local-ip 169.254.7.7 --alias db --alias 'my alias' --link db:store --gw-priority 5 --driver-opt com.docker.network.endpoint.ifname=lan0 -- web c1",
  )
})

test('an endpoint with IPv6 has its second address and default route, too', () => {
  const dual = { ...joint, ipv6Address: 'fd00:29::2/64', ipv6Gateway: 'fd00:29::1', isIpv6DefaultGateway: true }
  expect(endpointAsDocker(dual, c1, web)).toContain('--ip6 fd00:29::2')
  const lines = endpointAsIp(dual, c1, web)
  expect(lines).toContain('ip address add fd00:29::2/64 dev eth0 nodad')
  expect(lines).toContain('ip route add ::/0 via fd00:29::1 dev eth0')
})
