import { expect, test } from 'vitest'
import type { HostLink } from '../../cnm/host-link'
import type { NetworkId } from '../../cnm/ids'
import type { Network } from '../../cnm/network'
import { diff } from '../../plan/diff'
import { renderPlan } from '../../plan/render'
import { testConformance } from '../testing/conformance'
import { sampleEndpoint, sampleNetwork } from '../testing/samples'
import { macvlanDriver } from './index'

const netns = '/run/x'

function macvlan(options: Record<string, string>, change: Partial<Network> = {}): Network {
  return sampleNetwork({
    driver: 'macvlan',
    options,
    ...(options.parent === undefined ? { internal: true } : {}),
    ...change,
  })
}

const plain = macvlan({ parent: 'eth7' }, { adopted: true })
const withShim = macvlan({ parent: 'eth7', 'patchbay.host_shim': '172.18.0.9' }, { adopted: true })
const passthru = macvlan({ parent: 'eth7', macvlan_mode: 'passthru', 'com.docker.network.driver.mtu': '1400' })
const tagged = macvlan({ parent: 'eth7.10' })
const inside = macvlan({})
const join = (network: Network) => {
  const { assigned, ...rest } = sampleEndpoint(network)
  if (assigned === null) throw new Error('the sample is of a running container')
  const { hostIfname: _, ...own } = assigned
  return { endpoint: { ...rest, assigned: own }, netns, ports: [] } as const
}

testConformance(
  macvlanDriver,
  [
    { title: 'on a parent', network: plain, joined: [join(plain)] },
    { title: 'with a shim', network: withShim, joined: [join(withShim)] },
    { title: 'in passthru', network: passthru, joined: [join(passthru)] },
    { title: 'on a VLAN of its own', network: tagged, joined: [join(tagged)] },
    { title: 'without a parent', network: inside, joined: [join(inside)] },
  ],
  [
    { parent: 'a name with spaces' },
    { parent: 'sixteen-letters-' },
    { parent: '..' },
    { parent: 'eth0/1' },
    { macvlan_mode: 'source' },
    { macvlan_mode: 'bogus' },
    { 'patchbay.host_shim': '10.0.0.0/8' },
    { 'com.docker.network.driver.mtu': '12' },
    { ipvlan_mode: 'l2' },
  ],
)

const lines = (network: Network) =>
  renderPlan(
    diff([...macvlanDriver.describeNetwork(network), ...macvlanDriver.describeEndpoint(network, join(network))], []),
  ).map((line) => line.replace(`nsenter --net=${netns}`, 'inside').replaceAll(/patchbay:[0-9a-f]{64}/g, 'MARK'))

test('a container is a link on the parent, in its sandbox, and the host has nothing of it', () => {
  expect(lines(plain)).toEqual([
    'ip link add link eth7 name eth0 address 02:42:ac:12:00:02 netns /run/x type macvlan mode bridge',
    'inside ip link set dev eth0 alias MARK up',
    'inside ip address add 172.18.0.2/16 broadcast + dev eth0',
    'inside ip route add default via 172.18.0.1 dev eth0',
  ])
})

test('with a shim the host has an address beside them, and routes to the containers alone', () => {
  expect(lines(withShim).filter((line) => line.includes('mh-'))).toEqual([
    'ip link add link eth7 name mh-a1b2c3d4e5f6 address 02:42:ac:12:00:09 type macvlan mode bridge',
    'ip link set dev mh-a1b2c3d4e5f6 alias MARK up',
    'ip address add 172.18.0.9/32 dev mh-a1b2c3d4e5f6',
    'ip route add 172.18.0.2/32 dev mh-a1b2c3d4e5f6',
  ])
  expect(macvlanDriver.reservedAddresses?.(withShim).get('172.18.0.9')?.toString()).toBe('the shim of the host')
})

test('a VLAN is made where the network did not find one, and left alone where it did', () => {
  expect(lines(tagged).slice(0, 2)).toEqual([
    'ip link add link eth7 name eth7.10 type vlan id 10',
    'ip link set dev eth7.10 alias patchbay:eth7.10 up',
  ])
  expect(lines({ ...tagged, adopted: true })[0]).toContain('link eth7.10 name eth0')
})

test('without a parent there is a dummy, and no way out', () => {
  expect(lines(inside)[0]).toBe('ip link add name dm-a1b2c3d4e5f6 type dummy')
  expect(lines(inside).join('\n')).not.toContain('default')
  expect(macvlanDriver.staysInside?.({})).toBe(true)
})

const link = (name: string, part: Partial<HostLink> = {}): [string, HostLink] => [
  name,
  { name, kind: null, isLoopback: false, master: null, mtu: 1500, ...part },
]
const links = new Map([
  link('lo', { isLoopback: true }),
  link('eth7'),
  link('eth8', { master: 'br0' }),
  link('br0', { kind: 'bridge' }),
])
const check = (network: Network, others: Network[] = []) => macvlanDriver.checkNetwork?.(network, { links, others })
const other = (options: Record<string, string>, driver = 'macvlan') =>
  sampleNetwork({ id: 'f'.repeat(64) as NetworkId, name: 'first', driver, options })

test.each([
  [{ parent: 'lo' }, 'loopback interface lo is not a valid macvlan parent link'],
  [
    { parent: 'eth9' },
    'parent eth9 does not exist on this host; there are eth7, br0, and VLANs of them are named like eth7.10',
  ],
  [{ parent: 'eth9.10' }, 'parent eth9.10 does not exist on this host'],
  [{ parent: 'eth7.4095' }, 'parent eth7.4095 does not exist on this host'],
  [{ parent: 'lo.10' }, 'loopback interface lo is not a valid macvlan parent link'],
  [{ parent: 'eth8' }, 'parent eth8 is a port of br0, and cannot be a macvlan parent as well; take br0 as parent'],
  [{ parent: 'eth7', 'com.docker.network.driver.mtu': '9000' }, 'MTU 9000 is more than the 1500 of parent eth7'],
  [
    { parent: 'eth7', 'patchbay.host_shim': '10.9.9.9' },
    'address 10.9.9.9 of the host lies outside subnet 172.18.0.0/16',
  ],
  [{ parent: 'eth7', 'patchbay.host_shim': '172.18.0.1' }, 'address 172.18.0.1 of the host is also the gateway'],
  [{ parent: 'eth7', 'patchbay.host_shim': '172.18.0.0' }, 'is the network address'],
  [{ parent: 'eth7', 'patchbay.host_shim': '172.18.0.9', macvlan_mode: 'private' }, 'mode private keeps the links'],
])('%j is refused', (options, sentence) => {
  expect(() => check(macvlan(options))).toThrow(sentence)
})

test('a parent may be shared, but not in passthru, and not with ipvlan', () => {
  expect(() => check(plain, [other({ parent: 'eth7', macvlan_mode: 'private' }), other({}, 'bridge')])).not.toThrow()
  expect(() => check(passthru, [other({ parent: 'eth7' })])).toThrow(
    'mode passthru needs parent eth7 to itself, and macvlan network first is on it; choose another parent',
  )
  expect(() => check(plain, [other({ parent: 'eth7', macvlan_mode: 'passthru' })])).toThrow(
    'parent eth7 is taken in mode passthru, and macvlan network first is on it',
  )
  expect(() => check(plain, [other({ parent: 'eth7' }, 'ipvlan')])).toThrow('no link carries both macvlan and ipvlan')
  expect(() => check(inside, [other({})])).not.toThrow()
})

test('in passthru one container joins', () => {
  expect(() => macvlanDriver.checkJoin?.(passthru, 0)).not.toThrow()
  expect(() => macvlanDriver.checkJoin?.(passthru, 1)).toThrow('is in mode passthru, which carries one container')
  expect(() => macvlanDriver.checkJoin?.(plain, 5)).not.toThrow()
})
