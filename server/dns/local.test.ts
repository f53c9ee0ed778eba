import { expect, test } from 'vitest'
import { addressOf } from './local'

test('a reverse name is read from right to left', () => {
  expect(addressOf('2.0.18.172.in-addr.arpa')).toBe('172.18.0.2')
  expect(addressOf('18.172.in-addr.arpa')).toBeUndefined()
  expect(addressOf('999.0.18.172.in-addr.arpa')).toBeUndefined()
  expect(addressOf('b.a.9.8.ip6.arpa')).toBeUndefined()
  const zeros = '0.'.repeat(20)
  expect(addressOf(`2.0.0.0.${zeros}9.2.0.0.0.0.d.f.ip6.arpa`)).toBe('fd00:29::2')
})
