import { expect, test } from 'vitest'
import { plainRequest } from '../../cnm/endpoint'
import type { Network } from '../../cnm/network'
import { allFeatures, type KernelFeature } from '../../plan/feature'
import { type KernelObject, keyOf, tableKey } from '../../plan/object'
import { testConformance } from '../testing/conformance'
import { sampleEndpoint, sampleNetwork, sampleShaped } from '../testing/samples'
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

const dual = sampleNetwork({
  ipv6: true,
  pools: [
    { subnet: '172.18.0.0/16', gateway: '172.18.0.1', auxAddresses: {} },
    { subnet: '172.30.0.0/24', gateway: '172.30.0.1', auxAddresses: {} },
    { subnet: 'fd00:29::/64', gateway: 'fd00:29::1', auxAddresses: {} },
  ],
})
const dualEndpoint = {
  ...sampleEndpoint(dual),
  requested: {
    ...plainRequest,
    linkLocalIps: ['169.254.34.68/16', 'fe80::3468/64'],
    driverOpts: { 'com.docker.network.endpoint.sysctls': 'net.ipv4.conf.IFNAME.log_martians=1' },
  },
  assigned: {
    ...sampleEndpoint(dual).assigned,
    ifname: 'eth0',
    ipv6Address: 'fd00:29::2/64',
    ipv6Gateway: 'fd00:29::1',
    isDefaultGateway: true,
    isIpv6DefaultGateway: true,
  },
}
const dualJoined = {
  endpoint: dualEndpoint,
  netns: '/run/x' as const,
  ports: [
    ...ports,
    ...ports.map((port) => ({ ...port, hostIp: '::' })),
    ...ports.map((port) => ({ ...port, hostIp: 'fd00::9', hostPort: 8081 })),
  ],
}
const dualInternal = sampleNetwork({ ...dual, internal: true })

testConformance(
  bridgeDriver,
  [
    { title: 'a network with IPv6 and two IPv4 subnets', network: dual, joined: [dualJoined] },
    { title: 'an internal network with IPv6', network: dualInternal, joined: [join(dualInternal)] },
    { title: 'a network', network, joined: [join(network)] },
    { title: 'a network with a published port', network, joined: [join(network, ports)] },
    { title: 'an internal network', network: internal, joined: [join(internal)] },
    { title: 'a shaped endpoint', network, joined: [{ ...join(network), endpoint: sampleShaped(network) }] },
    { title: 'a network without inter-container traffic', network: closed, joined: [join(closed)] },
  ],
  [
    { 'com.docker.network.bridge.name': 'a name with spaces' },
    { 'com.docker.network.bridge.name': '$(reboot)' },
    { 'com.docker.network.bridge.enable_icc': 'yes' },
    { 'com.docker.network.driver.mtu': '12' },
    { 'com.example.unknown': '1' },
    { 'com.docker.network.bridge.gateway_mode_ipv4': 'open' },
    { 'com.docker.network.bridge.trusted_host_interfaces': 'eth0:$(reboot)' },
    { 'com.docker.network.container_iface_prefix': '0eth' },
  ],
)

const rules = (objects: KernelObject[]) =>
  objects.flatMap((object) =>
    object.kind === 'rule' ? [`${tableKey(object)} ${object.chain} ${object.args.join(' ')}`] : [],
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
    group: 0x5042,
  })
  expect(objects).toContainEqual({ kind: 'address', netns: 'host', link: 'br-a1b2c3d4e5f6', address: '172.18.0.1/16' })
  expect(rules(objects)).toEqual([
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

test('IPv6 has the same chains in its own tables, and several subnets are masqueraded each', () => {
  const objects = bridgeDriver.describeNetwork(dual)
  const six = rules(objects).filter((rule) => rule.startsWith('ipv6 '))
  expect(six).toContain(`ipv6 filter PATCHBAY ! -i br-a1b2c3d4e5f6 -o br-a1b2c3d4e5f6 ${mark} -j DROP`)
  expect(six).toContain(`ipv6 nat POSTROUTING -s fd00:29::/64 ! -o br-a1b2c3d4e5f6 ${mark} -j MASQUERADE`)
  expect(rules(objects)).toContain(`nat POSTROUTING -s 172.30.0.0/24 ! -o br-a1b2c3d4e5f6 ${mark} -j MASQUERADE`)
  expect(objects).toContainEqual({ kind: 'address', netns: 'host', link: 'br-a1b2c3d4e5f6', address: 'fd00:29::1/64' })
  expect(objects).toContainEqual({ kind: 'address', netns: 'host', link: 'br-a1b2c3d4e5f6', address: '172.30.0.1/24' })
  expect(objects).toContainEqual({
    kind: 'sysctl',
    netns: 'host',
    name: 'net/ipv6/conf/br-a1b2c3d4e5f6/disable_ipv6',
    value: '0',
  })
})

test('an internal network with several subnets or IPv6 is closed by its device', () => {
  const closed = rules(bridgeDriver.describeNetwork(dualInternal)).filter((rule) => rule.includes('PATCHBAY-INTERNAL'))
  const device = 'br-a1b2c3d4e5f6'
  expect(closed).toEqual(
    ['filter', 'ipv6 filter'].flatMap((table) => [
      `${table} PATCHBAY-INTERNAL ! -i ${device} -o ${device} ${mark} -j DROP`,
      `${table} PATCHBAY-INTERNAL -i ${device} ! -o ${device} ${mark} -j DROP`,
    ]),
  )
})

test('an endpoint has its addresses, its settings, both default routes and a way to the other subnet', () => {
  const objects = bridgeDriver.describeEndpoint(dual, dualJoined)
  const place = { netns: '/run/x', link: 'eth0' }
  for (const address of ['172.18.0.2/16', 'fd00:29::2/64']) {
    expect(objects).toContainEqual({ kind: 'address', ...place, address })
  }
  for (const address of ['169.254.34.68/16', 'fe80::3468/64']) {
    expect(objects).toContainEqual({ kind: 'address', ...place, address, scope: 'link' })
  }
  expect(objects.filter(({ kind }) => kind === 'route')).toEqual([
    { kind: 'route', ...place, destination: '172.30.0.0/24' },
    { kind: 'route', ...place, destination: 'default', via: '172.18.0.1' },
    { kind: 'route', ...place, destination: '::/0', via: 'fd00:29::1' },
  ])
  expect(objects.flatMap((object) => (object.kind === 'sysctl' ? [`${object.name}=${object.value}`] : []))).toEqual([
    'net/ipv6/conf/eth0/disable_ipv6=0',
    'net/ipv6/conf/lo/disable_ipv6=0',
    'net/ipv4/conf/eth0/log_martians=1',
  ])
})

test('ports are published in the family of their host address', () => {
  const own = `-m comment --comment patchbay:${endpoint.id}`
  const dnat = rules(bridgeDriver.describeEndpoint(dual, dualJoined)).filter((rule) => rule.includes('DNAT'))
  expect(dnat).toEqual([
    `nat PATCHBAY -p tcp -m tcp --dport 8080 ${own} -j DNAT --to-destination 172.18.0.2:80`,
    `ipv6 nat PATCHBAY -p tcp -m tcp --dport 8080 ${own} -j DNAT --to-destination [fd00:29::2]:80`,
    `ipv6 nat PATCHBAY -d fd00::9/128 -p tcp -m tcp --dport 8081 ${own} -j DNAT --to-destination [fd00:29::2]:80`,
  ])
})

const having = (options: Record<string, string>, change: Partial<Network> = {}) =>
  sampleNetwork({
    options: Object.fromEntries(
      Object.entries(options).map(([name, value]) => [`com.docker.network.bridge.${name}`, value]),
    ),
    ...change,
  })
const published = (on: Network) =>
  rules(bridgeDriver.describeEndpoint(on, { endpoint: sampleEndpoint(on), netns: '/run/x', ports })).map((line) =>
    line.replaceAll(/ -m comment --comment \S+/g, ''),
  )

test('a routed network has no NAT: published ports are open at the container’s own address, and it answers pings', () => {
  const routed = having({ gateway_mode_ipv4: 'routed' })
  expect(published(routed)).toEqual([
    'filter PATCHBAY -d 172.18.0.2/32 ! -i br-a1b2c3d4e5f6 -o br-a1b2c3d4e5f6 -p tcp -m tcp --dport 80 -j ACCEPT',
  ])
  const own = rules(bridgeDriver.describeNetwork(routed))
  expect(own).toContain(`filter PATCHBAY -o br-a1b2c3d4e5f6 -p icmp ${mark} -j ACCEPT`)
  expect(own.filter((line) => line.startsWith('nat'))).toEqual([
    `nat POSTROUTING -o br-a1b2c3d4e5f6 -m addrtype --src-type LOCAL ${mark} -j MASQUERADE`,
  ])
})

test('an unprotected network lets all in; a trusted link is let in at the container’s own address', () => {
  const open = having({ gateway_mode_ipv4: 'nat-unprotected' })
  expect(published(open)).toEqual(['nat PATCHBAY -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.18.0.2:80'])
  expect(rules(bridgeDriver.describeNetwork(open))).toContain(
    `filter PATCHBAY ! -i br-a1b2c3d4e5f6 -o br-a1b2c3d4e5f6 ${mark} -j ACCEPT`,
  )
  expect(published(having({ trusted_host_interfaces: 'eth1:eth2' })).slice(0, 3)).toEqual([
    'raw PATCHBAY -d 172.18.0.2/32 -i eth1 -j ACCEPT',
    'raw PATCHBAY -d 172.18.0.2/32 -i eth2 -j ACCEPT',
    'raw PATCHBAY -d 172.18.0.2/32 ! -i br-a1b2c3d4e5f6 -j DROP',
  ])
})

test('inhibited and isolated networks have no address on their bridge; isolated is for internal ones', () => {
  const kinds = (network: Network) => bridgeDriver.describeNetwork(network).map(({ kind }) => kind)
  expect(kinds(having({}))).toContain('address')
  expect(kinds(having({ inhibit_ipv4: 'true' }))).not.toContain('address')
  const isolated = having({ gateway_mode_ipv4: 'isolated' }, { internal: true })
  expect(kinds(isolated)).not.toContain('address')
  const around = { links: new Map(), others: [] }
  expect(() => bridgeDriver.checkNetwork?.(isolated, around)).not.toThrow()
  expect(() => bridgeDriver.checkNetwork?.({ ...isolated, internal: false }, around)).toThrow(
    "gateway mode 'isolated' can only be used for an internal network",
  )
})

test('somebody else’s bridge is expected, not made, and what it has already is not described', () => {
  const adopted = having({ name: 'lab0' }, { adopted: true })
  const objects = bridgeDriver.describeNetwork(adopted)
  expect(objects[0]).toEqual({ kind: 'parent', netns: 'host', name: 'lab0', neededBy: `patchbay:${network.id}` })
  expect(objects.filter(({ kind }) => kind === 'link')).toEqual([
    { kind: 'link', type: 'inner', netns: 'host', name: 'lab0', up: true },
  ])
  const onIt = objects.filter(({ kind }) => ['link', 'address', 'sysctl'].includes(kind))
  const rest = bridgeDriver.describeNetwork({ ...adopted, given: onIt.map(keyOf) })
  expect(rest).toEqual(objects.filter((object) => !onIt.includes(object)))
})

test('switches of the bridge and its ports are described where they are asked for', () => {
  const on = sampleNetwork({
    options: {
      'patchbay.bridge.stp': 'true',
      'patchbay.bridge.multicast_snooping': 'false',
      'patchbay.bridge.isolate_ports': 'true',
      'patchbay.bridge.hairpin': 'true',
    },
  })
  expect(bridgeDriver.describeNetwork(on)[0]).toMatchObject({ stp: true, multicastSnooping: false })
  expect(bridgeDriver.describeEndpoint(on, join(on))[0]).toMatchObject({ hairpin: true, isolated: true })
  expect(bridgeDriver.describeNetwork(network)[0]).not.toHaveProperty('stp')
})

test('established connections towards its bridge are let pass by the rule of all, or by its own where the bridge is not in their group', () => {
  const group = (on: Network, features?: ReadonlySet<KernelFeature>) => {
    const [bridge] = bridgeDriver.describeNetwork(on, features)
    return bridge?.kind === 'link' && bridge.type === 'bridge' ? bridge.group : undefined
  }
  const own = (on: Network, features?: ReadonlySet<KernelFeature>) =>
    rules(bridgeDriver.describeNetwork(on, features)).filter((line) => line.includes('PATCHBAY-CT'))
  const rule = (device: string) =>
    `filter PATCHBAY-CT -o ${device} -m conntrack --ctstate RELATED,ESTABLISHED ${mark} -j ACCEPT`
  expect([group(network), own(network)]).toEqual([0x5042, []])
  expect([group(internal), own(internal)]).toEqual([undefined, []])
  expect(own(having({ name: 'lab0' }, { adopted: true }))).toEqual([rule('lab0')])
  const lacking = new Set(allFeatures.filter((feature) => feature !== 'devgroup'))
  expect([group(network, lacking), own(network, lacking)]).toEqual([undefined, [rule('br-a1b2c3d4e5f6')]])
  expect(own(dual, lacking)).toHaveLength(2)
})
