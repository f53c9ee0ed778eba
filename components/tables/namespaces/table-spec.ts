import type { ReactNode } from 'react'
import type { TableRow } from '@/server/observe/tables/rows'
import type { AddressBook } from './address-book'

/** Where a table stands: its namespace, by number and as the address tells it. */
export interface Place {
  readonly id: string
  readonly ref: string
  readonly book: AddressBook
}

export interface ColumnSpec<Row> {
  readonly key: string
  readonly header: string
  /** CSS width; the one without it takes the rest. */
  readonly width?: string
  readonly align?: 'right'
  /** What it is found by, and sorted by where there is no `order`. */
  value(row: Row): string | number
  order?(row: Row): string | number
  /** The value itself where absent. */
  cell?(row: Row): ReactNode
}

/** Chips of one group widen each other, those of different groups narrow each other. */
export interface ChipSpec<Row> {
  readonly value: string
  readonly label: string
  readonly group: string
  keeps(row: Row): boolean
}

/** How a table of rows looks. Made once and kept, so that rows need not be drawn again. */
export interface TableSpec<Row extends TableRow> {
  readonly columns: readonly ColumnSpec<Row>[]
  readonly chips: readonly ChipSpec<Row>[]
  /** What has to differ for a row to light up. */
  sign(row: Row): string
  /** What else it is found by. */
  words?(row: Row): string
  /** True: cells show times that run. */
  readonly ticks?: boolean
  readonly minWidth: number
  readonly rowHeight: number
}
