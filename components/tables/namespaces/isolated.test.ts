import { expect, test } from 'vitest'
import { isolated } from './isolated'

test('letters that run from right to left stay within their part of a sentence, and nothing is hidden', () => {
  expect(isolated('br-0.1')).toBe('br-0.1')
  expect(isolated('שלום')).toBe('\u2068שלום\u2069')
  expect(isolated('a\u202eb\u0007<b>')).toBe('\u2068a⟨202E⟩b␇<b>\u2069')
})
