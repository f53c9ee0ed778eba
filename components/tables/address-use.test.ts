import { expect, test } from 'vitest'
import { countAddresses } from './address-use'

test('network and broadcast address cannot be handed out, and the gateway takes one', () => {
  expect(countAddresses('172.20.0.0/24', 3)).toEqual({ used: 4, size: 254 })
  expect(countAddresses('172.18.0.0/16', 0)).toEqual({ used: 1, size: 65_534 })
})

test('a /31 has two addresses for use', () => {
  expect(countAddresses('10.0.0.0/31', 1)).toEqual({ used: 2, size: 2 })
})
