'use client'

import { useAddressState } from './address-state'
import type { TableColumn } from './virtual-table'

/** What a column is sorted by; numbers by size, words as people read them. */
export type SortValue<Row> = (row: Row) => string | number

/**
 * Sorts rows by the column named in the address (`sort=name`, `sort=-name` the other way round), by the first
 * column where it names none; `head` gives what a column's head needs, `order` names what they are sorted by.
 */
export function useSorting<Row, Key extends string>(values: Record<Key, SortValue<Row>>, first: NoInfer<Key>) {
  const { parameters, change } = useAddressState()
  const asked = parameters.get('sort') ?? first
  const isDescending = asked.startsWith('-')
  const name = isDescending ? asked.slice(1) : asked
  const key = (Object.keys(values) as Key[]).find((known) => known === name) ?? first

  function sort(rows: readonly Row[]): Row[] {
    const read = values[key]
    const sign = isDescending ? -1 : 1
    const sorted = rows.map((row) => ({ row, value: read(row) }))
    return sorted.sort((a, b) => sign * compare(a.value, b.value)).map(({ row }) => row)
  }

  function head(column: Key): NonNullable<TableColumn['sort']> {
    const isCurrent = column === key
    return {
      direction: isCurrent ? (isDescending ? 'descending' : 'ascending') : 'none',
      onSort: () => change({ sort: isCurrent && !isDescending ? `-${column}` : column === first ? '' : column }),
    }
  }

  return { sort, head, order: `${isDescending ? '-' : ''}${key}` }
}

const collator = new Intl.Collator(undefined, { numeric: true })

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return collator.compare(String(a), String(b))
}
