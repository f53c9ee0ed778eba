import { expect, test } from 'vitest'
import type { Network } from '../../cnm/network'
import type { KernelObject } from '../../plan/object'
import { testConformance } from '../testing/conformance'
import { sampleEndpoint, sampleNetwork } from '../testing/samples'
import { bridgeDriver } from './index'

const network = sampleNetwork()
const endpoint = sampleEndpoint(network)
const ports = [{ protocol: 'tcp', containerPort: 80, hostIp: '0.0.0.0', hostPort: 8080 } as const]
const internal = sampleNetwork({ internal: true })
const closed = sampleNetwork({ options: { 'com.docker.network.bridge.enable_icc': 'false' } })
const join = (on: Network, published: typeof ports | [] = []) => ({
  endpoint: sampleEndpoint(on),
  netns: '/run/x' as const,
  ports: published,
})

testConformance(
  bridgeDriver,
  [
    { title: 'a network', network, joined: [join(network)] },
    { title: 'a network with a published port', network, joined: [join(network, ports)] },
    { title: 'an internal network', network: internal, joined: [join(internal)] },
    { title: 'a network without inter-container traffic', network: closed, joined: [join(closed)] },
  ],
  [
    { 'com.docker.network.bridge.name': 'a name with spaces' },
    { 'com.docker.network.bridge.name': '$(reboot)' },
    { 'com.docker.network.bridge.enable_icc': 'yes' },
    { 'com.docker.network.driver.mtu': '12' },
    { 'com.example.unknown': '1' },
  ],
)

const rules = (objects: KernelObject[]) =>
  objects.flatMap((object) =>
    object.kind === 'rule' ? [`${object.table} ${object.chain} ${object.args.join(' ')}`] : [],
  )
const mark = `-m comment --comment patchbay:${network.id}`

test('a network is a bridge with its gateway on it and Docker 29’s rules', () => {
  const objects = bridgeDriver.describeNetwork(network)
  expect(objects[0]).toEqual({
    kind: 'link',
    type: 'bridge',
    netns: 'host',
    name: 'br-a1b2c3d4e5f6',
    alias: `patchbay:${network.id}`,
    mtu: 1500,
    up: true,
  })
  expect(objects).toContainEqual({ kind: 'address', netns: 'host', link: 'br-a1b2c3d4e5f6', address: '172.18.0.1/16' })
  expect(rules(objects)).toEqual([
    `filter PATCHBAY-CT -o br-a1b2c3d4e5f6 -m conntrack --ctstate RELATED,ESTABLISHED ${mark} -j ACCEPT`,
    `filter PATCHBAY-BRIDGE -o br-a1b2c3d4e5f6 ${mark} -j PATCHBAY`,
    `filter PATCHBAY ! -i br-a1b2c3d4e5f6 -o br-a1b2c3d4e5f6 ${mark} -j DROP`,
    `filter PATCHBAY-FORWARD -i br-a1b2c3d4e5f6 ${mark} -j ACCEPT`,
    `nat POSTROUTING -s 172.18.0.0/16 ! -o br-a1b2c3d4e5f6 ${mark} -j MASQUERADE`,
    `nat POSTROUTING -s 172.18.0.0/16 -d 172.18.0.0/16 -o br-a1b2c3d4e5f6 -m conntrack --ctstate DNAT ${mark} -j MASQUERADE`,
    `nat POSTROUTING -o br-a1b2c3d4e5f6 -m addrtype --src-type LOCAL ${mark} -j MASQUERADE`,
  ])
})

test('an internal network is closed both ways and never masqueraded', () => {
  expect(rules(bridgeDriver.describeNetwork(internal))).toEqual([
    `filter PATCHBAY-INTERNAL ! -s 172.18.0.0/16 -o br-a1b2c3d4e5f6 ${mark} -j DROP`,
    `filter PATCHBAY-INTERNAL ! -d 172.18.0.0/16 -i br-a1b2c3d4e5f6 ${mark} -j DROP`,
    `filter PATCHBAY-FORWARD -i br-a1b2c3d4e5f6 -o br-a1b2c3d4e5f6 ${mark} -j ACCEPT`,
  ])
})

test('without inter-container traffic the drop comes before the accept', () => {
  const forward = rules(bridgeDriver.describeNetwork(closed)).filter((rule) => rule.includes('PATCHBAY-FORWARD'))
  expect(forward.map((rule) => rule.split(' -j ')[1])).toEqual(['DROP', 'ACCEPT'])
})

test('an endpoint without published ports needs no rule', () => {
  const objects = bridgeDriver.describeEndpoint(network, { endpoint, netns: '/run/x', ports: [] })
  expect(objects.map((object) => object.kind)).toEqual(['link', 'address', 'link', 'route'])
})

test('a published port is one DNAT rule, one accept and one guard of the container’s own address', () => {
  const own = `-m comment --comment patchbay:${endpoint.id}`
  expect(rules(bridgeDriver.describeEndpoint(network, { endpoint, netns: '/run/x', ports }))).toEqual([
    `raw PATCHBAY -d 172.18.0.2/32 ! -i br-a1b2c3d4e5f6 ${own} -j DROP`,
    `filter PATCHBAY -d 172.18.0.2/32 ! -i br-a1b2c3d4e5f6 -o br-a1b2c3d4e5f6 -p tcp -m tcp --dport 80 ${own} -j ACCEPT`,
    `nat PATCHBAY -p tcp -m tcp --dport 8080 ${own} -j DNAT --to-destination 172.18.0.2:80`,
  ])
})
