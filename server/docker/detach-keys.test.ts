import { expect, test } from 'vitest'
import { createDetachFilter, parseDetachKeys } from './detach-keys'

test('keys are letters, controls and DEL; Ctrl-P Ctrl-Q where there are none', () => {
  expect([...parseDetachKeys('')]).toEqual([16, 17])
  expect([...parseDetachKeys('ctrl-x,y,DEL,ctrl-[')]).toEqual([24, 121, 127, 27])
  for (const bad of ['ctrl-X', 'alt-p', 'a,', 'ü']) expect(() => parseDetachKeys(bad)).toThrow('Invalid detach keys')
})

function typed(keys: string, ...chunks: string[]): { passed: string; isDetached: boolean } {
  const filter = createDetachFilter(Buffer.from(keys))
  let passed = ''
  for (const chunk of chunks) {
    const { bytes, isDetached } = filter(Buffer.from(chunk))
    passed += bytes.toString()
    if (isDetached) return { passed, isDetached }
  }
  return { passed, isDetached: false }
}

test('keys typed one after the other let the client go, and do not reach the program', () => {
  expect(typed('\x10\x11', 'ls\r', '\x10', '\x11', 'x')).toEqual({ passed: 'ls\r', isDetached: true })
  expect(typed('\x10\x11', '\x10\x11')).toEqual({ passed: '', isDetached: true })
})

test('what only begins like the keys reaches the program, and so does data that holds them', () => {
  expect(typed('\x10\x11', '\x10', 'a')).toEqual({ passed: '\x10a', isDetached: false })
  expect(typed('\x10\x11', 'a\x10\x11b')).toEqual({ passed: 'a\x10\x11b', isDetached: false })
  expect(typed('', 'a', 'b')).toEqual({ passed: 'ab', isDetached: false })
})
