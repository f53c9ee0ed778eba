import { expect, test } from 'vitest'
import type { NetworkId } from '../../cnm/ids'
import type { Network } from '../../cnm/network'
import { diff } from '../../plan/diff'
import { renderPlan } from '../../plan/render'
import { testConformance } from '../testing/conformance'
import { sampleEndpoint, sampleNetwork } from '../testing/samples'
import { ipvlanDriver } from './index'

const netns = '/run/x'

function ipvlan(options: Record<string, string>): Network {
  return sampleNetwork({ driver: 'ipvlan', options, adopted: true, internal: options.parent === undefined })
}

const plain = ipvlan({ parent: 'eth7' })
const routed = ipvlan({ parent: 'eth7', ipvlan_mode: 'l3', ipvlan_flag: 'private' })
const strict = ipvlan({
  parent: 'eth7',
  ipvlan_mode: 'l3s',
  ipvlan_flag: 'vepa',
  'com.docker.network.driver.mtu': '1400',
})
const inside = { ...ipvlan({}), adopted: false }
const join = (network: Network) => ({ endpoint: sampleEndpoint(network), netns, ports: [] }) as const

testConformance(
  ipvlanDriver,
  [plain, routed, strict, inside].map((network) => ({
    title: JSON.stringify(network.options),
    network,
    joined: [join(network)],
  })),
  [{ ipvlan_mode: 'l4' }, { ipvlan_flag: 'open' }, { parent: 'eth 0' }, { macvlan_mode: 'bridge' }],
)

const lines = (network: Network) =>
  renderPlan(diff(ipvlanDriver.describeEndpoint(network, join(network)), [])).map((line) =>
    line.replace(`nsenter --net=${netns}`, 'inside').replaceAll(/patchbay:[0-9a-f]{64}/g, 'MARK'),
  )

test('in l2 the way out is the gateway', () => {
  expect(lines(plain)).toEqual([
    'ip link add link eth7 name eth0 netns /run/x type ipvlan mode l2 bridge',
    'inside ip link set dev eth0 alias MARK up',
    'inside ip address add 172.18.0.2/16 broadcast + dev eth0',
    'inside ip route add default via 172.18.0.1 dev eth0',
  ])
})

test('in l3 and l3s the way out is the link itself', () => {
  expect(lines(routed)[0]).toContain('type ipvlan mode l3 private')
  expect(lines(routed).at(-1)).toBe('inside ip route add default dev eth0')
  expect(lines(strict)[0]).toBe('ip link add link eth7 name eth0 mtu 1400 netns /run/x type ipvlan mode l3s vepa')
  expect(lines(strict).at(-1)).toBe('inside ip route add default dev eth0')
})

test('one network has a parent', () => {
  const other = sampleNetwork({
    id: 'f'.repeat(64) as NetworkId,
    name: 'first',
    driver: 'ipvlan',
    options: { parent: 'eth7' },
  })
  const links = new Map([['eth7', { name: 'eth7', kind: null, isLoopback: false, master: null, mtu: 1500 }]])
  expect(() => ipvlanDriver.checkNetwork?.(plain, { links, others: [] })).not.toThrow()
  expect(() => ipvlanDriver.checkNetwork?.(plain, { links, others: [other] })).toThrow(
    'ipvlan network first is already using parent eth7; choose another',
  )
})
