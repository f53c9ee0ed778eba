import { expect, test } from 'vitest'
import { changedFields, listed } from './changed-fields'

test('only what differs is asked for, and the same fields put it back', () => {
  const present = { name: 'web', labels: { b: '2', a: '1' }, pools: [{ subnet: '10.0.0.0/24' }] }
  const wanted = {
    name: 'shop',
    labels: { a: '1', b: '2' },
    pools: [{ subnet: '10.0.0.0/24' }, { subnet: 'fd00::/64' }],
  }
  expect(changedFields(wanted, present)).toEqual({
    request: { name: 'shop', pools: wanted.pools },
    former: { name: 'web', pools: present.pools },
  })
  expect(changedFields(present, present).request).toEqual({})
})

test('words in a row are a list', () => {
  expect(listed(' one, two\nthree ,')).toEqual(['one', 'two', 'three'])
})
