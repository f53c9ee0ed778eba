import { expect, test } from 'vitest'
import type { SysctlRow } from '@/server/observe/tables/rows'
import { createRowFilter } from './list-rows'
import type { TableSpec } from './table-spec'

const chip = (value: string, group: string, part: string) => ({
  ...{ value, group, label: value },
  keeps: ({ name }: SysctlRow) => name.includes(part),
})
const spec: TableSpec<SysctlRow> = {
  columns: [{ key: 'name', header: '', value: ({ name }) => name }],
  chips: [chip('four', 'family', 'ipv4'), chip('six', 'family', 'ipv6'), chip('links', 'of', 'conf')],
  sign: ({ value }) => value,
  words: ({ value }) => `is ${value}`,
  minWidth: 0,
  rowHeight: 0,
}
const rows = ['net.ipv4.ip_forward', 'net.ipv4.conf.Lo.x', 'net.ipv6.conf.Lo.x', 'net.core.y'].map((name, index) => ({
  row: { key: name, name, value: String(index) },
  movedAt: 0,
  moves: 0,
}))
const select = createRowFilter(spec)
const names = (search: string, chips: readonly string[]) =>
  select(rows, { search, chips }).map(({ row }) => row.name.slice('net.'.length))

test('chips of one group widen each other, those of another narrow them', () => {
  expect(names('', [])).toHaveLength(4)
  expect(names('', ['four'])).toEqual(['ipv4.ip_forward', 'ipv4.conf.Lo.x'])
  expect(names('', ['four', 'six', 'links'])).toEqual(['ipv4.conf.Lo.x', 'ipv6.conf.Lo.x'])
  expect(names('', ['no-such-chip'])).toHaveLength(4)
})

test('a row is found by its columns and by its words, in any letters', () => {
  expect(names('conf.lo', [])).toEqual(['ipv4.conf.Lo.x', 'ipv6.conf.Lo.x'])
  expect(names('is 3', [])).toEqual(['core.y'])
  expect(names('conf', ['four'])).toEqual(['ipv4.conf.Lo.x'])
})
