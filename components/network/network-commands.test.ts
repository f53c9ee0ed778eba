import { expect, test } from 'vitest'
import { network } from '../topology/snapshot.fixture'
import { networkAsDocker, networkAsIp } from './network-commands'

test('a network is made again by docker with all that it was made with', () => {
  const web = network('web', {
    internal: true,
    pools: [
      { subnet: '10.1.0.0/24', gateway: '10.1.0.1', ipRange: '10.1.0.128/25', auxAddresses: { nas: '10.1.0.9' } },
    ],
    options: { 'com.docker.network.bridge.enable_icc': 'false' },
    labels: { team: 'blue sky' },
  })
  expect(networkAsDocker(web)).toBe(
    "docker network create --driver bridge --internal --subnet 10.1.0.0/24 --gateway 10.1.0.1 --ip-range 10.1.0.128/25 --aux-address nas=10.1.0.9 --opt com.docker.network.bridge.enable_icc=false --label 'team=blue sky' -- web",
  )
})

test('who hands out its addresses is told where it is not the subnet', () => {
  const wire = network('wire', { driver: 'macvlan', pools: [], ipamDriver: 'dhcp', options: { parent: 'eth0' } })
  expect(networkAsDocker(wire)).toBe(
    'docker network create --driver macvlan --ipam-driver dhcp --opt parent=eth0 -- wire',
  )
})

test('hostile names cannot break out of the command', () => {
  expect(networkAsDocker(network("--x $(id)'"))).toContain("-- '--x $(id)'\\'''")
})

test('predefined networks are not made', () => {
  expect(networkAsDocker(network('bridge', { predefined: true }))).toBeNull()
})

test('a bridge is made by hand with its gateway address', () => {
  expect(networkAsIp(network('web', { device: 'br-0123456789ab' }))).toBe(
    'ip link add br-0123456789ab type bridge\nip address add 172.18.0.1/16 dev br-0123456789ab\nip link set br-0123456789ab up',
  )
  expect(networkAsIp(network('host', { driver: 'host', device: null }))).toBeNull()
})

test('every subnet is named, and IPv6 switched on where there is one of it', () => {
  const pools = [
    { subnet: '10.1.0.0/24', gateway: '10.1.0.1' },
    { subnet: 'fd00:29::/64', gateway: 'fd00:29::1' },
  ]
  const dual = network('dual', { pools, device: 'br-dual' })
  expect(networkAsDocker(dual)).toBe(
    'docker network create --driver bridge --ipv6 --subnet 10.1.0.0/24 --gateway 10.1.0.1 --subnet fd00:29::/64 --gateway fd00:29::1 -- dual',
  )
  expect(networkAsIp(dual)).toContain('ip address add fd00:29::1/64 dev br-dual')
})

test('IPv4 is switched off where no subnet is of it, and addresses in turn are asked for', () => {
  const pools = [{ subnet: 'fd00:29::/64', gateway: 'fd00:29::1' }]
  const ipamOptions = { 'com.docker.network.ipam.serial': 'true' }
  expect(networkAsDocker(network('six', { pools, ipamOptions }))).toBe(
    'docker network create --driver bridge --ipv6 --ipv4=false --ipam-opt com.docker.network.ipam.serial=true --subnet fd00:29::/64 --gateway fd00:29::1 -- six',
  )
})

test('a configuration, and a network that is made from one, are made as they were', () => {
  const pools = [{ subnet: '10.1.0.0/24', gateway: '10.1.0.1' }]
  const options = { parent: 'eth0' }
  const configuration = { ipv4: true, ipv6: true }
  const conf = network('conf', { driver: 'null', configuration, pools, options, labels: { tier: 'lab' } })
  expect(networkAsDocker(conf)).toBe(
    'docker network create --config-only --ipv6 --subnet 10.1.0.0/24 --gateway 10.1.0.1 --opt parent=eth0 --label tier=lab -- conf',
  )
  expect(
    networkAsDocker(network('one', { driver: 'macvlan', configFrom: 'conf', pools, options, internal: true })),
  ).toBe('docker network create --driver macvlan --internal --config-from conf -- one')
})
