import { expect, test } from 'vitest'
import { nearest } from './nearest'

const options = [
  'com.docker.network.bridge.enable_icc',
  'com.docker.network.bridge.name',
  'com.docker.network.driver.mtu',
]

test.each([
  ['com.docker.network.bridge.nmae', options[1]],
  ['icc', options[0]],
  ['MTU', options[2]],
])('%s is most like %s', (text, expected) => {
  expect(nearest(text, options, 1)).toEqual([expected])
})

test('whatever is asked, something is named', () => expect(nearest('', options)).toHaveLength(3))
