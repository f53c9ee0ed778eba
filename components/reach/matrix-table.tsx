'use client'

import clsx from 'clsx'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { type KeyboardEvent, memo, useRef, useState } from 'react'
import type { ReachCell, ReachColumn, ReachEnd, ReachRequest, VerifiedCell } from '@/server/observe/reach/contract'
import { isolated } from '../tables/namespaces/isolated'
import { formatPlace, traceHref } from '../trace/place'
import { useSaid } from '../trace/said'
import { answerLooks } from './answer-looks'
import {
  type Answer,
  answerIn,
  answers,
  cellKey,
  columnGroups,
  countAnswers,
  type Difference,
  type Matrix,
} from './matrix'
import { useEndName } from './names'

/** Above so many columns, cells show their shape alone; the words are in their names. */
const mostWorded = 10

export function MatrixTable({
  matrix,
  by,
  verified,
  changes,
}: {
  matrix: Matrix
  by: ReachRequest['by']
  verified: ReadonlyMap<string, VerifiedCell>
  changes: readonly Difference[]
}) {
  const t = useTranslations('probe.reach')
  const nameOf = useEndName()
  const changed = new Map(changes.map(({ place, before }) => [cellKey(place.row, place.column), before]))
  const isWorded = matrix.columns.length <= mostWorded
  const { table, at, onKeyDown, setAt } = useMoves(matrix)
  return (
    <>
      <Legend matrix={matrix} />
      <div className="min-h-0 flex-1 overflow-auto">
        <table
          ref={table}
          aria-label={t('title')}
          onKeyDown={onKeyDown}
          className="border-separate border-spacing-0 text-sm"
        >
          <thead>
            <tr>
              <th
                scope="col"
                rowSpan={2}
                className="sticky top-0 left-0 z-30 min-w-40 border-line border-r border-b bg-surface px-3 py-1.5 text-left font-normal text-faint text-xs"
              >
                {t('corner')}
              </th>
              {columnGroups(matrix.columns).map(({ key, end, span }) => (
                <th
                  key={key}
                  scope="colgroup"
                  colSpan={span}
                  className="sticky top-0 z-20 h-7 max-w-40 truncate border-line border-r bg-surface px-2 text-left font-medium"
                  title={isolated(nameOf(end))}
                >
                  {isolated(nameOf(end))}
                </th>
              ))}
            </tr>
            <tr>
              {matrix.columns.map((column) => (
                <th
                  key={`${formatPlace(column.place)} ${column.protocol} ${column.port}`}
                  scope="col"
                  className="sticky top-7 z-20 h-6 whitespace-nowrap border-line border-r border-b bg-surface px-2 text-left font-mono font-normal text-muted text-xs"
                >
                  {column.port === null ? t('echo') : `${column.port}/${column.protocol}`}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {matrix.rows.map((end, row) => (
              <tr key={formatPlace(end.place)}>
                <th
                  scope="row"
                  className="sticky left-0 z-10 max-w-56 truncate border-line border-r border-b bg-surface px-3 py-1 text-left font-medium"
                  title={isolated(nameOf(end))}
                >
                  {isolated(nameOf(end))}
                </th>
                {matrix.columns.map((column, index) => (
                  <Cell
                    key={cellKey(row, index)}
                    cell={matrix.cells.get(cellKey(row, index))}
                    answer={answerIn(matrix, row, index)}
                    {...{ row: end, column, by, isWorded }}
                    verified={verified.get(cellKey(row, index))}
                    before={changed.get(cellKey(row, index))}
                    isCurrent={at.row === row && at.column === index}
                    place={cellKey(row, index)}
                    onFocus={setAt}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {matrix.cut > 0 && <p className="px-4 py-2 text-faint text-xs">{t('cut', { count: matrix.cut })}</p>}
      </div>
    </>
  )
}

/** What the shapes mean, and how many there are of each. */
function Legend({ matrix }: { matrix: Matrix }) {
  const t = useTranslations('probe.reach')
  const counts = countAnswers(matrix)
  return (
    <ul
      aria-label={t('legend')}
      className="flex shrink-0 flex-wrap gap-x-4 gap-y-1 border-line border-b px-4 py-1.5 text-xs"
    >
      {answers.map((answer) => {
        const { icon: Icon, text } = answerLooks[answer]
        return (
          <li key={answer} className="flex items-center gap-1.5">
            <Icon aria-hidden="true" className={clsx('size-3.5', text)} />
            {t(`answer.${answer}`)} <span className="text-muted tabular-nums">{counts[answer]}</span>
          </li>
        )
      })}
      <li className="ml-auto text-faint">{t('verifyNote')}</li>
    </ul>
  )
}

interface CellProps {
  cell: ReachCell | undefined
  answer: Answer | null
  row: ReachEnd
  column: ReachColumn
  by: ReachRequest['by']
  isWorded: boolean
  verified: VerifiedCell | undefined
  /** Undefined: as it was, or not compared. */
  before: Answer | null | undefined
  isCurrent: boolean
  place: string
  onFocus: (place: { row: number; column: number }) => void
}

const Cell = memo(function Cell(props: CellProps) {
  const { cell, answer, row, column, by, isWorded, verified, before, isCurrent, place, onFocus } = props
  const t = useTranslations('probe.reach')
  const words = useCellWords(props)
  const [rowAt = 0, columnAt = 0] = place.split(' ').map(Number)
  if (cell === undefined || answer === null) {
    return (
      <td className="border-line border-r border-b bg-sunken text-center text-faint">
        <span aria-hidden="true">{cell === undefined ? '·' : '–'}</span>
        <span className="sr-only">{cell === undefined ? t('computing') : t('itself')}</span>
      </td>
    )
  }
  const { icon: Icon, text, ground } = answerLooks[answer]
  const isNamed = by === 'name' && column.place.kind === 'container' && row.place.kind === 'container'
  const href = traceHref({
    from: formatPlace(row.place),
    to: isNamed ? `name:${column.name}` : formatPlace(column.place),
    protocol: column.protocol,
    port: column.port === null ? undefined : String(column.port),
  })
  return (
    <td
      className={clsx('border-line border-r border-b p-0', ground)}
      data-answer={answer}
      data-agreement={verified?.agreement}
      data-changed={before !== undefined || undefined}
    >
      <Link
        href={href}
        prefetch={false}
        data-cell={place}
        tabIndex={isCurrent ? 0 : -1}
        onFocus={() => onFocus({ row: rowAt, column: columnAt })}
        aria-label={words}
        title={words}
        className={clsx(
          'flex h-7 min-w-9 items-center gap-1.5 px-2 hover:bg-hover focus-visible:outline-2 focus-visible:outline-accent focus-visible:-outline-offset-2',
          text,
          verified?.agreement === 'differs' && 'shadow-[inset_0_0_0_2px_var(--bad)]',
          before !== undefined && 'underline decoration-2 decoration-dotted underline-offset-4',
        )}
      >
        <Icon aria-hidden="true" className="size-3.5 shrink-0" />
        {isWorded && <span className="truncate text-xs">{t(`answer.${answer}`)}</span>}
        {verified && <VerifiedMark agreement={verified.agreement} />}
        {before !== undefined && (
          <span aria-hidden="true" className="font-semibold">
            Δ
          </span>
        )}
      </Link>
    </td>
  )
})

function VerifiedMark({ agreement }: Pick<VerifiedCell, 'agreement'>) {
  return (
    <span aria-hidden="true" className="ml-auto font-mono font-semibold text-xs">
      {{ agrees: '=', differs: '≠', undecided: '?' }[agreement]}
    </span>
  )
}

/** All that a cell says, for its name. */
function useCellWords({ cell, answer, row, column, verified, before }: CellProps): string {
  const t = useTranslations('probe.reach')
  const said = useSaid()
  const nameOf = useEndName()
  if (!cell || !answer) return ''
  return [
    t('cell', {
      from: isolated(nameOf(row)),
      to: isolated(nameOf(column)),
      port: column.port === null ? t('echo') : `${column.port}/${column.protocol}`,
      answer: t(`answer.${answer}`),
    }),
    cell.cause ? said.cause(cell.cause) : isolated(cell.error),
    verified ? t(`agreement.${verified.agreement}`, { result: verified.errno ?? verified.result }) : '',
    before === undefined ? '' : t('before', { answer: before === null ? t('notThere') : t(`answer.${before}`) }),
  ]
    .filter((part) => part !== '')
    .join(' · ')
}

/** Arrows, Home and End go from cell to cell; one of them is in the order of Tab. */
function useMoves(matrix: Matrix) {
  const table = useRef<HTMLTableElement>(null)
  const [at, setAt] = useState({ row: 0, column: 1 })
  const steps: Readonly<Record<string, readonly [number, number]>> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    Home: [0, -matrix.columns.length],
    End: [0, matrix.columns.length],
  }

  function onKeyDown(event: KeyboardEvent) {
    const step = steps[event.key]
    if (!step) return
    const next = nextCell(table.current, at, step, matrix)
    if (!next) return
    event.preventDefault()
    next.focus()
  }
  return { table, at, setAt, onKeyDown }
}

/** The next one in that direction that can be meant: a container does not ask itself. */
function nextCell(
  table: HTMLElement | null,
  at: { row: number; column: number },
  [down, right]: readonly [number, number],
  { rows, columns }: Matrix,
): HTMLElement | null {
  const far = Math.abs(right) > 1
  let row = at.row + down
  let column = far ? (right < 0 ? 0 : columns.length - 1) : at.column + right
  const [stepRow, stepColumn] = far ? [0, -Math.sign(right)] : [down, right]
  while (row >= 0 && column >= 0 && row < rows.length && column < columns.length) {
    const found = table?.querySelector<HTMLElement>(`[data-cell="${cellKey(row, column)}"]`)
    if (found) return found
    row += stepRow
    column += stepColumn
  }
  return null
}
