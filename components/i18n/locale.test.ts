import { expect, test } from 'vitest'
import { chooseLocale } from './locale'

test('the cookie wins over the browser', () => {
  expect(chooseLocale('zh', 'en-GB,en;q=0.9')).toBe('zh')
})

test('an unknown cookie counts as none', () => {
  expect(chooseLocale('xx', 'zh-CN,zh;q=0.9,en;q=0.8')).toBe('zh')
})

test('the most wanted language that we speak is taken, whatever its region', () => {
  expect(chooseLocale(undefined, 'fr;q=0.9, en-US;q=0.5, zh-TW;q=0.7')).toBe('zh')
})

test('a language with quality 0 is refused, and English is what is left', () => {
  expect(chooseLocale(undefined, 'zh;q=0, fr')).toBe('en')
  expect(chooseLocale(undefined, null)).toBe('en')
})
