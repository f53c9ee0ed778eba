import { expect, test } from 'vitest'
import { canonicalAddress, formatAddress, parseAddress } from './address'

test.each([
  ['0:0:0:0:0:0:0:0', '::'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['FD00:0029:0:0:0:0:0:2', 'fd00:29::2'],
  ['2001:db8:0:1:0:0:0:1', '2001:db8:0:1::1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['fd00::', 'fd00::'],
  ['::ffff:192.0.2.1', '::ffff:c000:201'],
  ['172.18.0.2', '172.18.0.2'],
  ['255.255.255.255', '255.255.255.255'],
])('%s is written %s', (text, expected) => {
  expect(canonicalAddress(text)).toBe(expected)
})

test.each(['fe80::1%eth0', ':::', '1::2::3', 'fd00', '12345::', '::1/64', 'fd00:::1', ''])(
  '%j is no address',
  (text) => {
    expect(parseAddress(text)).toBeUndefined()
  },
)

test('all 128 bits are kept', () => {
  const last = parseAddress('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')
  expect(last?.value).toBe(2n ** 128n - 1n)
  expect(last && formatAddress(last)).toBe('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')
})
