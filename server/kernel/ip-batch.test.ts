import { expect, test } from 'vitest'
import { encodeIpLine } from './ip-batch'

test('arguments with blanks or one kind of quote are quoted', () => {
  expect(encodeIpLine(['link', 'set', 'dev', 'br0', 'alias', 'two words'])).toBe('link set dev br0 alias "two words"')
  expect(encodeIpLine(['alias', 'a"b'])).toBe(`alias 'a"b'`)
})

test.each(['a#b', 'a\nb', 'a\\b', '', `a"b'c`, 'a\0'])('an argument that ip would misread is refused: %j', (arg) => {
  expect(() => encodeIpLine(['link', 'set', 'dev', arg])).toThrow('ip cannot be given the argument')
})
