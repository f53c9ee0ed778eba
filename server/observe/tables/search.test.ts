import { expect, test } from 'vitest'
import { holds } from './search'

const flow = {
  protocol: 'tcp',
  state: null,
  original: { source: '10.0.0.1', sourcePort: 41000, destination: '10.0.0.2', destinationPort: 80 },
  flags: ['ASSURED'],
}

test('a row is found by any of its values, and by an address with its port', () => {
  expect(holds(flow, 'assured')).toBe(true)
  expect(holds(flow, '10.0.0.1:41000')).toBe(true)
  expect(holds(flow, '10.0.0.2:80')).toBe(true)
  expect(holds({ address: '10.0.0.1', prefixLength: 24 }, '10.0.0.1/24')).toBe(true)
})

test('it is not found by the names of its values, nor by what it has not', () => {
  expect(holds(flow, 'protocol')).toBe(false)
  expect(holds(flow, '10.0.0.1:80')).toBe(false)
  expect(holds(flow, 'null')).toBe(false)
})
