import { expect, test } from 'vitest'
import { draftOf, namesInput, rowAt } from './names-draft'

test('what a network has comes back as it was when nothing is typed', () => {
  const names = {
    upstreams: ['9.9.9.9', '[fd00::1]:54'],
    records: [{ name: 'db', type: 'A' as const, value: '10.0.0.9' }],
  }
  expect(namesInput(draftOf(names))).toEqual(names)
})

test('servers are parted by commas or spaces, and empty rows are not meant', () => {
  const records = [
    { key: 0, name: ' ', type: 'A' as const, value: '' },
    { key: 1, name: ' db ', type: 'TXT' as const, value: ' kept ' },
  ]
  expect(namesInput({ upstreams: ' 9.9.9.9,1.1.1.1  8.8.8.8; ', records })).toEqual({
    upstreams: ['9.9.9.9', '1.1.1.1', '8.8.8.8'],
    records: [{ name: 'db', type: 'TXT', value: ' kept ' }],
  })
  expect(rowAt('names.records.0.value', records)?.key).toBe(1)
  expect(rowAt('names.upstreams.0', records)).toBeNull()
  expect(rowAt(null, records)).toBeNull()
})
