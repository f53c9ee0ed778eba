'use client'

import { memo } from 'react'
import type { ReachColumn, ReachEnd, ReachRequest, VerifiedCell } from '@/server/observe/reach/contract'
import { isolated } from '../tables/namespaces/isolated'
import { formatPlace, traceHref } from '../trace/place'
import { type Answer, answerIn, cellKey, type Matrix, verdictIn } from './matrix'
import { MatrixCell } from './matrix-cell'
import { Blank, type ColumnPlace, rowHeadWidth } from './matrix-heads'
import { useEndName } from './names'
import { roles } from './roles'
import type { CellWords } from './use-cell-words'

interface RowProps {
  matrix: Matrix
  /** In the matrix. */
  row: number
  /** In what is shown. */
  index: number
  /** The same as long as the same columns are in sight. */
  places: readonly ColumnPlace[]
  before: number
  after: number
  by: ReachRequest['by']
  isWorded: boolean
  words: CellWords
  /** Written into as results come: how many there are says that there are more. */
  verified: ReadonlyMap<string, VerifiedCell>
  verifiedCount: number
  changed: ReadonlyMap<string, Answer | null>
  /** The cell that is in the order of Tab; null: it is in another row. */
  current: number | null
}

/** Whom one asks. While one scrolls, only rows that come into sight are made. */
export const MatrixRow = memo(function MatrixRow(props: RowProps) {
  const { matrix, row, index, places, before, after, by, isWorded, words, verified, changed, current } = props
  const end = matrix.rows[row]
  if (!end) return null
  return (
    <tr {...roles.row} aria-rowindex={index + 3} className="reach-row">
      <RowHead end={end} />
      <Blank width={before} />
      {places.map(({ index: at, column, width }) => {
        const target = matrix.columns[column]
        const key = cellKey(row, column)
        return target ? (
          <MatrixCell
            key={column}
            verdict={verdictIn(matrix, row, column)}
            answer={answerIn(matrix, row, column)}
            {...{ row: end, column: target, href: hrefOf(end, target, by), isWorded, words }}
            verified={verified.size === 0 ? undefined : verified.get(key)}
            before={changed.size === 0 ? undefined : changed.get(key)}
            isCurrent={current === at}
            place={cellKey(index, at)}
            colindex={at + 2}
            width={width}
          />
        ) : null
      })}
      <Blank width={after} />
    </tr>
  )
})

function RowHead({ end }: { end: ReachEnd }) {
  const name = isolated(useEndName()(end))
  return (
    <th
      scope="row"
      {...roles.rowheader}
      aria-colindex={1}
      className="sticky left-0 z-10 h-full flex-none truncate border-line border-r border-b bg-surface px-3 py-1 text-left font-medium"
      style={{ width: rowHeadWidth }}
      title={name}
    >
      {name}
    </th>
  )
}

const rowParts = new WeakMap<ReachEnd, string>()
const columnParts = new WeakMap<ReachColumn, Record<'named' | 'plain', string>>()

/** Where the explanation of a cell is; its parts are made once a row and column. */
function hrefOf(row: ReachEnd, column: ReachColumn, by: ReachRequest['by']): string {
  const from = rowParts.get(row) ?? traceHref({ from: formatPlace(row.place) })
  rowParts.set(row, from)
  const to = columnParts.get(column) ?? {
    named: query(column, `name:${column.name}`),
    plain: query(column, formatPlace(column.place)),
  }
  columnParts.set(column, to)
  const isNamed = by === 'name' && column.place.kind === 'container' && row.place.kind === 'container'
  return `${from}&${isNamed ? to.named : to.plain}`
}

function query({ protocol, port }: ReachColumn, to: string): string {
  return traceHref({ to, protocol, port: port === null ? undefined : String(port) }).split('?')[1] ?? ''
}
