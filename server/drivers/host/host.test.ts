import { expect, test } from 'vitest'
import { testConformance } from '../testing/conformance'
import { sampleNetwork } from '../testing/samples'
import { hostDriver } from './index'

const network = sampleNetwork({ name: 'host', driver: 'host', pools: [] })

testConformance(hostDriver, [{ title: 'the network host', network, joined: [] }], [{ anything: 'at all' }])

test('there is nothing to make', () => {
  expect(hostDriver.describeNetwork(network)).toEqual([])
})
