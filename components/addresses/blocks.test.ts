import { expect, test } from 'vitest'
import { cellsOf, countUse, formatBlock, parseBlock } from './blocks'
import type { Holder } from './holders'

const block = (text: string) => parseBlock(text) ?? { base: -1, prefix: 0 }
const container: Holder = { kind: 'container', who: 'web', endpointId: 'e' }
const holders = new Map<string, Holder>([
  ['10.0.0.1', { kind: 'gateway', who: '' }],
  ['10.0.0.200', container],
  ['10.0.3.9', container],
])

test('blocks are read and written', () => {
  expect(block('10.0.3.0/24')).toEqual({ base: 167_772_928, prefix: 24 })
  expect(formatBlock(block('223.255.255.0/24'))).toBe('223.255.255.0/24')
  expect(parseBlock('fd00::/64')).toBeUndefined()
  expect(parseBlock('10.0.256.0/24')).toBeUndefined()
})

test('a /24 has a square for each address: who has it, its role, and whether automatic addresses come from there', () => {
  const cells = cellsOf(block('10.0.0.0/24'), block('10.0.0.0/24'), block('10.0.0.128/25'), holders)
  expect(cells).toHaveLength(256)
  expect(cells[0]).toMatchObject({ text: '10.0.0.0', role: 'network', range: 'none' })
  expect(cells[1]).toMatchObject({ holder: { kind: 'gateway' }, held: 1 })
  expect(cells[200]).toMatchObject({ holder: container, range: 'whole' })
  expect(cells[255]).toMatchObject({ role: 'broadcast' })
})

test('a /16 has a square for each /24, which opens; a /29 has eight', () => {
  const cells = cellsOf(block('10.0.0.0/16'), block('10.0.0.0/16'), block('10.0.2.0/23'), holders)
  expect(cells).toHaveLength(256)
  expect(cells.slice(0, 5).map(({ text, held, range }) => [text, held, range])).toEqual([
    ['10.0.0.0/24', 2, 'none'],
    ['10.0.1.0/24', 0, 'none'],
    ['10.0.2.0/24', 0, 'whole'],
    ['10.0.3.0/24', 1, 'whole'],
    ['10.0.4.0/24', 0, 'none'],
  ])
  const inner = cellsOf(block('10.0.3.0/24'), block('10.0.0.0/16'), block('10.0.2.0/23'), holders)
  expect(inner[0]).not.toHaveProperty('role')
  expect(inner[9]).toMatchObject({ holder: container })
  expect(cellsOf(block('10.0.0.0/29'), block('10.0.0.0/29'), block('10.0.0.0/29'), holders)).toHaveLength(8)
  expect(cellsOf(block('10.0.0.0/20'), block('10.0.0.0/20'), block('10.0.0.128/25'), holders)[1]?.text).toBe(
    '10.0.0.16/28',
  )
  expect(cellsOf(block('10.0.0.0/16'), block('10.0.0.0/16'), block('10.0.0.64/26'), holders)[0]?.range).toBe('part')
})

test('use is counted in the subnet and in the range', () => {
  expect(countUse(block('10.0.0.0/24'), block('10.0.0.128/25'), holders)).toEqual({
    ...{ used: 2, size: 254, usedInRange: 1, rangeSize: 127 },
  })
  expect(countUse(block('10.0.0.0/16'), block('10.0.0.0/16'), holders)).toMatchObject({ used: 3, size: 65_534 })
})
