import { expect, test } from 'vitest'
import { networkInput } from './network-create'

const asked = (value: string) => networkInput({ Name: 'x', Options: { 'com.docker.network.enable_ipv6': value } }, 47)

test('a family is switched by an option as by the field, and what is neither true nor false is refused', () => {
  expect(asked('True')).toMatchObject({ ipv6: true, options: {} })
  expect(asked('0')).toMatchObject({ ipv6: false })
  expect(() => asked('yes')).toThrow('driver-opt "com.docker.network.enable_ipv6" is not a valid bool: "yes"')
})
