import { expect, test } from 'vitest'
import { checkContainerName, checkDnsName, checkNetworkName } from './names'

test.each(['web', 'my net', 'kiwl$%^', '$(reboot)', "it's", '网络', 'a"b'])(
  'network name %j is accepted, as in Docker',
  (name) => {
    expect(checkNetworkName(name)).toBe(name)
  },
)

test.each(['', '   ', ' web', 'a\nb', 'a\u0000b', 'n'.repeat(10_000)])(
  'network name %j is refused in one sentence',
  (name) => {
    expect(() => checkNetworkName(name)).toThrow(expect.objectContaining({ kind: 'invalid-parameter', field: 'name' }))
  },
)

test.each(['a b', '$(reboot)', "it's", '容器', '-web', 'x', '', '../up', 'n'.repeat(10_000)])(
  'container name %j is refused in one sentence',
  (name) => {
    expect(() => checkContainerName(name)).toThrow(
      expect.objectContaining({ kind: 'invalid-parameter', field: 'name' }),
    )
  },
)

test('a long value is cut in the message', () => {
  expect(() => checkContainerName('n'.repeat(10_000))).toThrow(
    /^container name "n{60}…" is not valid: it has 10000 characters/,
  )
})

test.each(['web', 'db-1', '_srv', 'a.b.c'])('%j can be an alias', (name) => {
  expect(checkDnsName(name, 'aliases')).toBe(name)
})

test.each(['', '-a', 'a b', 'ä', 'a\n'])('%j cannot be an alias', (name) => {
  expect(() => checkDnsName(name, 'aliases')).toThrow(/not a name that DNS can carry/)
})
