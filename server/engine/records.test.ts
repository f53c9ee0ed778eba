import { expect, test } from 'vitest'
import { type Endpoint, plainRequest } from '../cnm/endpoint'
import type { ContainerId, EndpointId, NetworkId } from '../cnm/ids'
import { type Network, plainNetwork } from '../cnm/network'
import { NamedMap } from './named-map'
import { Records } from './records'

const network = { id: 'n1' as NetworkId }

test('a record is found by the name that it has now, also when two exchange theirs', () => {
  const map = new NamedMap<string, { id: string; name: string }>()
  map.set('1', { id: '1', name: 'web' }).set('2', { id: '2', name: 'db' })
  map.set('1', { id: '1', name: 'db' }).set('2', { id: '2', name: 'web' })
  expect([map.named('db')?.id, map.named('web')?.id]).toEqual(['1', '2'])
  map.set('1', { id: '1', name: 'cache' })
  expect(map.named('db')).toBeUndefined()
  map.delete('2')
  expect([map.named('web'), map.named('cache')?.id, map.size]).toEqual([undefined, '1', 1])
})

test('an address is its holder’s until the holder has another, is taken off or stops', () => {
  const records = new Records()
  const holderOf = (address: string) => records.endpointsByAddress(network).get(address)?.id
  records.apply({ putEndpoints: [endpoint('e1', '10.1.0.2/16'), endpoint('e2', '10.1.0.3/16')] })
  expect([holderOf('10.1.0.2'), holderOf('10.1.0.3')]).toEqual(['e1', 'e2'])

  // In this order e2 has the address before e1 has given it back.
  records.apply({ putEndpoints: [endpoint('e2', '10.1.0.2/16'), endpoint('e1', '10.1.0.4/16')] })
  expect(['10.1.0.2', '10.1.0.3', '10.1.0.4'].map(holderOf)).toEqual(['e2', undefined, 'e1'])

  records.apply({ putEndpoints: [{ ...endpoint('e1', ''), assigned: null }], removeEndpoints: ['e2' as EndpointId] })
  expect([...records.endpointsByAddress(network).keys()]).toEqual([])
})

test('a subnet is taken as long as a network has it, in a family that is on', () => {
  const records = new Records()
  const list = (except?: string) => records.subnets.list(except as NetworkId | undefined).map(({ subnet }) => subnet)
  const [blue, green] = [networkOf('blue', '10.1.0.0/24', 'fd00:1::/64'), networkOf('green', '10.2.0.0/24')]
  records.apply({ addNetworks: [blue, green] })
  expect([list(), list('green')]).toEqual([['10.1.0.0/24', '10.2.0.0/24'], ['10.1.0.0/24']])
  expect([records.subnets.has('10.2.0.0/24'), records.subnets.has('fd00:1::/64')]).toEqual([true, false])

  records.apply({ putNetworks: [{ ...blue, ipv6: true }, networkOf('green', '10.3.0.0/24')] })
  expect(list().toSorted()).toEqual(['10.1.0.0/24', '10.3.0.0/24', 'fd00:1::/64'])
  expect([records.subnets.has('10.2.0.0/24'), records.subnets.has('fd00:1::/64')]).toEqual([false, true])

  records.apply({ putNetworks: [{ ...blue, configOnly: true }], removeNetworks: [green.id] })
  expect(list()).toEqual([])
})

function networkOf(name: string, ...subnets: string[]): Network {
  const pools = subnets.map((subnet) => ({ subnet, gateway: '', auxAddresses: {} }))
  return {
    ...{ ...plainNetwork, id: name as NetworkId, name, driver: 'bridge', scope: 'local', pools },
    ...{ internal: false, attachable: false, options: {}, labels: {}, colour: 0, createdAt: new Date(0) },
  }
}

function endpoint(id: string, ipv4Address: string): Endpoint {
  return {
    id: id as EndpointId,
    networkId: network.id,
    containerId: `c-${id}` as ContainerId,
    requested: plainRequest,
    assigned: { ifname: 'eth0', ipv4Address, isDefaultGateway: true, isIpv6DefaultGateway: false },
    createdAt: new Date(0),
  }
}
