import { expect, test } from 'vitest'
import { testConformance } from '../testing/conformance'
import { sampleNetwork } from '../testing/samples'
import { nullDriver } from './index'

const network = sampleNetwork({ name: 'none', driver: 'null', pools: [] })

testConformance(nullDriver, [{ title: 'the network none', network, joined: [] }], [{ anything: 'at all' }])

test('there is nothing to make', () => {
  expect(nullDriver.describeNetwork(network)).toEqual([])
})
