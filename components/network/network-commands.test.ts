import { expect, test } from 'vitest'
import { network } from '../topology/snapshot.fixture'
import { networkAsDocker, networkAsIp } from './network-commands'

test('a network is made again by docker with all that it was made with', () => {
  const web = network('web', {
    internal: true,
    pools: [{ subnet: '10.1.0.0/24', gateway: '10.1.0.1', ipRange: '10.1.0.128/25' }],
    options: { 'com.docker.network.bridge.enable_icc': 'false' },
    labels: { team: 'blue sky' },
  })
  expect(networkAsDocker(web)).toBe(
    "docker network create --driver bridge --internal --subnet 10.1.0.0/24 --gateway 10.1.0.1 --ip-range 10.1.0.128/25 --opt com.docker.network.bridge.enable_icc=false --label 'team=blue sky' -- web",
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
