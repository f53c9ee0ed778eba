import type { TableRow } from '@/server/observe/tables/rows'
import { groupBy } from '../../topology/group-by'
import type { LiveRow } from './row-feed'
import type { TableSpec } from './table-spec'

export interface RowFilter {
  /** Lower case; empty: all. */
  readonly search: string
  readonly chips: readonly string[]
}

/** Finds rows by any of their columns; what a row is found by is worked out once. */
export function createRowFilter<Row extends TableRow>(spec: TableSpec<Row>) {
  const texts = new WeakMap<Row, string>()
  const textOf = (row: Row): string => {
    const known = texts.get(row)
    if (known !== undefined) return known
    const text = [...spec.columns.map(({ value }) => value(row)), spec.words?.(row) ?? ''].join(' ').toLowerCase()
    texts.set(row, text)
    return text
  }
  return (rows: Iterable<LiveRow<Row>>, { search, chips }: RowFilter): LiveRow<Row>[] => {
    const groups = groupBy(
      spec.chips.filter(({ value }) => chips.includes(value)),
      ({ group }) => group,
    )
    const asked = [...groups.values()]
    const kept: LiveRow<Row>[] = []
    for (const live of rows) {
      if (!asked.every((group) => group.some((chip) => chip.keeps(live.row)))) continue
      if (search === '' || textOf(live.row).includes(search)) kept.push(live)
    }
    return kept
  }
}
