import { expect, test } from 'vitest'
import { partName } from './far-name'

test('of a long name the end stays, by which those of one project are told apart', () => {
  expect(partName('shop-frontend-web-1')).toEqual(['shop-frontend-', 'web-1'])
  expect(partName('mail-web')).toEqual(['mail-web', ''])
  expect(partName('ein-e\u0301in-langer-name')).toEqual(['ein-e\u0301in-langer-name', ''])
})
