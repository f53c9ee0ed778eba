import { expect, test } from 'vitest'
import { addressOf } from './local'

test('a reverse name is read from right to left', () => {
  expect(addressOf('2.0.18.172.in-addr.arpa')).toBe('172.18.0.2')
  expect(addressOf('18.172.in-addr.arpa')).toBeUndefined()
  expect(addressOf('999.0.18.172.in-addr.arpa')).toBeUndefined()
  expect(addressOf('b.a.9.8.ip6.arpa')).toBeUndefined()
})
