import { expect, test } from 'vitest'
import { sentence } from '../cnm/sentence'
import { containerRecord, endpointRecord, networkRecord, operationRecord } from './testing/records'
import { containerView, endpointView, networkView, operationView } from './views'

test('views are plain JSON: what is parsed back is equal', () => {
  const views = [
    networkView(networkRecord(), 'up', { device: 'br-aaaaaaaaaaaa', parent: null }),
    containerView(containerRecord(), [], null),
    endpointView(endpointRecord(), ['web'], 'up'),
    operationView(operationRecord()),
  ]
  expect(JSON.parse(JSON.stringify(views))).toEqual(views)
})

test('a container shows the ports that it publishes now, not those that it asked for', () => {
  const published = [{ protocol: 'tcp', containerPort: 80, hostIp: '0.0.0.0', hostPort: 49_153 }] as const
  expect(containerView(containerRecord(), published, null).ports).toEqual(published)
})

test('an endpoint of a stopped container keeps its aliases and has no address', () => {
  const stopped = endpointRecord({ assigned: null })
  expect(endpointView(stopped, [], 'idle')).toMatchObject({
    ...{ aliases: ['www'], ipv4Address: null, macAddress: null, ifname: null, hostIfname: null },
    isDefaultGateway: false,
  })
})

test('pools are shown with what was taken out of them, and with what the driver keeps', () => {
  const pools = [
    { subnet: '10.0.0.0/8', gateway: '10.0.0.1', ipRange: '10.1.0.0/16', auxAddresses: { router: '10.0.0.9' } },
  ]
  const reserved = new Map([['10.0.0.7', sentence`the shim of ${'a host'}`]])
  expect(networkView(networkRecord({ pools }), 'none', { device: null, parent: null, reserved })).toMatchObject({
    ...{ pools, reserved: { '10.0.0.7': { template: 'the shim of {0}', values: ['a host'] } }, ipamDriver: 'default' },
  })
})
