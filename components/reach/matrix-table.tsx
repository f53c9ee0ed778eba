'use client'

import { useVirtualizer } from '@tanstack/react-virtual'
import clsx from 'clsx'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { type MouseEvent, useMemo, useRef } from 'react'
import type { ReachColumn, ReachEnd, ReachRequest, VerifiedCell } from '@/server/observe/reach/contract'
import { isolated } from '../tables/namespaces/isolated'
import { answerIn, cellKey, columnKey, type Difference, type Matrix, rowKey, verdictIn } from './matrix'
import { MatrixCell } from './matrix-cell'
import { useEndName } from './names'
import { useCellWords } from './use-cell-words'
import { useMoves } from './use-moves'

/** Above so many columns, cells show their shape alone; the words are in their names. */
const mostWorded = 10
const [rowHeight, headHeight, rowHeadWidth] = [29, 53, 200]

/** Which rows and columns of the matrix are shown, by their places. */
export interface Part {
  readonly rows: readonly number[]
  readonly columns: readonly number[]
}

/** A real table, of which only what is in sight is made: of five hundred containers there are a quarter of a million cells. */
export function MatrixTable({
  matrix,
  part,
  by,
  verified,
  changes,
}: {
  matrix: Matrix
  part: Part
  by: ReachRequest['by']
  verified: ReadonlyMap<string, VerifiedCell>
  changes: readonly Difference[]
}) {
  const t = useTranslations('probe.reach')
  const changed = useMemo(
    () => new Map(changes.map(({ place, before }) => [cellKey(place.row, place.column), before])),
    [changes],
  )
  const words = useCellWords()
  const isWorded = part.columns.length <= mostWorded
  const scroller = useRef<HTMLElement>(null)
  const widths = part.columns.map((column) => widthOf(matrix.columns[column], isWorded))
  const rows = useVirtualizer({
    ...{ count: part.rows.length, overscan: 4, estimateSize: () => rowHeight },
    getScrollElement: () => scroller.current,
    scrollMargin: headHeight,
  })
  const columns = useVirtualizer({
    ...{ count: part.columns.length, overscan: 2, horizontal: true },
    estimateSize: (index) => widths[index] ?? 0,
    getItemKey: (index) => `${part.columns[index]} ${widths[index]}`,
    getScrollElement: () => scroller.current,
    scrollMargin: rowHeadWidth,
  })
  const moves = useMoves(matrix, part, (row, column) => {
    rows.scrollToIndex(row)
    columns.scrollToIndex(column)
  })
  const router = useRouter()
  const follow = (event: MouseEvent<HTMLTableElement>) => {
    const cell = event.target instanceof Element ? event.target.closest('a[data-cell]') : null
    const href = cell?.getAttribute('href')
    if (!href || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    router.push(href)
  }
  const [shownRows, shownColumns] = [rows.getVirtualItems(), columns.getVirtualItems()]
  const [before, after] = around(shownColumns, columns.getTotalSize(), rowHeadWidth)
  const [above, below] = around(shownRows, rows.getTotalSize(), headHeight)
  const places = shownColumns.map(({ index }) => ({ index, column: part.columns[index] ?? 0 }))
  return (
    <section
      ref={scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard
      tabIndex={0}
      aria-label={t('title')}
      className="min-h-0 flex-1 overflow-auto"
    >
      <table
        aria-label={t('title')}
        aria-rowcount={part.rows.length + 2}
        aria-colcount={part.columns.length + 1}
        onKeyDown={moves.onKeyDown}
        onClick={follow}
        className="table-fixed border-separate border-spacing-0 text-sm"
        style={{ width: rowHeadWidth + columns.getTotalSize() }}
      >
        <colgroup>
          <col style={{ width: rowHeadWidth }} />
          {before > 0 && <col style={{ width: before }} />}
          {places.map(({ index }) => (
            <col key={index} style={{ width: widths[index] }} />
          ))}
          {after > 0 && <col style={{ width: after }} />}
        </colgroup>
        <Heads columns={matrix.columns} {...{ places, before, after }} />
        <tbody>
          <Gap height={above} />
          {shownRows.map(({ index }) => {
            const row = part.rows[index] ?? 0
            const end = matrix.rows[row]
            if (!end) return null
            return (
              <tr key={rowKey(end)} aria-rowindex={index + 3}>
                <RowHead end={end} />
                <Blank width={before} />
                {places.map(({ index: at, column }) => {
                  const target = matrix.columns[column]
                  const key = cellKey(row, column)
                  return target ? (
                    <MatrixCell
                      key={column}
                      verdict={verdictIn(matrix, row, column)}
                      answer={answerIn(matrix, row, column)}
                      {...{ row: end, column: target, by, isWorded, words }}
                      verified={verified.get(key)}
                      before={changed.get(key)}
                      isCurrent={moves.isAt(index, at)}
                      place={cellKey(index, at)}
                      onFocus={moves.setAt}
                    />
                  ) : null
                })}
                <Blank width={after} />
              </tr>
            )
          })}
          <Gap height={below} />
        </tbody>
      </table>
      {matrix.cut > 0 && (
        <p className="sticky left-0 px-4 py-2 text-faint text-xs">{t('cut', { count: matrix.cut })}</p>
      )}
    </section>
  )
}

/** As wide as its port is to be read; the name above it may need more, up to a point. */
function widthOf(column: ReachColumn | undefined, isWorded: boolean): number {
  const label = column ? portText(column).length * 7.3 : 0
  return Math.round(Math.min(240, Math.max(isWorded ? 108 : 68, label + 20)))
}

function portText({ protocol, port, leadsTo }: ReachColumn): string {
  if (port === null) return ''
  return `${port}/${protocol}${leadsTo ? ` → ${leadsTo.name}:${leadsTo.port}` : ''}`
}

/** What is left out before and behind what is in sight, in pixels. */
function around(items: readonly { start: number; end: number }[], total: number, margin: number): [number, number] {
  return [(items[0]?.start ?? margin) - margin, total + margin - (items.at(-1)?.end ?? margin)]
}

interface HeadsProps {
  columns: readonly ReachColumn[]
  places: readonly { index: number; column: number }[]
  before: number
  after: number
}

/** Ports of one target stand together under its name. */
function Heads({ columns, places, before, after }: HeadsProps) {
  const t = useTranslations('probe.reach')
  const nameOf = useEndName()
  const groups: { key: string; end: ReachEnd; span: number; at: number }[] = []
  for (const { index, column } of places) {
    const end = columns[column]
    if (!end) continue
    const last = groups.at(-1)
    if (last?.key === rowKey(end)) last.span += 1
    else groups.push({ key: rowKey(end), end, span: 1, at: index })
  }
  return (
    <thead>
      <tr aria-rowindex={1}>
        <th
          scope="col"
          rowSpan={2}
          className="sticky top-0 left-0 z-30 border-line border-r border-b bg-surface px-3 py-1.5 text-left font-normal text-faint text-xs"
        >
          {t('corner')}
        </th>
        <Blank width={before} isHead />
        {groups.map(({ key, end, span, at }) => (
          <th
            key={key}
            scope="colgroup"
            colSpan={span}
            aria-colindex={at + 2}
            className="sticky top-0 z-20 h-7 truncate border-line border-r bg-surface px-2 text-left font-medium"
            title={isolated(nameOf(end))}
          >
            {isolated(nameOf(end))}
          </th>
        ))}
        <Blank width={after} isHead />
      </tr>
      <tr aria-rowindex={2}>
        <Blank width={before} isHead isSecond />
        {places.map(({ index, column }) => {
          const target = columns[column]
          const text = target ? portText(target) : ''
          return (
            <th
              key={target ? columnKey(target) : index}
              scope="col"
              aria-colindex={index + 2}
              title={isolated(text)}
              className="sticky top-7 z-20 h-[25px] truncate border-line border-r border-b bg-surface px-2 text-left font-mono font-normal text-muted text-xs"
            >
              {text === '' ? t('echo') : isolated(text)}
            </th>
          )
        })}
        <Blank width={after} isHead isSecond />
      </tr>
    </thead>
  )
}

function RowHead({ end }: { end: ReachEnd }) {
  const name = isolated(useEndName()(end))
  return (
    <th
      scope="row"
      className="sticky left-0 z-10 truncate border-line border-r border-b bg-surface px-3 py-1 text-left font-medium"
      title={name}
    >
      {name}
    </th>
  )
}

/** In the place of columns that are out of sight. */
function Blank({ width, isHead = false, isSecond = false }: { width: number; isHead?: boolean; isSecond?: boolean }) {
  if (width <= 0) return null
  return (
    <td
      aria-hidden="true"
      className={clsx(
        isHead && 'sticky z-20 border-line bg-surface',
        isHead && (isSecond ? 'top-7 border-b' : 'top-0'),
      )}
    />
  )
}

function Gap({ height }: { height: number }) {
  if (height <= 0) return null
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row takes no focus
    <tr aria-hidden="true">
      <td style={{ height, padding: 0 }} />
    </tr>
  )
}
